"""Why is the bot quiet? One sentence, and what to do about it, from figures that hold no customer text. Pure rules."""

import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.clock import Clock
from app.domain.errors import Conflict, NotFound, Rejected
from app.domain.ids import AccountId
from app.services.bot_control.address import Named, choose
from app.services.conversation.paused import pause_told
from app.store import control
from app.store.database import Database
from app.store.overview import Overview
from app.store.tool_calls import ToolCalls

Figures = dict[str, Any]
_PAGE = 200
# What the replay itself needs to see, however little is asked for.
_LEAST = 20
_ANY_CLOCK = timedelta(days=1)
_UNFINISHED = ("pending", "sending")
_BEHIND = "Events wait in the mailbox: a worker is behind, or an echo waits for its send to end."
_ANSWERED = "Nothing to answer: the bot is on and the customer has an answer to everything."
_UNHEARD = (
    "Our last words reached nobody, for the messenger's window is closed. An approved template asks the customer to "
    "write back (GET /admin/outreaches tells what became of it), and the bot answers then."
)
# The time of a conversation's last word, and its number.
_CURSOR = re.compile(r"([0-9]{1,11}(?:\.[0-9]{1,6})?)_([0-9]{1,18})", re.ASCII)


def state_at(past: dict[str, list[Figures]], moment: datetime) -> Figures | None:
    """The visible state at a time: after the newest event or clock, with what the line had come to since. Pure."""
    told = [(event["folded_at"], event["after"]) for event in past["events"][:1]]
    told += [(entry["at"], entry["after"]) for entry in past["audit"] if entry["after"]][:1]
    if not told:
        return None
    _, after = max(told, key=lambda one: one[0])
    rows = {row["number"]: row for row in past["line"] if row["kind"] == "message"}
    return {**after, "line": [_row_at(row, rows.get(row["number"]), moment) for row in after["line"]]}


def _row_at(then: Figures, row: Figures | None, moment: datetime) -> Figures:
    if row is None or then["state"] not in _UNFINISHED:
        return then
    if row["sent_at"] and row["sent_at"] <= moment:
        return {**then, "state": "sent"}
    return {**then, "state": "sending" if row["claimed_at"] and row["claimed_at"] <= moment else "pending"}


def turn_at(turns: list[Figures], moment: datetime) -> Figures | None:
    """The turn that was open at a time, if one was. Pure."""
    return next((turn for turn in turns if turn["closed_at"] is None or turn["closed_at"] > moment), None)


def met_closed_window(past: dict[str, list[Figures]]) -> bool:
    """Whether our last words reached nobody, a wish goes on in their place, and nobody has written since. Pure."""
    last = next((one for one in past["audit"] if one["what"] == "not_delivered"), None)
    refused = last["at"] if last and last["why"].startswith("outreach-") else None
    wrote = next((one["folded_at"] for one in past["events"] if one["kind"] == "customer"), None)
    return refused is not None and (wrote is None or wrote < refused)


def why_quiet(
    after: Figures | None,
    waiting: dict[str, list[Figures]],
    turn: Figures | None,
    *,
    paused: str = "",
    unheard: bool = False,
) -> str:
    """One sentence about the state after the newest event that counts.

    `paused`: who switched the bot off, if it is. `unheard`: our last words reached nobody.
    """
    if after is None:
        return _BEHIND if waiting["unread"] else "Nothing has happened here yet."
    if not after["bot_on"]:
        return paused + _who_is_next(waiting["timers"])
    if after["resting"]:
        return "Released; what waits is too old to be answered unasked. The next message takes it along."
    return _why_not_yet(after, waiting, turn) or (_UNHEARD if unheard else _ANSWERED)


def how_brains_ended(turns: list[Figures]) -> str:
    """What the brains of the newest turn came to, where one of them brought no answer. Pure."""
    stages: list[Figures] = turns[0]["stages"] if turns else []
    if all(stage["outcome"] in ("answered", "later") for stage in stages):
        return ""
    told = (f"{stage['brain'] or 'ladder'}: {stage['outcome']}{_detail(stage)}" for stage in stages)
    return f" The brains came to: {', '.join(told)}."


def how_slow(after: Figures | None, moment: datetime) -> str:
    """Whether the customer has written so much that the answers come slowly. Pure."""
    until = after.get("slow_until") if after and after["bot_on"] else None
    if until is None or datetime.fromisoformat(until) <= moment:
        return ""
    return f" The customer writes faster than the account allows: until {until} there is one answer a minute at most."


def _detail(stage: Figures) -> str:
    return f" ({stage['detail']})" if stage.get("detail") else ""


def _who_is_next(timers: list[Figures]) -> str:
    """What happens if nobody answers the customer who was handed over."""
    due = next((timer["due_at"] for timer in timers if timer["kind"] == "sla"), None)
    return f" If nobody answers by {due.isoformat()}, the next salesperson is told." if due else ""


def _why_not_yet(after: Figures, waiting: dict[str, list[Figures]], turn: Figures | None) -> str:
    """The bot is on: what it waits for, in the order in which a message passes; empty when for nothing."""
    if waiting["unread"]:
        return _BEHIND
    stuck = [row for row in after["line"] if row["state"] in _UNFINISHED]
    if stuck:
        return f"A message is on its way (line {stuck[0]['number']}, {stuck[0]['state']})."
    if turn is not None:
        return f"The brain is being asked (turn {turn['number']})."
    if bursts := [timer for timer in waiting["timers"] if timer["kind"] == "burst"]:
        return f"Waiting for the rest of the burst until {bursts[0]['due_at'].isoformat()}."
    if after["unanswered"]:
        return (
            "Waiting for the rest of the burst, or for the sweep, which picks up within a minute what waits for nobody."
        )
    return ""


class Explaining:
    """Answers what operators ask about conversations."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._overview = Overview(database)
        self._calls = ToolCalls(database)

    async def debug(self, account_id: AccountId, typed: str, at: datetime | None, *, limit: int = 20) -> Figures:
        """Everything about one conversation at a time: why it was quiet, what it had done, what waited.

        Raises:
            NotFound, Conflict: the id means nothing, or several things.
        """
        async with self._database.transaction() as tx:
            target = choose(await control.find_targets(tx, account_id, typed), Named(any_id=typed))
        if len(target.conversations) != 1:
            names = ", ".join(str(number) for number in target.conversations)
            raise Conflict(f"{target.scope} {target.ref} has several conversations: {names}.", hint="Name one of them.")
        number = target.conversations[0]
        moment = at or self._clock.now()
        head = await self._overview.head(account_id, number)
        if head is None:
            raise NotFound(f"Conversation {number} is gone.")
        # Now is everything that there is, by whatever clock it was stamped.
        end = at or moment + _ANY_CLOCK
        past = await self._overview.history(number, at=end, limit=max(limit, _LEAST))
        past["turns"] = await self._with_tools(account_id, number, past["turns"], until=end)
        waiting = {
            "unread": await self._overview.unread(number, at=end),
            "timers": await self._overview.timers(number) if at is None else [],
        }
        after = state_at(past, end)
        paused = await self._paused(head, after, at=end)
        return {
            "conversation_id": number,
            "at": moment,
            "why_quiet": why_quiet(
                after, waiting, turn_at(past["turns"], end), paused=paused, unheard=met_closed_window(past)
            )
            + how_slow(after, moment)
            + how_brains_ended(past["turns"]),
            "state": after,
            **_head(head),
            "waiting": waiting,
            **{name: [_shown(row, name) for row in rows[:limit]] for name, rows in past.items()},
        }

    async def _paused(self, head: Figures, after: Figures | None, *, at: datetime) -> str:
        """Who had switched the bot off, since when and by what; empty where it was on."""
        if after is None or after["bot_on"]:
            return ""
        return pause_told(after, await self._overview.began(head["id"], after, at=at), head["timezone"])

    async def _with_tools(
        self, account_id: AccountId, number: int, turns: list[Figures], *, until: datetime
    ) -> list[Figures]:
        """Each turn with the tools that it had called: which, when, and what came of it; never with what words."""
        made = await self._calls.of_turns(account_id, number, [turn["number"] for turn in turns], until=until)
        return [{**turn, "tools": [asdict(call) for call in made.get(turn["number"], [])]} for turn in turns]

    async def quiet(self, account_id: AccountId, *, limit: int) -> list[Figures]:
        """The active conversations that are paused or wait for something, for the list without an id."""
        found: list[Figures] = []
        cursor: str | None = None
        while len(found) < limit:
            page, cursor = await self.active(account_id, cursor=cursor, limit=_PAGE)
            found += (row for row in page if not row["bot_on"] or row["unanswered"])
            if cursor is None:
                break
        return found[:limit]

    async def active(
        self, account_id: AccountId, *, cursor: str | None, limit: int, hours: int = 24, quiet_hours: int = 0
    ) -> tuple[list[Figures], str | None]:
        """Conversations of the last hours, newest first, and a cursor to the rest if there is one.

        With `quiet_hours` the customer has written nothing for so long.
        """
        now = self._clock.now()
        since = now - timedelta(hours=hours)
        newest = now - timedelta(hours=quiet_hours) if quiet_hours else now + timedelta(days=1)
        before = _cursor(cursor) if cursor else (newest, 2**62)
        rows = await self._overview.active(account_id, since=since, before=before, limit=limit + 1)
        page, more = rows[:limit], rows[limit:]
        last = page[-1] if page and more else None
        following = f"{last['last_customer_at'].timestamp()}_{last['id']}" if last else None
        return page, following

    async def stats(self, account_id: AccountId) -> Figures:
        return await self._overview.stats(account_id)


def _head(head: Figures) -> Figures:
    """What the conversation belongs to and how it can be reached, as of now."""
    known = {name: head[name] for name in ("lead_id", "contact_id", "talk_id", "chat_id")}
    ways, sees = head["capabilities"].get("ways", []), head["capabilities"].get("sees_humans")
    return {**known, "ways_to_send": ways, "sees_humans_by": "webhook" if sees else "poll"}


def _shown(row: Figures, name: str) -> Figures:
    """The audit's states are for the replay; people read its words."""
    return {key: value for key, value in row.items() if name != "audit" or key != "after"}


def _cursor(text: str) -> tuple[datetime, int]:
    stamp, number = found.groups() if (found := _CURSOR.fullmatch(text)) else ("", "")
    if not stamp:
        raise Rejected(
            "This cursor is not one of ours.", hint="Use the cursor of the answer before.", code="bad_cursor"
        )
    return datetime.fromtimestamp(float(stamp), UTC), int(number)
