"""Where a customer may stand in a plan, by name: what callers may ask for. Pure."""

from typing import Final

from app.domain.errors import Rejected
from app.domain.flows import COMPLETED, EXPIRED, FAILED, HANDED_OVER, OVER
from app.services.flows.engine import ENGINE

_ENDS: Final = (COMPLETED, HANDED_OVER, FAILED, EXPIRED)


def check_step(step: str | None) -> None:
    """Nobody stands at a step that there is not.

    Raises:
        Rejected: no flow has a step of this name, and none ends so. The hint names those there are.
    """
    known = ENGINE.keys()
    flows = {key: ENGINE.steps(key) for key in known}
    if step is None or step in (*_ENDS, OVER) or any(step in steps for steps in flows.values()):
        return
    named = "; ".join(f"{key}: {', '.join(steps)}" for key, steps in flows.items())
    hint = f"The steps are {named}; and how a plan ends: {', '.join(_ENDS)}."
    raise Rejected("No plan has a step of this name.", hint=hint, code="unknown_step")
