"""The sandbox's time: real seconds for what a caller sees, scaled seconds for what a test can't wait for."""

import time


class Clock:
    """Tells the time and shortens long waits: at scale 60 the vendor's five minutes take five seconds."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._last_stamp = 0

    def now(self) -> float:
        return time.time()

    def stamp(self) -> int:
        """Unix seconds that never go back, as the vendor's one-second resolution shows them."""
        self._last_stamp = max(self._last_stamp, int(self.now()))
        return self._last_stamp

    def scaled(self, seconds: float) -> float:
        """How long a wait of so many vendor seconds lasts here."""
        return seconds / self.scale
