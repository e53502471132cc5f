"""What a way of alerting is. It carries an alert or raises one of `domain.errors`; it never decides whether to."""

from typing import Protocol

from app.domain.alerts import Alert


class AlertWay(Protocol):
    """One place where operators look."""

    name: str

    async def tell(self, alert: Alert) -> None:
        """Carry one alert.

        Raises:
            Retryable: nobody heard it; the same alert may be told again.
            NeedsHuman: the way itself is set up wrong.
        """
        ...
