"""A Salesbot with a widget step: it asks an address what to say, stops, and goes on when it is called back."""

import hashlib
import hmac
import itertools
import secrets
from typing import Any

import httpx
import orjson
from pydantic import Field

from app.sandbox.account import Account
from app.sandbox.entities import Chat
from app.sandbox.errors import invalid, refuse
from app.sandbox.exchange import PLAIN, Answer, Call
from app.sandbox.grants import Integration, encoded
from app.sandbox.talks import Words, company_writes, program_author
from app.sandbox.validation import Strict, read
from app.sandbox.world import World

ANSWER_SECONDS = 2.0
TOKEN_SECONDS = 300
MOST_HANDLERS = 10
LONGEST_SHOW = 80

_numbers = itertools.count(1)


class Handler(Strict):
    handler: str
    params: dict[str, Any]


class Continue(Strict):
    data: dict[str, Any] = Field(default_factory=dict[str, Any])
    execute_handlers: list[Handler] = Field(default_factory=list[Handler])


async def ask(world: World, account: Account, chat: Chat, *, url: str, integration: Integration) -> dict[str, Any]:
    """The step: what the bot sends, and the status that it got within two seconds (0: none)."""
    number, bot = next(_numbers), next(iter(account.bots.values()))
    account.waiting_bots[number] = chat.id
    body = {
        "token": signed(account, chat, integration, now=world.clock.stamp()),
        "data": {"message": chat.messages[-1].text if chat.messages else "", "lead": str(chat.lead_id or "")},
        "return_url": f"{world.base_url}/api/v4/salesbot/{bot.id}/continue/{number}",
    }
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_SECONDS) as client:
            status = (await client.post(url, json=body)).status_code
    except httpx.HTTPError:
        status = 0
    return {"status": status, **body}


def signed(account: Account, chat: Chat, integration: Integration, *, now: int) -> str:
    """A JWT as the vendor makes it: HS256 with the integration's secret."""
    claims = {
        "iss": f"https://{account.subdomain}.kommo.com",
        "aud": integration.redirect_uri,
        "jti": secrets.token_hex(16),
        "iat": now,
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
        "account_id": account.id,
        "subdomain": account.subdomain,
        "client_uid": integration.client_id,
        "entity_type": "lead",
        "entity_id": chat.lead_id,
    }
    head = ".".join(encoded(orjson.dumps(part)) for part in ({"typ": "JWT", "alg": "HS256"}, claims))
    return f"{head}.{encoded(hmac.new(integration.client_secret.encode(), head.encode(), hashlib.sha256).digest())}"


def go_on(world: World, call: Call) -> Answer:
    """The call back: once. The next step of the bot prints `{{json.message}}`, whatever its length."""
    asked = read(Continue, call)
    if len(asked.execute_handlers) > MOST_HANDLERS:
        raise invalid("TooMany", "execute_handlers", "This collection should contain 10 elements or less.")
    for one in asked.execute_handlers:
        if len(str(one.params.get("value", ""))) > LONGEST_SHOW:
            raise invalid("TooLong", "execute_handlers", "This value is too long.")
    chat = call.account.chats.get(call.account.waiting_bots.pop(call.numbers[1], ""))
    if chat is None:
        raise refuse(404, "Nothing waits here.")
    bot = call.account.bots.get(call.numbers[0])
    text = str(asked.data.get("message", ""))
    if text and bot is not None:
        company_writes(world, call.account, chat, words=Words(text=text), author=program_author(call.account, bot.name))
    return Answer(202, b"Accepted", PLAIN)
