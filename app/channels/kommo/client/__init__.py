"""Kommo's REST v4, typed: one method a call, each through the governor's lane, each error one of ours."""

from app.channels.kommo.client.api import KommoClient
from app.channels.kommo.client.refusals import NOT_ALLOWED, FieldsRefused
from app.channels.kommo.client.transport import SEND_BUDGET, Deadline

__all__ = ["NOT_ALLOWED", "SEND_BUDGET", "Deadline", "FieldsRefused", "KommoClient"]
