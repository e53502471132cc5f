"""Kommo's REST v4, typed: one method a call, each through the governor's lane, each error one of ours."""

from app.channels.kommo.client.chats import ChatCalls
from app.channels.kommo.client.crm import MOST_IDS, CrmCalls
from app.channels.kommo.client.refusals import NOT_ALLOWED, FieldsRefused
from app.channels.kommo.client.transport import SEND_BUDGET, Turn

__all__ = ["MOST_IDS", "NOT_ALLOWED", "SEND_BUDGET", "FieldsRefused", "KommoClient", "Turn"]


class KommoClient(CrmCalls, ChatCalls):
    """Kommo's REST v4 for one process. Every method raises the errors of `domain.errors` and nothing else."""
