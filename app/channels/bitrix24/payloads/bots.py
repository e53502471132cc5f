"""The bot, what happened to it, and what it did."""

from typing import Annotated, Any

from pydantic import Field

from app.channels.bitrix24.payloads import Flag, Many, Ref, Shape, Text, any_of


class BotShape(Shape):
    id: str
    code: Text = ""
    event_mode: Text = Field(default="", validation_alias=any_of("eventMode"))


class BotsShape(Shape):
    bot: BotShape


class SentShape(Shape):
    id: str


class EventsShape(Shape):
    """The events of a fetch as they came: they are stored before they are read."""

    events: Annotated[list[Any], Many] = Field(default=[])
    next_offset: Ref = Field(default=None, validation_alias=any_of("nextOffset"))
    has_more: Flag = Field(default=False, validation_alias=any_of("hasMore"))


class LinkShape(Shape):
    link: Text = Field(default="", validation_alias=any_of("downloadUrl"))
