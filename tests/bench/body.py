"""Webhook bodies as Kommo sends them, each one new: another message in some chat of the stored ones."""

import random
import time
import uuid
from urllib.parse import urlencode

ACCOUNT = "30100200"


def chat_of(number: int) -> str:
    """The id of a stored chat; `seed.py` stores them under these names."""
    return f"{number:08d}-0000-4000-8000-000000000000"


def body(number: int) -> bytes:
    """A customer's message in stored chat `number`."""
    prefix = "message[add][0]"
    pairs = [
        ("account[subdomain]", "examplestore"),
        ("account[id]", ACCOUNT),
        ("account[_links][self]", "https://examplestore.amocrm.com"),
        (f"{prefix}[id]", str(uuid.uuid4())),
        (f"{prefix}[chat_id]", chat_of(number)),
        (f"{prefix}[talk_id]", str(number)),
        (f"{prefix}[contact_id]", str(number)),
        (f"{prefix}[text]", "Oi, quanto custa a entrega no sábado?"),
        (f"{prefix}[created_at]", str(int(time.time()))),
        (f"{prefix}[message_type]", "text"),
        (f"{prefix}[element_type]", "2"),
        (f"{prefix}[entity_type]", "lead"),
        (f"{prefix}[element_id]", str(number)),
        (f"{prefix}[entity_id]", str(number)),
        (f"{prefix}[type]", "incoming"),
        (f"{prefix}[author][id]", str(uuid.uuid4())),
        (f"{prefix}[author][type]", "external"),
        (f"{prefix}[author][name]", "Maria"),
        (f"{prefix}[origin]", "waba"),
    ]
    return urlencode(pairs).encode()


def fresh(stored: int) -> bytes:
    """A message in any of the stored chats."""
    return body(random.randrange(1, stored + 1))
