"""What a model is told of a turn: one JSON object, so that no text in it can pass for the structure around it. Pure.

It holds what the turn needs and no more: no phone, no e-mail address and no id of the contact, unless the customer
wrote it; of their profile the name, the place, the language and what they last wrote about. Old lines are left out
before new ones.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from app.agents.injection import looks_injected
from app.domain.attached import attached
from app.domain.brain import Line, Passage, PersonKnown, ReplyRequest
from app.domain.language import LOCALES
from app.domain.messages import Author

_FROM = {Author.CUSTOMER: "customer", Author.HUMAN: "salesperson", Author.BOT: "assistant"}
_MOST_LINES = 24
_LONGEST_LINE = 1_200
_LONGEST_BURST = 6_000
_HISTORY_LETTERS = 8_000
_LONGEST_DATUM = 300
_CONTACT_DATA = re.compile(r"@|(?:\d[\s().-]{0,2}){8,}")
_CONTACT_KEYS = re.compile(
    r"phone|fone|tel|mail|whats|cpf|cnpj|dni|documento|document|address|endere|direcc", re.IGNORECASE
)


def told(request: ReplyRequest, passages: Sequence[Passage], *, locale: str) -> str:
    """The facts of a turn as the text of one message to a model."""
    return json.dumps(facts(request, passages, locale=locale), ensure_ascii=False)


def facts(request: ReplyRequest, passages: Sequence[Passage], *, locale: str) -> dict[str, Any]:
    """The same as an object."""
    now = request.now.astimezone(ZoneInfo(request.timezone))
    known: dict[str, Any] = {
        "now": now.strftime("%A %Y-%m-%d %H:%M"),
        "timezone": request.timezone,
        "language": locale,
        "business": request.business,
        "open_now": request.is_open,
        "hours": dict(request.hours),
        "salesperson": request.seller.name if request.seller else None,
        "customer": customer(request.profile) if request.profile else None,
        "knowledge": [{"title": one.title, "text": one.text} for one in passages],
        "history": history(request.history, locale=locale),
        "customer_writes": burst(request.burst, locale=locale),
    }
    if request.occasion is not None:
        known["occasion"] = {"trigger": request.occasion.trigger, "data": needed(request.occasion.data)}
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def customer(known: PersonKnown) -> dict[str, Any]:
    """Who writes, as far as it helps to answer. A name is what anybody typed: none that gives orders is told."""
    said = {"name": known.name, "place": known.place}
    plain = {key: value for key, value in said.items() if value and not looks_injected(value)}
    spoken = {"language": known.language} if known.language in LOCALES else {}
    return {**plain, **spoken, **({"last_topics": list(known.topics)} if known.topics else {})}


def burst(lines: Sequence[Line], *, locale: str) -> list[str]:
    """What must be answered; a file is named: `[áudio, 23 s]`, and behind it what was said in it, if it was heard."""
    said: list[str] = []
    left = _LONGEST_BURST
    for line in lines:
        text = _text(line, locale)[:left]
        left -= len(text)
        said.append(text)
    return [text for text in said if text]


def history(lines: Sequence[Line], *, locale: str) -> list[dict[str, str]]:
    """The newest lines that fit, oldest first."""
    kept: list[dict[str, str]] = []
    left = _HISTORY_LETTERS
    for line in reversed(lines[-_MOST_LINES:]):
        text = _text(line, locale)[:_LONGEST_LINE]
        left -= len(text)
        if left < 0:
            break
        kept.append({"from": _FROM[line.author], "text": text})
    return kept[::-1]


def needed(data: Mapping[str, str]) -> dict[str, str]:
    """What a form told, without what only serves to reach the person."""
    return {
        name: value[:_LONGEST_DATUM]
        for name, value in data.items()
        if not _CONTACT_KEYS.search(name) and not _CONTACT_DATA.search(value)
    }


def _text(line: Line, locale: str) -> str:
    name = line.media.file_name if line.media else ""
    named = attached(line.kind, locale, seconds=line.seconds, file_name=name)
    return (f"[{named}] {line.text.strip()}" if named else line.text).strip()
