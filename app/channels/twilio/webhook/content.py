"""What a message carries: kind, words and attachments. Pure; what is no saying is empty, and kept as a gesture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.channels.twilio.payloads import kind_of
from app.domain.messages import Media, MessageKind

MOST_MEDIA: Final = 10
LONGEST_CHOICE: Final = 256
# A tap on somebody's own words, or news of the chat itself: nobody is answered.
_NO_SAYING: Final = frozenset({"reaction", "system", "ephemeral"})


@dataclass(frozen=True, slots=True)
class Content:
    """One message without who, when and where."""

    kind: MessageKind
    text: str = ""
    media: Media | None = None
    choice: str = ""  # the id of what was tapped


def contents_of(said: Mapping[str, str]) -> list[Content]:
    """The words with the first attachment, then the further ones, each by itself."""
    name = said.get("MessageType", "")
    if name in _NO_SAYING:
        return []
    words = said.get("Body", "") or said.get("ButtonText", "") or said.get("ListTitle", "")
    place = _place(said)
    if place:
        return [Content(MessageKind.LOCATION, "\n".join(filter(None, (words, place))))]
    attached = _attached(said, name)
    if not attached:
        tapped = (said.get("ButtonPayload", "") or said.get("ListId", ""))[:LONGEST_CHOICE]
        return [Content(MessageKind.TEXT if words else MessageKind.OTHER, words, choice=tapped if words else "")]
    return [Content(one.kind, "" if number else words, one) for number, one in enumerate(attached)]


def _attached(said: Mapping[str, str], name: str) -> list[Media]:
    found = [
        Media(kind_of(said.get(f"MediaContentType{number}", ""), name), said.get(f"MediaUrl{number}", ""))
        for number in range(MOST_MEDIA)
    ]
    return [one for one in found if one.link]


def _place(said: Mapping[str, str]) -> str:
    """A place on the map, in words."""
    if not (said.get("Latitude") and said.get("Longitude")):
        return ""
    where = f"{said['Latitude']}, {said['Longitude']}"
    return "\n".join(filter(None, (said.get("Label", ""), said.get("Address", ""), where)))
