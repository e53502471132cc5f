"""The account's own settings, as people change them. Every change is in the audit."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from app.domain.broadcasts import MOST_PER_DAY
from app.routes.bounds import BoundedRoute
from app.routes.deps import Admin, Reader, Services
from app.routes.examples import shows
from app.routes.fields import Strict, Words
from app.routes.forwarded import caller
from app.routes.vendedores import Area

router = APIRouter(prefix="/admin", tags=["settings"], route_class=BoundedRoute)
_LAST_ID = 2**63 - 1
_YEAR = 60 * 24 * 365
Id = Annotated[int, Field(ge=1, le=_LAST_ID)]

ACCOUNT: dict[str, Any] = {
    "id": 1,
    "name": "loja-exemplo",
    "channel": "kommo",
    "external_ref": "30100200",
    "state": "live",
    "ways_to_send": ["talks", "salesbot", "note"],
    "sees_humans": True,
    "locale": "pt-BR",
    "timezone": "America/Sao_Paulo",
    "country": "BR",
    "business_name": "Loja Exemplo",
    "accept_bare_webhooks": False,
    "salesbot_id": 901,
    "salesbot_field_id": 701,
    "areas": ["vendas", "suporte"],
    "hours": {"week": {"mon": ["09:00-18:00"]}, "exceptions": {"2026-12-24": ["09:00-12:00"]}, "holidays": "BR-SP"},
    "agenda": {
        "slot_minutes": 30,
        "buffer_before": 0,
        "buffer_after": 0,
        "hold_minutes": 5,
        "notice_minutes": 30,
        "horizon_days": 60,
        "reminders": [1440, 60],
    },
    "ai_disclosure": False,
    "never_promise": ["entrega grátis"],
    "faq_cache": False,
    "faq_days": 30,
    "satisfaction": "off",
    "webhook_networks": [],
    "api_networks": [],
    "secret_days": 365,
    "broadcast_per_contact": 3,
    "broadcast_per_day": 1000,
    "flow": None,
    "flow_words": {},
    "profiles": "by_contact",
    "retention": {"history_days": 365, "media_days": 90, "profiles_days": None, "events_days": None},
    "auto_return_minutes": None,
    "sla_minutes": 10.0,
    "escalations": 2,
    "burst_scale": 1.0,
    "balloon_spacing": 6.0,
    "stale_after_minutes": 10.0,
    "release_limit_minutes": 30.0,
    "messages_a_minute": 20,
    "messages_a_day": 200,
    "warning": None,
}


class AccountView(BaseModel):
    """The account's settings, with what holds where nothing was set."""

    id: int
    name: str
    channel: str
    external_ref: str
    state: str
    ways_to_send: list[str]
    sees_humans: bool
    locale: str
    timezone: str
    country: str | None
    business_name: str | None
    accept_bare_webhooks: bool
    salesbot_id: int | None
    salesbot_field_id: int | None
    areas: list[str]
    hours: dict[str, Any]
    agenda: dict[str, Any]
    ai_disclosure: bool
    never_promise: list[str]
    faq_cache: bool
    faq_days: int
    satisfaction: str
    webhook_networks: list[str]
    api_networks: list[str]
    secret_days: int
    broadcast_per_contact: int
    broadcast_per_day: int
    flow: str | None
    flow_words: dict[str, list[str]]
    profiles: str
    retention: dict[str, int | None]
    auto_return_minutes: float | None
    sla_minutes: float | None
    escalations: int
    burst_scale: float
    balloon_spacing: float
    stale_after_minutes: float
    release_limit_minutes: float
    messages_a_minute: int
    messages_a_day: int
    warning: str | None = Field(description="What the plan (`flow`) lacks in this installation, and what to set.")


@router.get("/account", summary="The account's settings", responses=shows(ACCOUNT, 401, 403, 503))
async def account(services: Services, who: Reader) -> AccountView:
    """Where nothing was set, the default that holds."""
    return AccountView.model_validate(await services.preferences.show(who.account_id))


class ChangeAccount(Strict):
    """What is named is changed, what is not stays. null takes a setting back to its default, or a time to never."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "timezone": "America/Sao_Paulo",
                    "hours": {"week": {"mon": ["09:00-12:00", "13:00-18:00"]}, "holidays": "BR"},
                    "sla_minutes": 10,
                    "auto_return_minutes": None,
                }
            ]
        }
    )

    locale: Literal["pt-BR", "es", "en"] | None = Field(
        default=None, validation_alias=AliasChoices("locale", "idioma"), description="For notes, and to begin with."
    )
    timezone: Words | None = Field(default=None, max_length=64, validation_alias=AliasChoices("timezone", "fuso"))
    country: Words | None = Field(
        default=None,
        max_length=2,
        validation_alias=AliasChoices("country", "pais"),
        description="In which phones without a country are read, such as BR; null: that of the time zone.",
    )
    business_name: Words | None = Field(
        default=None, min_length=1, max_length=120, validation_alias=AliasChoices("business_name", "nome_empresa")
    )
    accept_bare_webhooks: bool | None = None
    salesbot_id: Id | None = None
    salesbot_field_id: Id | None = None
    areas: list[Area] | None = Field(
        default=None, max_length=50, description="What the company deals with: proactive messages are only about it."
    )
    hours: dict[str, Any] | None = Field(
        default=None,
        validation_alias=AliasChoices("hours", "horarios"),
        description='{"week": {"mon": ["09:00-18:00"]}, "exceptions": {"2026-12-24": []}, "holidays": "BR-SP"}',
    )
    agenda: dict[str, Any] | None = Field(
        default=None, description="slot_minutes, buffer_before, buffer_after, hold_minutes, reminders and the like."
    )
    ai_disclosure: bool | None = Field(default=None, description="The first message says that a program writes.")
    never_promise: list[Words] | None = Field(
        default=None, max_length=50, description="Words that no reply of the agent holds, unless the knowledge does."
    )
    faq_cache: bool | None = Field(
        default=None, description="Questions that come again get the answer that is known; see GET /admin/faq."
    )
    faq_days: int | None = Field(default=None, ge=1, le=365, description="So long a known answer holds.")
    satisfaction: Literal["off", "thumbs", "score"] | None = Field(
        default=None,
        validation_alias=AliasChoices("satisfaction", "satisfacao"),
        description="How a customer is asked, once, when a person gives the chat back to the bot.",
    )
    webhook_networks: list[Words] | None = Field(
        default=None, max_length=200, description="From which webhooks are taken; empty: from anywhere."
    )
    api_networks: list[Words] | None = Field(
        default=None, max_length=200, description="From which the account's API keys may be used; empty: from anywhere."
    )
    secret_days: int | None = Field(
        default=None, ge=0, le=3650, description="How old a secret may get before the doctor asks for another; 0: any."
    )
    broadcast_per_contact: int | None = Field(
        default=None, ge=1, le=MOST_PER_DAY, description="Messages that began something, to one person in a day."
    )
    broadcast_per_day: int | None = Field(
        default=None, ge=1, le=MOST_PER_DAY, description="The same to all; what is more is skipped."
    )
    flow: Words | None = Field(
        default=None, max_length=120, description="The plan by which new customers are spoken with; null: none."
    )
    flow_words: dict[str, list[Words]] | None = Field(
        default=None, description='The account\'s own sentences: {"onboarding.greeting.pt-BR": ["Oi!"]}.'
    )
    profiles: Literal["none", "by_contact", "by_phone"] | None = Field(
        default=None, description="by_phone: one phone is one person, whatever the messenger. null: by_contact."
    )
    retention: dict[str, int | None] | None = Field(
        default=None,
        description="history_days, media_days, profiles_days, events_days; null keeps for ever. `ponte retention`.",
    )
    auto_return_minutes: int | None = Field(
        default=None, ge=1, le=_YEAR, description="The bot's return after a salesperson's last sign; null: never."
    )
    sla_minutes: int | None = Field(
        default=None, ge=1, le=_YEAR, description="Opening time in which a person answers a hand-over; null: no clock."
    )
    escalations: int | None = Field(default=None, ge=0, le=10, description="Salespeople told after the first.")
    burst_scale: float | None = Field(default=None, ge=0, le=10, description="Multiplies the wait for more messages.")
    balloon_spacing: float | None = Field(
        default=None, ge=0, le=60, description="Seconds between two balloons of one answer; WhatsApp asks for 6."
    )
    stale_after_minutes: int | None = Field(default=None, ge=1, le=_YEAR)
    release_limit_minutes: int | None = Field(default=None, ge=1, le=_YEAR)
    messages_a_minute: int | None = Field(
        default=None,
        ge=0,
        le=100_000,
        description="Of one customer, before the answers come slowly; at twice as many a person is called. 0: no end.",
    )
    messages_a_day: int | None = Field(default=None, ge=0, le=100_000, description="The same for a day.")


@router.patch("/account", summary="Change the account's settings", responses=shows(ACCOUNT, 401, 403, 413, 422, 503))
async def change_account(body: ChangeAccount, services: Services, who: Admin, request: Request) -> AccountView:
    """All of it or nothing; the command is `ponte accounts set`."""
    given = body.model_dump(exclude_unset=True)
    changed = await services.preferences.change_from(caller(request), who.account_id, given, who=who.who)
    return AccountView.model_validate(changed)
