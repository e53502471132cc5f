"""What may be posted to a number, as Meta's pages have it; what does not fit is refused with Meta's codes."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

USER_ID: Final = r"^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}$"
PHONE: Final = r"^\+?[0-9 ()-]{5,25}$"


class Strict(BaseModel):
    """Exactly these fields, exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


# Texts that are there, and no longer than so many characters.
UpTo20 = Annotated[str, Field(min_length=1, max_length=20)]
UpTo24 = Annotated[str, Field(min_length=1, max_length=24)]
UpTo60 = Annotated[str, Field(min_length=1, max_length=60)]
UpTo72 = Annotated[str, Field(min_length=1, max_length=72)]
UpTo128 = Annotated[str, Field(min_length=1, max_length=128)]
UpTo200 = Annotated[str, Field(min_length=1, max_length=200)]
UpTo240 = Annotated[str, Field(min_length=1, max_length=240)]
UpTo256 = Annotated[str, Field(min_length=1, max_length=256)]
UpTo512 = Annotated[str, Field(min_length=1, max_length=512)]
UpTo1024 = Annotated[str, Field(min_length=1, max_length=1024)]
UpTo2048 = Annotated[str, Field(min_length=1, max_length=2048)]
UpTo4096 = Annotated[str, Field(min_length=1, max_length=4096)]


class Context(Strict):
    message_id: UpTo200


class Words(Strict):
    body: UpTo4096
    preview_url: bool = False


class Media(Strict):
    """An image, a film, a document, a sound or a sticker; one of id and link."""

    id: UpTo128 | None = None
    link: UpTo2048 | None = None
    caption: UpTo1024 | None = None
    filename: UpTo240 | None = None
    voice: bool | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> "Media":
        if (self.id is None) == (self.link is None):
            raise ValueError("one of id and link")
        if self.link is not None and not self.link.startswith(("https://", "http://")):
            raise ValueError("the link is no address")
        return self


class Parameter(Strict):
    type: Literal["text"]
    text: UpTo1024
    parameter_name: UpTo60 | None = None


class Component(Strict):
    type: Literal["header", "body", "button"]
    sub_type: Literal["quick_reply", "url"] | None = None
    index: str | None = None
    parameters: list[Parameter] = Field(default_factory=list[Parameter])


class Language(Strict):
    code: Annotated[str, Field(pattern=r"^[a-z]{2,3}(_[A-Z]{2,4})?$")]


class TemplateBody(Strict):
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,512}$")]
    language: Language
    components: list[Component] = Field(default_factory=list[Component])


class Short(Strict):
    """A header or a footer."""

    type: Literal["text"] | None = None
    text: UpTo60


class Said(Strict):
    text: UpTo4096


class Reply(Strict):
    id: UpTo256
    title: UpTo20


class Tap(Strict):
    type: Literal["reply"]
    reply: Reply


class Line(Strict):
    id: UpTo200
    title: UpTo24
    description: UpTo72 | None = None


class Part(Strict):
    title: UpTo24 | None = None
    rows: Annotated[list[Line], Field(min_length=1, max_length=10)]


class Action(Strict):
    buttons: Annotated[list[Tap], Field(min_length=1, max_length=3)] | None = None
    button: UpTo20 | None = None
    sections: Annotated[list[Part], Field(min_length=1, max_length=10)] | None = None


class Interactive(Strict):
    type: Literal["button", "list"]
    header: Short | None = None
    body: Said
    footer: Short | None = None
    action: Action

    @model_validator(mode="after")
    def _fits(self) -> "Interactive":
        sections = self.action.sections or []
        is_list = self.action.button is not None and bool(sections) and self.action.buttons is None
        rows = sum(len(one.rows) for one in sections)
        is_button = self.action.buttons is not None and self.action.button is None and not sections
        if self.type == "button" and not (is_button and len(self.body.text) <= 1024):  # noqa: PLR2004
            raise ValueError("not a message with buttons")
        if self.type == "list" and not (is_list and rows <= 10):  # noqa: PLR2004
            raise ValueError("not a list")
        if len(sections) > 1 and not all(one.title for one in sections):
            raise ValueError("sections need titles")
        taps = self.action.buttons or []
        ids = [one.reply.id for one in taps] + [row.id for one in sections for row in one.rows]
        titles = [one.reply.title for one in taps]
        if len(set(ids)) < len(ids) or len(set(titles)) < len(titles):
            raise ValueError("two have the same id or title")
        return self


class Reaction(Strict):
    message_id: UpTo200
    emoji: str


Kind = Literal["text", "image", "audio", "video", "document", "sticker", "template", "interactive", "reaction"]


class SendOrder(Strict):
    """A message to one person."""

    messaging_product: Literal["whatsapp"]
    recipient_type: Literal["individual"] = "individual"
    to: Annotated[str, Field(pattern=PHONE)] | None = None
    recipient: Annotated[str, Field(pattern=USER_ID)] | None = None
    type: Kind = "text"
    context: Context | None = None
    biz_opaque_callback_data: UpTo512 | None = None
    text: Words | None = None
    image: Media | None = None
    audio: Media | None = None
    video: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    template: TemplateBody | None = None
    interactive: Interactive | None = None
    reaction: Reaction | None = None

    @model_validator(mode="after")
    def _whole(self) -> "SendOrder":
        if self.to is None and self.recipient is None:
            raise ValueError("nobody")
        if getattr(self, self.type) is None:
            raise ValueError("no content of this type")
        return self


class Typing(Strict):
    type: Literal["text"]


class ReadOrder(Strict):
    """Marks what a customer wrote as read."""

    messaging_product: Literal["whatsapp"]
    status: Literal["read"]
    message_id: UpTo200
    typing_indicator: Typing | None = None


class Override(Strict):
    override_callback_uri: str
    verify_token: str


class NumberOrder(Strict):
    """Where the webhooks of a number go."""

    webhook_configuration: Override


class DialogWebhook(Strict):
    """360dialog's form of the same."""

    url: UpTo2048
    headers: dict[str, str] | None = None


def code_of(error: ValidationError) -> int:
    """Meta's code for what does not fit: something is missing, or something is wrong."""
    kinds = {one["type"] for one in error.errors(include_url=False, include_input=False)}
    return 131008 if "missing" in kinds else 100
