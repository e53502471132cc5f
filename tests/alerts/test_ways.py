"""Alerts arrive where operators look: as JSON at an address, as mail over SMTP. Failures are our errors."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP, Envelope

from app.alerts.mail import AlertMail, mailbox
from app.alerts.webhook import AlertWebhook
from app.domain.alerts import Alert
from app.domain.errors import NeedsHuman, Retryable
from app.domain.ids import AccountId
from tests.channels.conftest import LOST, Vendor, said, vendor

__all__ = ["vendor"]

ALERT = Alert(
    "notice-7-1",
    AccountId(1),
    "Loja Exemplo",
    "handoff_unanswered",
    "Ninguém respondeu.",
    is_well=False,
    at=datetime(2026, 10, 5, 12, tzinfo=UTC),
    conversation_id=12,
)


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


class Postbox:
    """Takes mail, or answers with what it was told to."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's words
        self.taken.append(envelope)
        return self.answer


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest_asyncio.fixture
async def smtp(postbox: Postbox) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(postbox, hostname="box.example.com", loop=loop), "127.0.0.1", 0)
    async with server:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_alert_is_posted_as_json_with_a_text_and_an_id_that_tells_a_repeat(
    vendor: Vendor, http: httpx.AsyncClient
):
    await AlertWebhook(http, f"{vendor.url}/hook?secret=1").tell(ALERT)
    head, _, body = vendor.heard[0].partition("\r\n\r\n")
    sent = orjson.loads(body)
    assert "idempotency-key: notice-7-1" in head.lower()
    assert (sent["text"], sent["state"], sent["cause"]) == ("Ninguém respondeu.", "broken", "handoff_unanswered")
    assert (sent["account_id"], sent["conversation_id"]) == (1, 12)


@pytest.mark.parametrize("answer", [said(500), said(503), said(429), LOST])
async def test_an_address_that_is_busy_or_down_is_tried_again(vendor: Vendor, http: httpx.AsyncClient, answer: bytes):
    vendor.says(answer)
    with pytest.raises(Retryable) as told:
        await AlertWebhook(http, f"{vendor.url}/hook?secret=1").tell(ALERT)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("status", [301, 400, 401, 404])
async def test_an_address_that_refuses_is_for_the_operator(vendor: Vendor, http: httpx.AsyncClient, status: int):
    vendor.says(said(status))
    with pytest.raises(NeedsHuman):
        await AlertWebhook(http, vendor.url).tell(ALERT)


async def test_an_alert_is_mailed_to_every_recipient(smtp: str, postbox: Postbox):
    box = mailbox(smtp, sender="ponte@example.com", recipients="ana@example.com, rui@example.com")
    await AlertMail(box).tell(ALERT)
    envelope = postbox.taken[0]
    assert envelope.rcpt_tos == ["ana@example.com", "rui@example.com"]
    assert isinstance(envelope.content, bytes)
    message = message_from_bytes(envelope.content, policy=default)
    assert message["Subject"] == "[Ponte] Ninguém respondeu."
    assert message["Message-ID"] == "<notice-7-1@ponte.invalid>"
    assert "conversation 12" in message.get_content()


async def test_a_mail_server_that_refuses_is_for_the_operator_and_one_that_is_busy_is_tried_again(
    smtp: str, postbox: Postbox
):
    mail = AlertMail(mailbox(smtp, sender="ponte@example.com", recipients="ana@example.com"))
    postbox.answer = "550 no such user"
    with pytest.raises(NeedsHuman):
        await mail.tell(ALERT)
    postbox.answer = "451 later"
    with pytest.raises(Retryable):
        await mail.tell(ALERT)


async def test_a_mail_server_that_is_not_there_is_tried_again():
    with pytest.raises(Retryable):
        await AlertMail(mailbox("smtp://127.0.0.1:1", sender="a@example.com", recipients="b@example.com")).tell(ALERT)


async def test_a_password_is_never_said_to_a_server_without_tls(smtp: str, postbox: Postbox):
    url = smtp.replace("smtp://", "smtp://ponte:hush@")
    with pytest.raises((NeedsHuman, Retryable)) as told:
        await AlertMail(mailbox(url, sender="a@example.com", recipients="b@example.com")).tell(ALERT)
    assert postbox.taken == []
    assert "hush" not in str(told.value)


@pytest.mark.parametrize("url", ["http://mail.example.com", "mail.example.com", "smtp://"])
def test_half_an_address_is_refused_when_it_is_read(url: str):
    with pytest.raises(NeedsHuman):
        mailbox(url, sender="a@example.com", recipients="b@example.com")
    with pytest.raises(NeedsHuman):
        mailbox("smtp://mail.example.com", sender="a@example.com", recipients=" , ")
