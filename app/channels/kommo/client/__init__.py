"""Kommo's REST v4, typed: one method a call, each through the governor's lane, each error one of ours."""

from app.channels.kommo.client.api import MOST_IDS, KommoClient
from app.channels.kommo.client.refusals import NOT_ALLOWED, FieldsRefused
from app.channels.kommo.client.transport import SEND_BUDGET, Turn

__all__ = ["MOST_IDS", "NOT_ALLOWED", "SEND_BUDGET", "FieldsRefused", "KommoClient", "Turn"]
