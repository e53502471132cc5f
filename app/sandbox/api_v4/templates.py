"""Message templates: an integration sees only those that it made itself; WhatsApp's own are reviewed before use."""

from typing import Any, Literal

from pydantic import Field

from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import Template
from app.sandbox.errors import invalid
from app.sandbox.exchange import Answer, Call, hal
from app.sandbox.validation import Strict, read_list, request_id_of, texts
from app.sandbox.world import World

LARGEST_PAGE = 50


class NewTemplate(Strict):
    name: str = Field(min_length=1, max_length=255)
    content: str = Field(min_length=1, max_length=4096)
    type: Literal["amocrm", "waba"] = "amocrm"
    is_editable: bool | None = None
    external_id: str | None = None
    waba_category: Literal["UTILITY", "MARKETING", "AUTHENTICATION"] | None = None
    waba_language: str | None = None
    waba_header: str | None = None
    waba_header_type: str | None = None
    waba_footer: str | None = None
    waba_examples: dict[str, str] | None = None
    request_id: str | int | None = None


def list_templates(world: World, call: Call) -> Answer:
    del world
    found = list(call.account.templates.values())
    shows_reviews = "reviews" in texts(call, "with")
    return page_of(
        call,
        found,
        name="chat_templates",
        show=lambda one: template_view(call, one, reviews=shows_reviews),
        most=LARGEST_PAGE,
    )


def add_templates(world: World, call: Call) -> Answer:
    asked = read_list(NewTemplate, call)
    for n, new in enumerate(asked):
        if new.type == "waba" and new.waba_category is None:
            request_id = request_id_of({"request_id": new.request_id}, n)
            raise invalid("NotBlank", "waba_category", "This value should not be blank.", request_id=request_id)
    made = [store(world, call, new) for new in asked]
    call.account.touch()
    shown = [template_view(call, one) for one in made]
    return hal({"_links": call.href("chats/templates"), "_embedded": {"chat_templates": shown}})


def store(world: World, call: Call, new: NewTemplate) -> Template:
    """One of WhatsApp's waits for its review; the other kind is usable at once."""
    now = world.clock.stamp()
    template = Template(
        id=next(world.next.template),
        name=new.name,
        content=new.content,
        type=new.type,
        waba_category=new.waba_category,
        waba_language=new.waba_language,
        review="review" if new.type == "waba" else None,
        created_at=now,
        updated_at=now,
    )
    call.account.templates[template.id] = template
    return template


def template_view(call: Call, one: Template, *, reviews: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": one.id,
        "account_id": call.account.id,
        "name": one.name,
        "content": one.content,
        "created_at": one.created_at,
        "updated_at": one.updated_at,
        "buttons": [],
        "attachment": None,
        "is_editable": True,
        "type": one.type,
        "waba_category": one.waba_category,
        "waba_language": one.waba_language,
        "_links": call.href(f"chats/templates/{one.id}"),
    }
    if reviews:
        status = [{"id": one.id, "source_id": 1, "status": one.review}] if one.review else []
        shown["_embedded"] = {"reviews": status}
    return shown
