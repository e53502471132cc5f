"""Twilio's REST, typed: one method a call, each through the governor's lane, each error one of ours."""

from app.channels.twilio.client.api import TwilioClient
from app.channels.twilio.client.places import home_of, status_callback

__all__ = ["TwilioClient", "home_of", "status_callback"]
