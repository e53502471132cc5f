"""The one place that names concrete classes: joins settings, store, channels and services into a house."""

from app.wiring.brains import brain_at, deployment_of
from app.wiring.house import House, open_house
from app.wiring.outside import media_store, salesbot_address

__all__ = ["House", "brain_at", "deployment_of", "media_store", "open_house", "salesbot_address"]
