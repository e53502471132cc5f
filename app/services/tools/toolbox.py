"""The toolbox: one call for every tool, whoever the caller is. It never raises; what went wrong says what to do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog

from app.domain.clock import Clock
from app.domain.errors import AppError, Conflict, NotFound, Rejected, Retryable
from app.domain.ports import KnowledgeSearch, Provisioner
from app.domain.tools import Tool, ToolAnswer, TurnRef
from app.services.agenda.assembly import Scheduling
from app.services.agenda.finding import NoSuchSeller
from app.services.tools.answers import failed
from app.services.tools.arguments import Arguments, catalogue, read
from app.services.tools.bookings import BookingTools, NoneMeant
from app.services.tools.chat import NOTED, ChatTools
from app.services.tools.fence import Fence, TurnOver
from app.services.tools.looking import LookingTools
from app.services.vendedores.owner import Ownership
from app.store.database import Database
from app.store.tool_calls import ToolCalls, call_of

_log = structlog.get_logger()

Handler = Callable[[TurnRef, Any], Awaitable[ToolAnswer]]

# What to do about a refusal, where there is something better than a person.
_INSTEAD = {
    "no_such_slot": "Call free_slots, and send back the id of one of its slots as it is.",
    "booking_cancelled": "Call free_slots, and hold another time with its id.",
    "booking_expired": "Call free_slots, and hold another time with its id.",
}
_HAND_OVER = "Promise the customer nothing; call hand_over if they need it."


class Tools:
    """All tools, over the services that do the work. Implements `domain.tools.Toolbox`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        scheduling: Scheduling,
        ownership: Ownership,
        knowledge: KnowledgeSearch,
        provisioner: Provisioner | None = None,
    ) -> None:
        self._calls = ToolCalls(database)
        self._tools = tuple(catalogue())
        fence = Fence(database, clock)
        chat = ChatTools(database, clock)
        bookings = BookingTools(self._calls, clock, fence=fence, scheduling=scheduling)
        looking = LookingTools(
            self._calls, fence=fence, ownership=ownership, knowledge=knowledge, provisioner=provisioner
        )
        self._handlers: dict[str, Handler] = {
            "seller_of": looking.seller_of,
            "free_slots": bookings.free_slots,
            "hold_slot": bookings.hold_slot,
            "confirm_slot": bookings.confirm_slot,
            "cancel_booking": bookings.cancel_booking,
            "pause_bot": chat.pause_bot,
            "hand_over": chat.hand_over,
            "add_note": chat.add_note,
            "set_tags": chat.set_tags,
            "lookup_knowledge": looking.lookup_knowledge,
            "provision_user": looking.provision_user,
        }

    def tools(self) -> Sequence[Tool]:
        """What there is, with the schemas of the arguments."""
        return self._tools

    async def call(self, turn: TurnRef, name: str, arguments: Mapping[str, Any]) -> ToolAnswer:
        """Call one. An unknown name, wrong arguments and every refusal are answers that say what to do instead."""
        if name not in self._handlers:
            known = ", ".join(self._handlers)
            return failed("unknown_tool", f"There is no tool of this name. Use one of: {known}.")
        try:
            return await self._called(turn, name, arguments)
        except AppError as error:
            return _instead(error)
        except Exception as error:  # noqa: BLE001 - a brain that is in the middle of its answer must get one
            _log.error("tool.failed", tool=name, conversation=turn.conversation_id, kind=type(error).__name__)
            return failed("internal", f"This did not work, and nobody knows whether it was done. {_HAND_OVER}")

    async def _called(self, turn: TurnRef, name: str, given: Mapping[str, Any]) -> ToolAnswer:
        understood = read(name, given)
        if isinstance(understood, str):
            answer = failed("wrong_arguments", understood)
        else:
            answer = await self._tried(turn, name, understood)
        if not turn.dry_run and not (answer.ok and name in NOTED):
            known = {} if isinstance(understood, str) else understood.told()
            await self._calls.note(call_of(turn, name, known), answer)
        return answer

    async def _tried(self, turn: TurnRef, name: str, given: Arguments) -> ToolAnswer:
        try:
            return await self._handlers[name](turn, given)
        except AppError as error:
            return _instead(error)


def _instead(error: AppError) -> ToolAnswer:
    """What a model can do about an error. The hints of most are for programs and operators, so they are left out."""
    match error:
        case TurnOver() | NoneMeant():
            text = error.message
        case Retryable():
            text = f"This cannot be done just now. Try once more; then go on without it. {_HAND_OVER}"
        case NoSuchSeller():
            text = f"{error.message} Take an id from free_slots or seller_of, or name no salesperson."
        case Conflict() | NotFound() | Rejected():
            text = f"{error.message} {_INSTEAD.get(error.code, _HAND_OVER)}"
        case _:
            text = f"This cannot be done until a person has mended something. {_HAND_OVER}"
    return failed(error.code, text)
