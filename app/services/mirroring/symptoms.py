"""What monitors and the doctor make of sheets. Figures only, for they are of all accounts."""

from collections.abc import Sequence

from app.domain.checkup import Line, absent, broken, fine
from app.store.sheets import SheetOverview, SheetsState


class SheetLines:
    """A probe of the doctor's."""

    def __init__(self, overview: SheetOverview, *, has_key: bool) -> None:
        self._overview = overview
        self._has_key = has_key

    async def look(self) -> Sequence[Line]:
        return [line(await self._overview.state(), has_key=self._has_key)]


def line(state: SheetsState, *, has_key: bool) -> Line:
    """The line. Pure."""
    if not state.sheets:
        said = "a service account is set" if has_key else "no service account is set"
        return absent("sheets", f"No spreadsheet is connected; {said}.", "Connect one with `ponte sheets set`.")
    if state.failing:
        said = f"{state.failing} of {state.sheets} sheet(s) take no rows; {state.waiting} wait. Nothing is lost."
        return broken("sheets", said, "Look with `ponte sheets list`, then `ponte sheets check`.")
    return fine("sheets", f"{state.sheets} sheet(s) mirror the record; {state.waiting} row(s) are on their way.")
