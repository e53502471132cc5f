"""What the doctor makes of second inboxes. Figures only, for they are of all accounts."""

from collections.abc import Sequence

from app.domain.checkup import Line, absent, broken, fine
from app.store.inboxes import InboxesState, InboxOverview


class InboxMirrorLines:
    """A probe of the doctor's."""

    def __init__(self, overview: InboxOverview) -> None:
        self._overview = overview

    async def look(self) -> Sequence[Line]:
        return [line(await self._overview.state())]


def line(state: InboxesState) -> Line:
    """The line. Pure."""
    if not state.inboxes:
        said = "No second inbox shows the conversations."
        return absent("inboxes", said, "If people shall see them in Chatwoot, set one with `ponte inbox set`.")
    if state.failing:
        said = f"{state.failing} of {state.inboxes} second inbox(es) take no lines; {state.waiting} wait, none is lost."
        return broken("inboxes", said, "Look with `ponte inbox list`, then `ponte inbox check`.")
    shown = f"{state.inboxes} second inbox(es) show the conversations; {state.waiting} line(s) are on their way."
    if state.twins:
        shown += f" {state.twins} person(s) stand there twice: merge those with the same phone."
    return fine("inboxes", shown)
