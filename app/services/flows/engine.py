"""The flows that Ponte has, run by the one engine: `from app.services.flows import engine`."""

from typing import Final

from app.services.flows.onboarding import onboarding
from app.services.flows.running import Engine

ENGINE: Final = Engine((onboarding(),))

flow: Final = ENGINE.flow
keys: Final = ENGINE.keys
steps: Final = ENGINE.steps
is_known: Final = ENGINE.is_known
due: Final = ENGINE.due
begin: Final = ENGINE.begin
hear: Final = ENGINE.hear
errand_done: Final = ENGINE.errand_done
overdue: Final = ENGINE.overdue
skip: Final = ENGINE.skip
missing: Final = ENGINE.missing
reset: Final = ENGINE.reset
restart: Final = ENGINE.restart
