"""What monitors and the doctor make of panels and browser processes. Figures only, for they are of all accounts."""

from collections.abc import Sequence

from app.channels.http import masked
from app.domain.checkup import Knock, Line, absent, broken, fine
from app.domain.clock import Clock
from app.domain.errors import AppError
from app.services.accounts.symptoms import address
from app.store.panels import PanelOverview


class PanelLines:
    """A probe of the doctor's."""

    def __init__(self, overview: PanelOverview, clock: Clock, *, knock: Knock, url: str | None) -> None:
        self._overview = overview
        self._clock = clock
        self._knock = knock
        self._url = url

    async def look(self) -> Sequence[Line]:
        panels, stopped = await self._overview.counts()
        seen = lines(panels, stopped, has_browser=await self._overview.has_browser(self._clock.now()))
        return [*seen, *([await self._address(self._url)] if self._url else [])]

    async def _address(self, url: str) -> Line:
        """RPA_BOT_URL, by its health."""
        try:
            found = await self._knock.knock(url.rstrip("/") + "/health")
        except AppError as error:
            return broken("rpa", error.message, "Start `ponte browser`, or correct RPA_BOT_URL.")
        return address("rpa", masked(url), found.status, found.milliseconds)


def lines(panels: int, stopped: int, *, has_browser: bool) -> list[Line]:
    """The lines. Pure."""
    if not panels:
        return [absent("panels", "No panel is set: no users are made.", "Set one with `ponte panels set`.")]
    if stopped:
        said = f"{stopped} of {panels} panel(s) are stopped: a refused login, or a page that has changed."
        first = broken("panels", said, "Look with `ponte panels list`, mend it, then `ponte panels resume`.")
    else:
        first = fine("panels", f"{panels} panel(s) are set.")
    if has_browser:
        return [first, fine("browser service", "A browser process is at work.")]
    return [first, broken("browser service", "No browser process has shown itself.", "Start `ponte browser`.")]
