"""A balloon of a reply that is more than a text: answers to tap, or an attachment. Pure.

Its limits are those of the narrowest channel that shows such things, and are checked wherever the message goes: a flow
that works on one channel works on all of them. Whoever wrote it is told which field is too long, never what it said.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from app.domain.choosing import check_choices, check_words
from app.domain.content import (
    LONGEST_LINK,
    MOST_BUTTONS,
    MOST_ROWS,
    Choice,
    Content,
    Form,
    Section,
)
from app.domain.storable import visible
from app.n8n.balloon_fields import (
    ButtonTitle,
    Description,
    FileName,
    Opener,
    OwnId,
    RowTitle,
    SectionTitle,
    public_link,
)
from app.n8n.spoiled import fault_of

MOST_BALLOONS: Final = 20


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


class _Answer(_Part):
    """Something to tap. A bare title is one too."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        return {"title": given} if isinstance(given, str | int | float) else given


class ButtonItem(_Answer):
    """An answer to tap: a title, or a title with the id that comes back in `choice` when it is tapped."""

    title: ButtonTitle
    id: OwnId = ""


class RowItem(_Answer):
    """A row of a list."""

    title: RowTitle
    id: OwnId = ""
    description: Description = ""


class SectionItem(_Part):
    """Rows under a title."""

    title: SectionTitle = ""
    rows: list[RowItem] = Field(min_length=1, max_length=MOST_ROWS)


class ListItem(_Part):
    """Up to ten rows behind one button: `rows`, or `sections` with a title each."""

    button: Opener = Field(description="What is tapped to open the list.")
    rows: list[RowItem] = Field(default_factory=list[RowItem], max_length=MOST_ROWS)
    sections: list[SectionItem] = Field(default_factory=list[SectionItem], max_length=MOST_ROWS)

    @model_validator(mode="after")
    def _whole(self) -> "ListItem":
        if bool(self.rows) == bool(self.sections):
            raise ValueError("give rows or sections")
        if sum(len(one.rows) for one in self.sections) > MOST_ROWS:
            raise ValueError(f"{MOST_ROWS} rows at the most in all sections together")
        if len(self.sections) > 1 and not all(one.title for one in self.sections):
            raise ValueError("several sections need a title each")
        return self


class AttachmentItem(_Part):
    """A file by its public link. The messenger fetches it itself."""

    kind: Literal["image", "document", "audio", "video"]
    link: Annotated[str, AfterValidator(public_link), Field(json_schema_extra={"maxLength": LONGEST_LINK})] = Field(
        description="https, public, and of no more than the messenger takes (images 5 MB, the rest 16 MB)."
    )
    caption: str = Field(default="", description="The words under it; the balloon's text does the same.")
    filename: FileName = Field(default="", description="Of a document.")


class BalloonItem(_Part):
    """A text with `buttons` or a `list` to tap, or a `media` file. Where a channel shows none, it is written out."""

    text: str = ""
    buttons: list[ButtonItem] = Field(default_factory=list[ButtonItem], max_length=MOST_BUTTONS)
    menu: ListItem | None = Field(default=None, alias="list")
    media: AttachmentItem | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "BalloonItem":
        if sum(map(bool, (self.buttons, self.menu, self.media))) > 1:
            raise ValueError("one of buttons, list and media")
        if self.media is not None and self.text and self.media.caption:
            raise ValueError("text or media.caption, not both")
        if self.media is None and not visible(self.text):
            raise ValueError("text: there is nothing to read in it")
        if fault := fault_of(self.words):
            raise ValueError(f"text: {fault}")
        if self.is_rich:
            _check_words(self)
        return self

    @property
    def is_rich(self) -> bool:
        """Whether it is more than its text."""
        return bool(self.buttons or self.menu or self.media)

    @property
    def words(self) -> str:
        return self.text.strip() or (self.media.caption.strip() if self.media else "")

    @property
    def content(self) -> Content | None:
        """What it carries beside plain words."""
        if self.buttons:
            choices = tuple(Choice(one.title, one.id) for one in self.buttons)
            return Content(Form.BUTTONS, self.words, (Section("", choices),))
        if self.menu is not None:
            return Content(Form.LIST, self.words, _sections(self.menu), opener=self.menu.button)
        if self.media is not None:
            file = self.media
            return Content(Form(file.kind), self.words, link=file.link, file_name=file.filename)
        return None

    @property
    def written(self) -> str:
        """The whole of it in words."""
        found = self.content
        return found.written if found else self.text


def _check_words(balloon: BalloonItem) -> None:
    check_words(balloon.words)
    if balloon.media is not None and balloon.media.kind == "audio" and balloon.words:
        raise ValueError("nothing is shown under a sound; send the text as a balloon of its own")
    if balloon.media is not None and balloon.media.filename and balloon.media.kind != "document":
        raise ValueError("media.filename: only a document has one")
    found = balloon.content
    check_choices(found.choices if found else ())


def _sections(given: ListItem) -> tuple[Section, ...]:
    parts = given.sections or [SectionItem(rows=given.rows)]
    return tuple(
        Section(part.title, tuple(Choice(row.title, row.id, row.description) for row in part.rows)) for part in parts
    )


def _form_of(given: Any) -> str:
    """Which of the forms is meant, so that one error is told of it and not one of each."""
    if isinstance(given, list):
        return "(list)"
    return "(object)" if isinstance(given, (dict, BalloonItem)) else "(text)"


# What errors say of the form that was meant: no field of anybody's.
FORMS: Final = frozenset({"(text)", "(object)", "(list)"})
Balloon = Annotated[
    Annotated[str, Tag("(text)")] | Annotated[BalloonItem, Tag("(object)")],
    Discriminator(_form_of),
]
Reply = Annotated[
    Annotated[str, Tag("(text)")]
    | Annotated[BalloonItem, Tag("(object)")]
    | Annotated[list[Balloon], Field(json_schema_extra={"maxItems": MOST_BALLOONS}), Tag("(list)")],
    Discriminator(_form_of),
]


def said_in(reply: str | BalloonItem | list[str | BalloonItem] | None) -> tuple[tuple[str, Content | None], ...]:
    """The balloons of a reply: each in words, and what it carries beside them."""
    given = reply if isinstance(reply, list) else [reply] if reply else []
    found = ((one, None) if isinstance(one, str) else (one.written, one.content) for one in given)
    return tuple((text, content) for text, content in found if visible(text))
