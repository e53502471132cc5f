"""What `ponte doctor` tells of hearing: a second of silence is sent to the model, as a voice message would be.

Nothing less shows that key, address and model fit together: servers of one's own often list no models. No key and no
answer's body is ever shown.
"""

import struct
import time
from collections.abc import Sequence
from typing import Final

from app.domain.checkup import Line, absent, broken, fine
from app.domain.errors import AppError
from app.domain.sound import Recording
from app.hearing.ears import HttpEars

NAME: Final = "hearing"
_RATE: Final = 16_000
_TODO: Final = "Look at PONTE_HEARING_API_KEY, PONTE_HEARING_BASE_URL and PONTE_HEARING_MODEL."


def silence(seconds: int = 1) -> Recording:
    """A recording in which nobody says a word. Pure."""
    data = bytes(_RATE * 2 * seconds)
    shape = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, _RATE, _RATE * 2, 2, 16)
    body = b"WAVE" + shape + struct.pack("<4sI", b"data", len(data)) + data
    return Recording(struct.pack("<4sI", b"RIFF", len(body)) + body, "silence.wav", "audio/wav")


class HearingLines:
    """One line, whether or not anybody listens."""

    def __init__(self, ears: HttpEars | None) -> None:
        self._ears = ears

    async def look(self) -> Sequence[Line]:
        if self._ears is None:
            said = "Nobody hears voice messages: a brain is told how long they are, and a person hears them."
            todo = "Set PONTE_HEARING_MODEL, and PONTE_HEARING_BASE_URL where it is not the model's own server."
            return [absent(NAME, said, todo)]
        listener, begun = self._ears.listener, time.perf_counter()
        try:
            await self._ears.hear(silence())
        except AppError as error:
            return [broken(NAME, f"{listener.host}: {error.message}", error.hint or _TODO)]
        took = time.perf_counter() - begun
        return [fine(NAME, f"{listener.host} hears with {listener.model} and answers in {took * 1000:.0f} ms.")]
