"""The shapes of Kommo's chats: talks and their messages, the events that tell of them, bots and message templates."""

from typing import Annotated

from pydantic import AliasPath, Field

from app.channels.kommo.payloads import Many, Ref, Shape, Text, author_of
from app.domain.messages import Author


class TalkShape(Shape):
    talk_id: str
    chat_id: Text = ""
    contact_id: Ref = None
    entity_id: Ref = None
    entity_type: Text = ""
    is_in_work: bool = True
    origin: Text = ""
    updated_at: float = 0

    @property
    def lead_id(self) -> str | None:
        return self.entity_id if self.entity_type in {"lead", "leads"} else None


class AuthorShape(Shape):
    id: Text = ""
    type: Text = ""
    name: Text = ""
    user_id: Ref = None


class AttachmentShape(Shape):
    type: Text = ""
    link: Text = ""
    file_name: Text = ""


class TalkMessageShape(Shape):
    id: str
    type: Text = ""
    message_type: Text = ""
    text: Text = ""
    author: AuthorShape = AuthorShape()
    attachment: AttachmentShape | None = None
    delivery_status: Text = ""
    created_at: float = 0

    def written_by(self) -> Author:
        return author_of(self.author.type, is_outgoing=self.type != "incoming" and self.author.type != "external")


class SentShape(Shape):
    id: str


class EventMessage(Shape):
    talk_id: Ref = None


class EventValue(Shape):
    message: EventMessage = EventMessage()


class EventShape(Shape):
    """Who wrote when, never what. The talk is named in live data; vendor pages only promise the message."""

    id: str
    values: Annotated[list[EventValue], Many] = Field(default=[], validation_alias="value_after")
    entity_id: Ref = None
    entity_type: Text = ""
    linked_contact: Ref = Field(
        default=None, validation_alias=AliasPath("_embedded", "entity", "linked_talk_contact_id")
    )

    def talk_id(self) -> str | None:
        return next((value.message.talk_id for value in self.values if value.message.talk_id), None)

    def contact_id(self) -> str | None:
        return self.linked_contact or (self.entity_id if self.entity_type == "contact" else None)


class ReviewShape(Shape):
    """What WhatsApp said about a template."""

    status: Text = ""


class BotShape(Shape):
    id: str
    is_active: bool = Field(default=True, validation_alias=AliasPath("settings", "active"))


class TemplateShape(Shape):
    """A message template; `is_approved` says that WhatsApp takes it outside the 24 hours."""

    id: str
    name: Text = ""
    type: Text = ""
    waba_language: Text = ""
    reviews: Annotated[list[ReviewShape], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "reviews"))

    @property
    def is_approved(self) -> bool:
        return self.type == "waba" and any(review.status == "approved" for review in self.reviews)
