"""The flows that Ponte has, run by the one engine."""

from typing import Final

from app.services.flows.onboarding import onboarding
from app.services.flows.registration import registration
from app.services.flows.running import Engine

ENGINE: Final = Engine((onboarding(), registration()))
