"""`ponte read` and `ponte chat`: a chat of any channel at a terminal, to look on or to write in.

What is shown is our own record; what is typed goes the way of every message, through the fence: it waits while a person
has the chat, and is sent by the worker.
"""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated

import typer

from app.administration import LAST_ID, in_house
from app.administration.table import show
from app.domain.errors import AppError, NeedsHuman

if TYPE_CHECKING:
    from app.store.accounts import Account as KnownAccount
    from app.store.dialogues import Dialogue, Words
    from app.wiring import House

LATEST = 20  # dialogues of a list
LAST_WORDS = 30  # of a chat
LOOKS = 1.0  # seconds between two looks for what is new
SHOWN = {"customer": "customer", "human": "person", "bot": "bot"}

Channel = Annotated[str, typer.Argument(help="Such as kommo, bitrix24, whatsapp.")]
Dialog = Annotated[str, typer.Argument(help="The chat's id at the channel; without one: see the command.")]
OfAccount = Annotated[
    int | None, typer.Option("--account", min=1, max=LAST_ID, help="Needed where the channel has several accounts.")
]


def read(
    channel: Channel,
    dialog: Dialog = "",
    account: OfAccount = None,
    follow: Annotated[bool, typer.Option(help="Go on with what is new, until Ctrl-C.")] = False,
) -> None:
    """Show a chat; without a dialog, the chats that were last active. Nothing is sent, nothing is marked."""

    async def work(house: "House") -> None:
        known = await _account(house, channel, account)
        if not dialog:
            await _list(house, known)
            return
        place, shown = await _dialogue(house, known, dialog), set[str]()
        await _show_new(house, place, shown)
        if follow:
            await _follow(house, place, shown, asyncio.Event())

    in_house(work)


def chat(channel: Channel, dialog: Dialog = "", account: OfAccount = None) -> None:
    """Write in a chat, a line a message, and see what comes; without a dialog, in the one that was last active.

    Where no person types the lines, the command fails if one of them was not sent.
    """
    unsent = list[str]()

    async def work(house: "House") -> None:
        known = await _account(house, channel, account)
        place = await _dialogue(house, known, dialog)
        typer.echo(f"{channel} {place.chat_id}. A line is a message; Ctrl-D ends.")
        over = asyncio.Event()
        following = asyncio.create_task(_follow(house, place, set(), over))
        async for line in _lines():
            if not await _say(house, known, place, line):
                unsent.append(line)
        over.set()
        await following

    in_house(work)
    if unsent and not sys.stdin.isatty():
        raise typer.Exit(1)


async def _account(house: "House", channel: str, account: int | None) -> "KnownAccount":
    if channel not in house.channels:
        raise NeedsHuman(f"There is no channel {channel}.", hint=f"One of {', '.join(sorted(house.channels))}.")
    every = [one for one in await house.accounts.all_open() if one.channel == channel]
    wanted = [one for one in every if account in (None, int(one.id))]
    if len(wanted) == 1:
        return wanted[0]
    if not wanted:
        raise NeedsHuman(f"No account of {channel} is connected.", hint="`ponte accounts list` shows those there are.")
    raise NeedsHuman(f"{channel} has {len(wanted)} accounts.", hint="Name one by --account.")


async def _dialogue(house: "House", account: "KnownAccount", dialog: str) -> "Dialogue":
    from app.store.dialogues import Dialogues  # noqa: PLC0415 - the other commands start faster without

    dialogues = Dialogues(house.database)
    if dialog:
        found = await dialogues.find(account.id, account.channel, dialog)
    else:
        found = next(iter(await dialogues.latest(account.id, 1)), None)
    if found is None:
        hint = f"`ponte read {account.channel}` shows those there are."
        raise NeedsHuman("There is no such chat." if dialog else "Nobody has written yet.", hint=hint)
    return found


async def _list(house: "House", account: "KnownAccount") -> None:
    from app.store.dialogues import Dialogues  # noqa: PLC0415 - the other commands start faster without

    found = await Dialogues(house.database).latest(account.id, LATEST)
    rows = [(one.chat_id, f"{one.at:%Y-%m-%d %H:%M}", "bot" if one.bot_on else "people") for one in found]
    show(("dialog", "last (UTC)", "answered by"), rows, empty="Nobody has written yet.")


async def _show_new(house: "House", place: "Dialogue", shown: set[str]) -> None:
    """The last words, but for those that were shown."""
    from app.store.dialogues import Dialogues  # noqa: PLC0415 - the other commands start faster without

    for one in await Dialogues(house.database).end_of(place.conversation_id, LAST_WORDS):
        if one.key not in shown:
            shown.add(one.key)
            _tell(one)


async def _follow(house: "House", place: "Dialogue", shown: set[str], over: asyncio.Event) -> None:
    """What is new, as it comes; at the end one look more."""
    while not over.is_set():
        await _show_new(house, place, shown)
        try:
            await asyncio.wait_for(over.wait(), LOOKS)
        except TimeoutError:
            continue
    await _show_new(house, place, shown)


async def _say(house: "House", account: "KnownAccount", place: "Dialogue", text: str) -> bool:
    """One message through the fence, and whether it was taken. What is refused is told, and the chat goes on."""
    from app.services.bot_control.address import Named  # noqa: PLC0415 - the other commands start faster without

    try:
        named = Named(conversation_id=str(place.conversation_id))
        told = await house.doors.steering.send(account.id, named, text, key=None)
    except AppError as error:
        typer.echo(f"! {error.message} {error.hint}".strip(), err=True)
        return False
    typer.echo(f"  ({told['status']})")
    return True


async def _lines() -> AsyncIterator[str]:
    """What is typed, read beside the loop: a terminal knows no other way."""
    loop, typed = asyncio.get_running_loop(), asyncio.Queue[str | None]()

    def read_all() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(typed.put_nowait, line)
        loop.call_soon_threadsafe(typed.put_nowait, None)

    threading.Thread(target=read_all, daemon=True).start()
    while (line := await typed.get()) is not None:
        if line.strip():
            yield line.strip()


def _tell(one: "Words") -> None:
    """A line of a chat. What strangers write moves no cursor and paints nothing."""
    text = "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in one.text)
    text = text.replace("\n", "\n    ") or f"({one.kind})"
    typer.echo(f"{one.at:%m-%d %H:%M} {SHOWN.get(one.author, one.author)}: {text}")
