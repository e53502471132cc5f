"""A replay asks another brain what customers asked, dry, and shows both answers; nobody is written to, nothing runs."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.domain.brain import Proposal, ReplyAction, ReplyRequest
from app.domain.clock import SystemClock
from app.domain.ids import ConversationId
from app.domain.phones import understand
from app.domain.tools import ToolAnswer, TurnRef
from app.domain.turn_tokens import TurnTokens
from app.n8n.brain import Endpoint, HttpBrain
from app.services.tools.arguments import MODELS
from app.services.workflows.replaying import Answer, Pair, Replaying, Verdict, counted
from app.services.workflows.side_by_side import page
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.house import deliver, work_off
from tests.n8n import builder
from tests.n8n.builder import Said, Webhook, answering
from tests.n8n.stand_in import http
from tests.services.tools.test_dry import ARGUMENTS
from tests.tables import everything

TOKENS = TurnTokens(["a key of this test"])
PHONE = "+5511987654321"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PATIENCE = timedelta(seconds=1.5)


async def asked(house: House, account: Account, *texts: str) -> None:
    for text in texts:
        await deliver(house.database, account, a_channel_event(text))
        await work_off(house, but=("send", "crm"))


async def replayed(house: House, account: Account, webhook: Webhook, *, patience: timedelta = PATIENCE) -> list[Pair]:
    async with http() as client:
        brain = HttpBrain(client, Endpoint(webhook.url, "https://ponte.example"))
        replaying = Replaying(house.database, SystemClock(), TOKENS, patience=patience)
        return list(await replaying.replay(account.id, brain, LONG_AGO, limit=10))


async def test_old_and_new_answers_stand_side_by_side(house: House, account: Account, webhook: Webhook):
    await asked(house, account, "Quanto custa?")
    webhook.says = [answering({"reply": ["Agora 180 reais.", "Quer marcar?"], "note": "desconto", "tags": ["preço"]})]

    (pair,) = await replayed(house, account, webhook)

    assert pair.asked == ("Quanto custa?",)
    assert pair.old.balloons == ("Custa 200 reais.",)
    assert pair.new.balloons == ("Agora 180 reais.", "Quer marcar?")
    assert pair.new.extras == ("note: desconto", "tags: preço")
    assert pair.verdict is Verdict.DIFFERENT


async def test_the_same_words_are_the_same(house: House, account: Account, webhook: Webhook):
    await asked(house, account, "Quanto custa?")

    (pair,) = await replayed(house, account, webhook)

    assert pair.verdict is Verdict.SAME
    assert counted([pair]) == "1 turns: 1 the same"


WORDS = "Custa 200 reais."
HANDS_OVER = {"action": "handoff", "note": "Quer negociar."}


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (HANDS_OVER, {"action": "none"}, Verdict.DIFFERENT),
        (HANDS_OVER, HANDS_OVER, Verdict.SAME),
        ({"action": "none"}, HANDS_OVER, Verdict.DIFFERENT),
        ({"action": "none"}, {"action": "none"}, Verdict.SAME),
        ({"reply": WORDS}, {"action": "book", "reply": WORDS, "receipt": "AG-7KM2Q9XD"}, Verdict.DIFFERENT),
        ({"reply": WORDS}, {"reply": WORDS, "tags": ["caro"]}, Verdict.DIFFERENT),
        ({"reply": WORDS, "tags": ["caro"]}, {"reply": WORDS}, Verdict.DIFFERENT),
        ({"reply": WORDS, "tags": ["caro"]}, {"reply": WORDS, "tags": ["caro"]}, Verdict.SAME),
    ],
)
async def test_what_an_answer_does_and_brings_is_compared_as_its_words_are(
    house: House, account: Account, webhook: Webhook, old: dict[str, Any], new: dict[str, Any], verdict: Verdict
):
    webhook.says = [answering(old)]
    await asked(house, account, "Quanto custa?")
    webhook.says = [answering(new)]

    (pair,) = await replayed(house, account, webhook)

    assert pair.verdict is verdict


async def test_a_replay_whose_brain_calls_every_tool_leaves_every_table_as_it_was(
    house: House, account: Account, webhook: Webhook
):
    await asked(house, account, "Quanto custa?", "Quero marcar uma visita")
    called: list[tuple[str, ToolAnswer]] = []

    async def calls_every_tool(said: builder.Asked) -> None:
        turn = TOKENS.read(said.body["callback"]["token"], datetime.now(UTC))
        called.extend([(name, await house.toolbox.call(turn, name, ARGUMENTS.get(name, {}))) for name in MODELS])

    webhook.before = calls_every_tool
    before = await everything(house.database)
    pairs = await replayed(house, account, webhook, patience=timedelta(minutes=2))

    assert [pair.new.unusable for pair in pairs] == [None, None]
    assert [name for name, _ in called] == [*MODELS, *MODELS]
    assert {name for name, told in called if told.ok} >= {"add_note", "set_tags", "hand_over", "lookup_knowledge"}
    assert await everything(house.database) == before


async def test_the_word_that_a_program_writes_is_no_difference_between_two_answers(
    house: House, account: Account, webhook: Webhook
):
    await house.doors.preferences.change(account.id, {"ai_disclosure": True}, who="test")
    await asked(house, account, "Quanto custa?")

    (pair,) = await replayed(house, account, webhook)

    assert (pair.old.balloons[1:], pair.new.balloons) == (("Custa 200 reais.",), ("Custa 200 reais.",))
    assert pair.verdict is Verdict.SAME


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
    ("said", "outcome", "verdict"),
    [
        (Said(500, "{}"), "failed, http_500", Verdict.FAILED),
        (Said(502, "{}"), "failed, http_502", Verdict.FAILED),
        (Said(200, ""), "failed, empty", Verdict.FAILED),
        (Said(hangs=True), "failed, too_late", Verdict.FAILED),
        (Said(202, "{}"), "answers by callback, which a replay takes from nobody", Verdict.LATER),
    ],
)
async def test_a_brain_that_fails_is_shown_as_failing(
    house: House, account: Account, webhook: Webhook, said: Said, outcome: str, verdict: Verdict
):
    """Also where the turn was answered by nobody then: no words on both sides are not the same answer."""
    await asked(house, account, "Quanto custa?")
    await house.database.execute("delete from outbox")
    webhook.says = [said]

    (pair,) = await replayed(house, account, webhook)

    assert (pair.new.outcome, pair.verdict) == (outcome, verdict)
    assert (pair.old.balloons, pair.new.balloons) == ((), ())
    assert "</time><b class=" in (written := page([pair], "https://n8n.example"))
    assert f">{verdict.value}</b>" in written
    assert ">same</b>" not in written


async def test_a_turn_that_a_tool_closed_is_replayed_and_one_that_a_person_closed_is_not(
    house: House, account: Account, webhook: Webhook
):
    async def hands_over(said: builder.Asked) -> None:
        number, turn = (int(part) for part in said.body["turn_id"].split(":"))
        ref = TurnRef(account.id, ConversationId(number), turn, datetime.now(UTC) + timedelta(minutes=1))
        assert (await house.toolbox.call(ref, "hand_over", {"summary": "Pede o gerente."})).ok

    webhook.before = hands_over
    await asked(house, account, "Chama o gerente")
    webhook.before = None
    assert await house.database.fetchval("select state from turns") == "closed"

    (pair,) = await replayed(house, account, webhook)

    assert pair.asked == ("Chama o gerente",)
    await house.database.execute("delete from tool_calls")
    assert await replayed(house, account, webhook) == []


async def test_the_turns_of_somebody_erased_are_not_asked_again(house: House, account: Account, webhook: Webhook):
    await asked(house, account, "Quanto custa?")
    contact = await house.database.fetchval("select contact_id from conversations")
    await house.database.execute(
        "insert into contacts (account_id, external_id, phones) values ($1, $2, $3) "
        "on conflict (account_id, external_id) do update set phones = excluded.phones",
        *(account.id, contact, [PHONE]),
    )
    phone = understand(PHONE, None)
    assert phone is not None
    await house.doors.erasing.erase(account.id, phone, who="the operator")

    assert await replayed(house, account, webhook) == []


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
