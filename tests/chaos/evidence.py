"""A vendor's own book, read as a story: what reached the customers, and when each hook was acknowledged."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

PAGE = 2000
_SEND = re.compile(r"^/api/v4/talks/(\d+)/send_message$")
_IDS = ("message[add][0][id]", "outgoing_message[add][0][id]", "leads[note][0][note][id]")


@dataclass(frozen=True, slots=True)
class Reached:
    """A message of ours that the channel accepted, whatever our process got to hear of it."""

    seq: int
    at: float
    chat_id: str
    text: str
    heard: bool = True  # whether the caller was told of it, where the vendor's book says so


@dataclass
class Hook:
    """The attempts to deliver one thing: when the first one began, and when one was first acknowledged."""

    began: float
    acknowledged: float | None = None


@dataclass
class Story:
    reached: list[Reached] = field(default_factory=list[Reached])
    hooks: dict[str, Hook] = field(default_factory=dict[str, Hook])
    calls: int = 0
    faults: int = 0
    attempts: int = 0
    refused: Counter[int] = field(default_factory=Counter[int])  # hooks that were not acknowledged, by status
    untold: set[str] = field(default_factory=set[str])  # messages that the vendor told nobody, and shows nowhere
    noticed: list[float] = field(default_factory=list[float])  # seconds until a look found a person's words
    unnoticed: list[str] = field(default_factory=list[str])  # take-overs that no look has found

    def told(self, tokens: set[str], *, at: float, ended: float, status: int) -> None:
        """One attempt to deliver a hook about these things."""
        self.attempts += 1
        is_good = 200 <= status <= 299
        if not is_good:
            self.refused[status] += 1
        for token in tokens - {""}:
            hook = self.hooks.setdefault(token, Hook(at))
            hook.began = min(hook.began, at)
            if is_good and (hook.acknowledged is None or ended < hook.acknowledged):
                hook.acknowledged = ended


async def entries(box: str) -> AsyncIterator[dict[str, Any]]:
    """The whole record, in order."""
    after = 0
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        while True:
            answer = await http.get(f"{box}/_sandbox/record", params={"after": after, "limit": PAGE})
            page: list[dict[str, Any]] = answer.json()
            if not page:
                return
            for entry in page:
                yield entry
            after = page[-1]["seq"]


async def read_story(box: str, chats: Mapping[int, str]) -> Story:
    """Kommo's; `chats` by talk."""
    story = Story()
    async for entry in entries(box):
        if entry["kind"] == "call":
            _call(story, entry, chats)
        else:
            story.told(_tokens(entry), at=entry["at"], ended=entry["at"] + entry["took"], status=entry["status"])
    return story


def _call(story: Story, entry: dict[str, Any], chats: Mapping[int, str]) -> None:
    story.calls += 1
    story.faults += "fault" in entry
    found = _SEND.match(entry["path"])
    effect = entry["effect"] if "fault" in entry else {"status": entry["status"]}
    if found and entry["method"] == "POST" and effect is not None and effect["status"] == 202:
        heard = entry["status"] == 202
        story.reached.append(Reached(entry["seq"], entry["at"], chats[int(found[1])], entry["request"]["text"], heard))


def _tokens(entry: dict[str, Any]) -> set[str]:
    """The ids by which the people know what this hook was about."""
    request = entry["request"]
    return {request[name] for name in _IDS if name in request}
