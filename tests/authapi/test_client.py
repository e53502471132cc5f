"""The client of the Auth API against the stand-in: what each of its answers means, and what no error shows."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from app.authapi.client import AuthApi
from app.domain.errors import AppError, NotStarted, OutcomeUnknown, Rejected
from app.domain.registration import Applicant, Outcome
from tests.sandbox.player import Player

PHONE = "+919876543210"
ASHA = Applicant(PHONE, "Asha Rao", "Retail", "560001")


@pytest_asyncio.fixture
async def api(sandbox: Player) -> AsyncIterator[AuthApi]:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        yield AuthApi(http, f"{str(sandbox.http.base_url).rstrip('/')}/authapi", "its-key")


async def code_of(sandbox: Player) -> str:
    return (await sandbox.http.get("/_sandbox/authapi")).json()["codes"][PHONE]


async def test_a_code_is_sent_checked_and_good_once(api: AuthApi, sandbox: Player):
    await sandbox.steer("authapi/key", {"key": "its-key"})
    assert await api.send(ASHA, key="1") is Outcome.SUCCESS
    code = await code_of(sandbox)
    assert await api.verify(PHONE, "0000", key="2") is Outcome.WRONG
    assert await api.verify(PHONE, code, key="3") is Outcome.SUCCESS
    assert await api.verify(PHONE, code, key="4") is Outcome.EXPIRED
    assert await api.send(ASHA, key="5") is Outcome.ALREADY


async def test_a_code_ends(api: AuthApi, sandbox: Player):
    await api.send(ASHA, key="1")
    code = await code_of(sandbox)
    await sandbox.steer("authapi/expire", {})
    assert await api.verify(PHONE, code, key="2") is Outcome.EXPIRED


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("rate_429_long", Outcome.LIMITED),
        ("too_soon", Outcome.HELD_BACK),
        ("already", Outcome.ALREADY),
        ("bad_phone", Outcome.BAD_PHONE),
    ],
)
async def test_its_refusals_are_told_apart(api: AuthApi, sandbox: Player, fault: str, outcome: Outcome):
    await sandbox.steer("authapi/trouble", {"fault": fault})
    assert await api.send(ASHA, key="1") is outcome


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("error_500", OutcomeUnknown),
        ("error_after", OutcomeUnknown),
        ("lost", OutcomeUnknown),
        ("rate_429", NotStarted),
        ("unauthorized", Rejected),
    ],
)
async def test_what_may_have_been_sent_is_told_apart_from_what_was_not(
    api: AuthApi, sandbox: Player, fault: str, error: type[AppError]
):
    await sandbox.steer("authapi/trouble", {"fault": fault})
    with pytest.raises(error) as caught:
        await api.send(ASHA, key="1")
    told = str(caught.value) + caught.value.code
    assert not any(secret in told for secret in (PHONE, "Asha", "560001", "its-key"))


async def test_no_connection_means_that_nothing_was_sent():
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(NotStarted):
            await AuthApi(http, "http://127.0.0.1:9").send(ASHA, key="1")
