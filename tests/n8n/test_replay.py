"""A replay asks another brain what customers asked, dry, and shows both answers; nobody is written to, nothing runs."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app.domain.brain import Proposal, ReplyAction, ReplyRequest
from app.domain.clock import SystemClock
from app.domain.turn_tokens import TurnTokens
from app.n8n.brain import Endpoint, HttpBrain
from app.services.workflows.replaying import Answer, Pair, Replaying
from app.services.workflows.side_by_side import page
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off
from tests.n8n.builder import Said, Webhook, answering
from tests.n8n.stand_in import http

TOKENS = TurnTokens(["a key of this test"])
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PATIENCE = timedelta(seconds=1.5)


async def asked(house: House, account: Account, *texts: str) -> None:
    for text in texts:
        await deliver(house.database, account, a_channel_event(text))
        await work_off(house, but=("send", "crm"))


async def replayed(house: House, account: Account, webhook: Webhook) -> list[Pair]:
    async with http() as client:
        brain = HttpBrain(client, Endpoint(webhook.url, "https://ponte.example"))
        replaying = Replaying(house.database, SystemClock(), TOKENS, patience=PATIENCE)
        return list(await replaying.replay(account.id, brain, LONG_AGO, limit=10))


async def rows(house: House) -> dict[str, int]:
    """How much there is of everything that a turn may leave behind."""
    tables = ("turns", "outbox", "inbox", "mensagens", "agenda", "event_log", "tool_calls", "timers")
    return {one: await house.database.fetchval(f"select count(*) from {one}") for one in tables}


async def test_old_and_new_answers_stand_side_by_side(house: House, account: Account, webhook: Webhook):
    await asked(house, account, "Quanto custa?")
    webhook.says = [answering({"reply": ["Agora 180 reais.", "Quer marcar?"], "note": "desconto", "tags": ["preço"]})]

    (pair,) = await replayed(house, account, webhook)

    assert pair.asked == ("Quanto custa?",)
    assert pair.old.balloons == ("Custa 200 reais.",)
    assert pair.new.balloons == ("Agora 180 reais.", "Quer marcar?")
    assert pair.new.extras == ("note: desconto", "tags: preço")
    assert not pair.is_same


async def test_nothing_is_written_anywhere(house: House, account: Account, webhook: Webhook):
    await asked(house, account, "Quanto custa?")
    before = await rows(house)

    await replayed(house, account, webhook)

    assert await rows(house) == before


async def test_the_tools_are_for_a_dry_run_and_the_question_is_as_it_was(
    house: House, account: Account, webhook: Webhook
):
    await asked(house, account, "Quanto custa?")
    then = webhook.asked[-1].body

    await replayed(house, account, webhook)

    now = webhook.asked[-1].body
    turn = TOKENS.read(now["callback"]["token"], datetime.now(UTC))
    assert turn.dry_run
    assert (now["turn_id"], now["burst"], now["facts"]["now"]) == (then["turn_id"], then["burst"], then["facts"]["now"])
    assert now["mcp_url"].endswith(now["callback"]["token"])


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (Said(500, "{}"), "failed, http_500"),
        (Said(200, ""), "failed, empty"),
        (Said(hangs=True), "failed, too_late"),
        (Said(202, "{}"), "answers by callback: a replay cannot show it"),
    ],
)
async def test_a_brain_that_fails_is_shown_as_failing(
    house: House, account: Account, webhook: Webhook, said: Said, outcome: str
):
    await asked(house, account, "Quanto custa?")
    webhook.says = [said]

    (pair,) = await replayed(house, account, webhook)

    assert pair.new.outcome == outcome
    assert pair.new.balloons == ()


async def test_another_accounts_turns_are_not_read(house: House, account: Account, webhook: Webhook):
    await asked(house, account, "Quanto custa?")
    async with httpx.AsyncClient(trust_env=False) as client:
        brain = HttpBrain(client, Endpoint(webhook.url, "https://ponte.example"))
        replaying = Replaying(house.database, SystemClock(), TOKENS, patience=PATIENCE)
        other = type(account.id)(account.id + 1)

        assert not await replaying.replay(other, brain, LONG_AGO, limit=10)


def test_the_page_escapes_everything_and_runs_nothing():
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    pair = Pair(
        '1:1"><b>', datetime(2026, 11, 21, tzinfo=UTC), (evil,), Answer(evil, (evil,)), Answer("reply", (evil,))
    )

    written = page([pair], evil)

    assert "<script" not in written
    assert "<img" not in written
    assert '1:1"><b>' not in written
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', written)
    assert policy is not None
    assert "default-src &#x27;none&#x27;" in policy[1]
    assert "unsafe" not in policy[1]


def test_a_replay_of_nothing_says_so():
    assert "No turn was asked in this time." in page([], "https://n8n.example")


async def test_the_brain_is_told_the_hours_and_the_window_of_then_and_that_it_is_dry(house: House, account: Account):
    await asked(house, account, "Quanto custa?")
    asker = Asked()
    await Replaying(house.database, SystemClock(), TOKENS, patience=PATIENCE).replay(
        account.id, asker, LONG_AGO, limit=10
    )
    (request,) = asker.requests
    (line,) = request.burst
    assert request.dry_run
    assert request.hours
    assert request.window_until is not None
    assert request.window_until > line.at


class Asked:
    """Keeps what it is asked, and stays quiet."""

    name = "asked"

    def __init__(self) -> None:
        self.requests: list[ReplyRequest] = []

    async def reply(self, request: ReplyRequest) -> Proposal:
        self.requests.append(request)
        return Proposal(ReplyAction.NONE)
