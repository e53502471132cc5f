"""The CRM's cards, what stands on them, and the portal's people."""

from typing import Annotated, Final

from pydantic import Field

from app.channels.bitrix24.payloads import Flag, Many, Ref, Shape, Text, any_of

NOTE_MARK: Final = "[Ponte] "  # how what we write on a timeline begins


class PersonShape(Shape):
    """A user of the portal."""

    id: str = Field(validation_alias=any_of("ID", "id"))
    name: Text = Field(default="", validation_alias=any_of("NAME", "first_name"))
    last_name: Text = Field(default="", validation_alias=any_of("LAST_NAME", "last_name"))
    active: Flag = Field(default=True, validation_alias=any_of("ACTIVE", "active"))
    mobile: Text = Field(default="", validation_alias=any_of("PERSONAL_MOBILE"))
    work_phone: Text = Field(default="", validation_alias=any_of("WORK_PHONE"))
    kind: Text = Field(default="employee", validation_alias=any_of("USER_TYPE"))


class PhoneShape(Shape):
    value: Text = Field(default="", validation_alias=any_of("VALUE"))


class CardShape(Shape):
    """A lead, a deal or a contact of the CRM."""

    id: str = Field(validation_alias=any_of("ID"))
    title: Text = Field(default="", validation_alias=any_of("TITLE"))
    name: Text = Field(default="", validation_alias=any_of("NAME"))
    last_name: Text = Field(default="", validation_alias=any_of("LAST_NAME"))
    assigned_to: Ref = Field(default=None, validation_alias=any_of("ASSIGNED_BY_ID"))
    contact_id: Ref = Field(default=None, validation_alias=any_of("CONTACT_ID"))
    semantic: Text = Field(default="", validation_alias=any_of("STATUS_SEMANTIC_ID", "STAGE_SEMANTIC_ID"))
    closed: Flag = Field(default=False, validation_alias=any_of("CLOSED"))
    stage: Text = Field(default="", validation_alias=any_of("STAGE_ID", "STATUS_ID"))
    category: Text = Field(default="", validation_alias=any_of("CATEGORY_ID"))
    phones: Annotated[list[PhoneShape], Many] = Field(default=[], validation_alias=any_of("PHONE"))

    @property
    def is_open(self) -> bool:
        """Neither won nor lost."""
        return self.semantic not in {"S", "F"} and not self.closed


class CommentShape(Shape):
    id: str = Field(validation_alias=any_of("ID"))
    text: Text = Field(default="", validation_alias=any_of("COMMENT"))


class FieldShape(Shape):
    """A field that a card may have, under its own code."""

    type: Text = ""
    title: Text = ""
    label: Text = Field(default="", validation_alias=any_of("formLabel", "listLabel"))
    is_fixed: Flag = Field(default=False, validation_alias=any_of("isReadOnly"))
