"""What a tester may ask for, as it stands in the OpenAPI page."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MediaType = Literal["picture", "voice", "audio", "video", "file", "sticker", "location", "contact"]
ROLE = r"^(customer|(user|phone):[0-9]{1,12})$"


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    @field_validator("*")
    @classmethod
    def can_travel(cls, value: Any) -> Any:
        """Half of a surrogate pair can't be sent as UTF-8: it becomes a question mark, as on any wire."""
        return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


class Media(Order):
    type: MediaType
    link: str | None = Field(
        default=None, description="Where it can be fetched; without it the sandbox serves a small file."
    )
    file_name: str | None = None


class Say(Order):
    """Somebody writes in a chat; chat, talk, contact and lead are made where they are missing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"chat": "maria", "text": "Oi, quanto custa?", "as": "customer"},
                {"chat": "maria", "text": "/assumir", "as": "user:1"},
                {"chat": "maria", "media": "voice", "as": "customer"},
            ]
        },
    )

    chat: str = Field(min_length=1, max_length=200, description="Any name you like, or the id of a chat.")
    text: str | None = None
    media: Media | MediaType | None = None
    role: str = Field(
        default="customer", alias="as", pattern=ROLE, description="customer, user:<id> or phone:<user id>"
    )
    account: int | str | None = Field(default=None, description="Id or subdomain; without it the default account.")
    account_id: int | None = None
    name: str | None = Field(default=None, description="The contact's name, where the contact is new.")
    phone: str | None = Field(default=None, description="The contact's phone, where the contact is new.")
    lead: bool = Field(default=True, description="Whether a new chat gets a lead.")
    at: int | None = Field(default=None, ge=0, description="The message's created_at; without it, now.")
    message_id: str | None = Field(default=None, min_length=1, max_length=100)
    talk_closed: bool = Field(default=False, description="Close the talk right after this message.")


class Said(BaseModel):
    message_id: str
    chat_id: str
    talk_id: int
    contact_id: int
    lead_id: int | None


class Aging(Order):
    """Time goes by in a chat; an hour is as long as --time-scale makes it."""

    hours: float = Field(default=25, gt=0, le=24 * 365, description="25: the 24 hours of WhatsApp are over.")


class WriteNote(Order):
    text: str = Field(min_length=1)
    role: str = Field(default="user:1", alias="as", pattern=r"^user:[0-9]{1,12}$")
    lead_id: int | None = None
    chat: str | None = None
    account: int | str | None = None
    account_id: int | None = None


class Noted(BaseModel):
    note_id: int
    lead_id: int


class MakeLead(Order):
    """One more open lead for a contact who has one already, or none."""

    name: str = Field(min_length=1)
    contact_id: int | None = None
    chat: str | None = None
    account: int | str | None = None
    account_id: int | None = None


class Made(BaseModel):
    lead_id: int
    contact_id: int


class CapabilitiesOrder(Order):
    talks_send: bool | None = None
    outgoing_hook: bool | None = None
    salesbot: bool | None = None
    talks_history: bool | None = None


class UserOrder(Order):
    id: int | None = Field(default=None, ge=1, description="Without it, a new user gets the next free number.")
    name: str | None = None
    phone: str | None = None
    is_active: bool | None = None
    is_admin: bool | None = None
    gone: bool = Field(default=False, description="Taken out of the account: nobody lists this user any more.")


class TemplateBotOrder(Order):
    """A Salesbot whose one step sends a template that WhatsApp has approved."""

    name: str = Field(min_length=1, max_length=200)
    template: str = Field(min_length=1, max_length=4096, description="May hold {{contact.name}}.")


class AccountOrder(Order):
    """Make an account, or change the one whose id or subdomain is given."""

    id: int | None = Field(default=None, ge=1)
    subdomain: str | None = Field(default=None, pattern=r"^[a-z0-9-]{1,60}$")
    token: str | None = Field(default=None, min_length=8)
    plan: Literal["trial", "base", "advanced", "pro", "enterprise", "technical"] | None = None
    capabilities: CapabilitiesOrder | None = None
    quota: int | None = Field(
        default=None, ge=0, description="Messages left to send by the talks API; null: unlimited."
    )
    users: list[UserOrder] = Field(default_factory=list[UserOrder])
    template_bots: list[TemplateBotOrder] = Field(
        default_factory=list[TemplateBotOrder], description="Added to the account's Salesbots, by name."
    )
    approved_templates: list[str] = Field(
        default_factory=list[str], description="Names of templates whose review WhatsApp ends with a yes."
    )
    webhooks: dict[str, list[str]] = Field(
        default_factory=dict[str, list[str]],
        description="Address and event codes to subscribe, as the settings page does.",
    )


class AccountView(BaseModel):
    id: int
    subdomain: str
    token: str
    plan: str
    quota: int | None
    capabilities: dict[str, bool]
    bot_id: int
    field_id: int
    template_bots: dict[str, int]
    webhooks: list[dict[str, Any]]
    users: list[dict[str, Any]]


class GrantOrder(Order):
    """The administrator lets the integration in."""

    redirect_uri: str = Field(min_length=1, description="Must be repeated exactly when the code is exchanged.")
    account: int | str | None = None
    account_id: int | None = None


class Granted(BaseModel):
    client_id: str
    client_secret: str
    redirect_uri: str
    code: str
    referer: str


class Reset(Order):
    all: bool = Field(default=False, description="Also give the default account a new token and no webhooks.")


class Entry(BaseModel):
    seq: int
    at: float
    took: float | None = Field(default=None, description="Hooks: seconds until the receiver had answered.")
    kind: Literal["call", "hook"]
    method: str
    path: str
    status: int
    request: Any
    response: Any
    account_id: int | None
