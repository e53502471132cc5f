"""The shapes of Kommo's CRM: the account, its users, contacts and leads with their cards, pipelines and webhooks."""

import html
from typing import Annotated, Any, Final

from pydantic import AliasPath, Field

from app.channels.kommo.payloads import Many, Named, Ref, Shape, Text
from app.domain.grants import Pipeline

CLOSED_STATUSES: Final = frozenset({142, 143})  # won and lost have these numbers in every pipeline


class AccountShape(Shape):
    id: str
    subdomain: Text = ""


class AccountCardShape(AccountShape):
    """The account with what a person asks who checks the connection."""

    name: Text = ""
    country: Text = ""
    currency: Text = ""
    is_technical_account: bool = False
    timezone: Text = Field(default="", validation_alias=AliasPath("_embedded", "datetime_settings", "timezone"))


class UserShape(Shape):
    id: str
    name: Text = ""
    groups: Annotated[list[Named], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "groups"))
    roles: Annotated[list[Named], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "roles"))
    amojo_id: Text = ""
    phone_number: Text = ""
    is_active: bool = Field(default=True, validation_alias=AliasPath("rights", "is_active"))
    is_admin: bool = Field(default=False, validation_alias=AliasPath("rights", "is_admin"))


class FieldValue(Shape):
    value: Any = None


class FieldValues(Shape):
    field_id: Text = ""
    field_name: Text = ""
    field_code: Text = ""
    values: Annotated[list[FieldValue], Many] = Field(default=[])


class Linked(Shape):
    id: str


class ContactShape(Shape):
    id: str
    name: Text = ""
    fields: Annotated[list[FieldValues], Many] = Field(default=[], validation_alias="custom_fields_values")
    leads: Annotated[list[Linked], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "leads"))

    def phones(self) -> list[str]:
        """The values of the PHONE field, as they were typed."""
        values = [one.value for field in self.fields if field.field_code == "PHONE" for one in field.values]
        return [str(value) for value in values if value]


class LeadShape(Shape):
    id: str
    status_id: int = 0
    responsible_user_id: Ref = None

    @property
    def is_open(self) -> bool:
        return self.status_id not in CLOSED_STATUSES


class LeadCardShape(LeadShape):
    """A lead with all that its card shows."""

    name: Text = ""
    pipeline_id: int = 0
    fields: Annotated[list[FieldValues], Many] = Field(default=[], validation_alias="custom_fields_values")
    contacts: Annotated[list[Linked], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "contacts"))
    tags: Annotated[list[Named], Many] = Field(default=[], validation_alias=AliasPath("_embedded", "tags"))


class FieldShape(Shape):
    """A field that leads may have."""

    id: int
    name: Text = ""
    type: Text = ""


class NoteShape(Shape):
    id: str
    text: Text = Field(default="", validation_alias=AliasPath("params", "text"))
    entity_id: Ref = None
    created_by: Ref = None
    created_at: int = 0

    def says(self, text: str) -> bool:
        """Kommo has been seen to HTML-escape notes."""
        return text in {self.text, html.unescape(self.text)}


class TaskShape(Shape):
    id: str
    text: Text = ""
    is_completed: bool = False


class StatusShape(Shape):
    id: str
    name: Text = ""


class PipelineShape(Shape):
    id: str
    name: Text = ""
    statuses: Annotated[list[StatusShape], Many] = Field(
        default=[], validation_alias=AliasPath("_embedded", "statuses")
    )

    def plain(self) -> Pipeline:
        return Pipeline(self.id, self.name, tuple((one.id, one.name) for one in self.statuses))


class WebhookShape(Shape):
    destination: Text = ""
    settings: Annotated[list[str], Many] = Field(default=[])
    disabled: bool = False
