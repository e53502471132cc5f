"""Voice messages become words, in the burst and in the history, and no turn waits long for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from app.domain.brain import Proposal
from app.domain.conversation import PauseReason
from app.domain.messages import Media, MessageKind
from app.store.accounts import Account
from app.store.media import HearingRows
from app.store.queue import JobName
from app.store.secrets import new_token
from app.wiring import House, open_house
from tests.builders import a_channel_event
from tests.house import (
    ScriptedBrain,
    connect,
    conversation_of,
    customer_says,
    deliver,
    heard,
    jobs_of,
    serving,
    settings_for,
    state_of,
    until,
    work_off,
    working,
)
from tests.sandbox.modelling import Model, running
from tests.sandbox.player import Json, Player

WAIT = 1.0  # seconds that a turn gives the words here


@pytest_asyncio.fixture(scope="module")
async def process() -> AsyncIterator[Model]:
    async with running() as model:
        yield model


@pytest_asyncio.fixture
async def model(process: Model) -> Model:
    await process.reset()
    return process


@asynccontextmanager
async def hearing_house(dsn: str, key: str, brain: ScriptedBrain, **settings: Any) -> AsyncIterator[House]:
    known = {"ponte_hearing_model": "whisper-1", "ponte_hearing_wait_sec": WAIT}
    async with open_house(settings_for(dsn, key, **{**known, **settings}), brains=[brain]) as made:
        yield made


@pytest_asyncio.fixture
async def house(
    database: Any, secret_key: str, brain: ScriptedBrain, model: Model, tmp_path: Path
) -> AsyncIterator[House]:
    """An installation that hears, with a media folder of its own."""
    where = {"ponte_hearing_base_url": model.url, "ponte_data": tmp_path}
    async with hearing_house(database.dsn, secret_key, brain, **where) as made:
        yield made


async def speaks(sandbox: Player, house: House, shop: Account, *, kind: str = "voice") -> Json:
    """A customer sends a voice message in the sandbox, and the door hears of it."""
    said = await sandbox.say("maria", None, media=kind)
    (message,) = [one for one in await sandbox.messages(said["talk_id"]) if one["id"] == said["message_id"]]
    attachment = message["attachment"]
    file = Media(MessageKind(kind), attachment["link"], attachment["file_name"])
    await deliver(house.database, shop, heard(said, "", media=file, message_kind=MessageKind(kind)))
    return said


async def heard_off(house: House) -> list[str]:
    """Do the jobs that are due, those that hear before those that ask."""
    return [*await work_off(house, but=("ask",)), *await work_off(house)]


async def voice(house: House) -> dict[str, Any]:
    """What is known of the only recording, and of its line in the history."""
    (row,) = await house.database.fetch("""select d.*, m.text from media d join mensagens m on m.id = d.mensagem_id""")
    return dict(row)


async def test_the_words_are_in_the_burst_that_the_brain_sees(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain, model: Model
):
    await model.tell({"when": "audio", "say": " Quanto custa a limpeza? "})
    await speaks(sandbox, house, shop)
    await heard_off(house)
    (line,) = brain.asked[0].burst
    assert (line.text, line.transcript, line.kind, line.seconds) == (
        *("Quanto custa a limpeza?",) * 2,
        MessageKind.VOICE,
        7,
    )
    row = await voice(house)
    assert (row["hearing"], row["transcript"], row["text"]) == ("heard", line.text, line.text)


async def test_they_are_in_the_history_of_what_comes_next(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain, model: Model
):
    await model.tell({"say": "Quanto custa a limpeza?"})
    await speaks(sandbox, house, shop)
    await heard_off(house)
    await customer_says(sandbox, house, shop, "e o clareamento?")
    await heard_off(house)
    told = [line for line in brain.asked[-1].history if line.kind is MessageKind.VOICE]
    assert [line.transcript for line in told] == ["Quanto custa a limpeza?"]


async def test_a_voice_is_heard_once_however_often_its_job_runs(
    sandbox: Player, house: House, shop: Account, model: Model
):
    await model.tell({"say": "Oi"})
    await speaks(sandbox, house, shop)
    await heard_off(house)
    number = (await voice(house))["id"]
    await asyncio.gather(*(house.workshop.hearing.hear(number) for _ in range(3)))
    assert len(await model.record()) == 1
    assert (await voice(house))["text"] == "Oi"


async def test_a_word_for_the_recording_stays_before_what_was_heard(house: House, shop: Account, sandbox: Player):
    await speaks(sandbox, house, shop, kind="audio")
    await work_off(house, but=("ask", "hear"))
    await house.database.execute("update mensagens set text = 'ouve isso' where author = 'customer'")
    await heard_off(house)
    assert (await voice(house))["text"] == "ouve isso\nQual é o horário de vocês?"


async def test_the_turn_waits_for_words_that_take_a_moment(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain, model: Model
):
    await model.tell({"say": "Quero um orçamento", "delay": 0.4})
    async with working(house):
        await speaks(sandbox, house, shop)
        await until(lambda: _asked(brain))
    assert brain.asked[0].burst[0].text == "Quero um orçamento"


async def _asked(brain: ScriptedBrain) -> bool:
    return bool(brain.asked)


@pytest.mark.parametrize("step", [{"fault": "hang"}, {"say": "Tarde demais", "delay": 3}])
async def test_a_model_that_is_slow_holds_no_turn_for_longer_than_its_patience(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain, model: Model, step: Json
):
    await model.tell(step)
    async with working(house):
        await speaks(sandbox, house, shop)
        await until(lambda: _asked(brain))
        (line,) = brain.asked[0].burst
        assert (line.text, line.transcript, line.seconds) == ("", "", 7)
        turn = await house.database.fetchrow("select settled_at, asked_at from turns")
        assert turn is not None
        await until(lambda: house.database.fetchval("select count(*) from outbox where state = 'sent'"))
        if "say" in step:
            await until(lambda: house.database.fetchval("select count(*) from media where hearing = 'heard'"))
            row = await voice(house)
            assert (row["text"], row["heard_late"]) == ("Tarde demais", True)
            rows = HearingRows(house.database)
            assert await rows.counts(shop.id) == {"late": 1}


async def test_a_refusal_is_not_waited_for_and_the_next_attempt_fills_the_history(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain, model: Model
):
    await model.tell({"steps": [{"fault": "503"}, {"say": "Agora sim"}]})
    async with working(house):
        await speaks(sandbox, house, shop)
        await until(lambda: _asked(brain))
        assert brain.asked[0].burst[0].text == ""
        row = await voice(house)
        assert (row["hearing"], row["hearing_reason"]) == ("waiting", "broken")
        await house.database.execute("update queue.pgqueuer set execute_after = now() where entrypoint = 'hear'")
        await until(lambda: house.database.fetchval("select count(*) from media where hearing = 'heard'"))
    assert (await voice(house))["text"] == "Agora sim"
    assert len(brain.asked) == 1


async def test_what_cannot_be_heard_is_given_up_and_counted_and_the_brain_is_told_what_it_is(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain, model: Model
):
    await model.tell({"fault": "413"})
    await speaks(sandbox, house, shop)
    await heard_off(house)
    row = await voice(house)
    assert (row["hearing"], row["hearing_reason"], row["text"]) == ("failed", "not_taken", "")
    assert (brain.asked[0].burst[0].seconds, len(await model.record())) == (7, 1)
    key = new_token("ponte")
    await house.accounts.add_key(shop.id, key, label="metrics", scopes=["read"])
    async with serving(house) as url, httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}) as http:
        metrics = (await http.get("/metrics")).text
        (listed,) = (await http.get("/media")).json()["media"]
    assert f'ponte_voices_24h{{account="{shop.id}",outcome="failed"}} 1.0' in metrics
    assert (listed["hearing"], listed["transcript"], listed["seconds"]) == ("failed", "", 7)


@pytest.mark.parametrize("heard_as", ["", "...", "[BLANK_AUDIO]", "Legendas pela comunidade Amara.org"])
async def test_silence_is_as_good_as_unheard(
    sandbox: Player, house: House, shop: Account, brain: ScriptedBrain, model: Model, heard_as: str
):
    await model.tell({"say": heard_as} if heard_as else {"fault": "empty"})
    await speaks(sandbox, house, shop)
    await heard_off(house)
    row = await voice(house)
    assert (row["hearing"], row["text"], brain.asked[0].burst[0].transcript) == ("silent", "", "")


async def test_after_the_last_attempt_nobody_tries_again(sandbox: Player, house: House, shop: Account, model: Model):
    await model.tell({"fault": "503"})
    await speaks(sandbox, house, shop)
    await work_off(house, but=("hear",))
    await house.database.execute("update media set hearing_tries = 4")
    await heard_off(house)
    assert ((await voice(house))["hearing"], (await voice(house))["hearing_reason"]) == ("failed", "broken")


async def test_pictures_and_documents_are_not_heard(sandbox: Player, house: House, shop: Account, model: Model):
    for kind in ("picture", "file"):
        await speaks(sandbox, house, shop, kind=kind)
    assert JobName.HEAR not in await heard_off(house)
    assert await model.record() == []


async def test_without_ears_a_voice_is_measured_and_nobody_waits(
    database: Any, secret_key: str, brain: ScriptedBrain, sandbox: Player, hook_secret: str, tmp_path: Path
):
    async with open_house(settings_for(database.dsn, secret_key, ponte_data=tmp_path), brains=[brain]) as house:
        shop = await connect(house, sandbox, hook_secret)
        await speaks(sandbox, house, shop)
        assert JobName.HEAR not in await heard_off(house)
        assert ((await voice(house))["hearing"], (await voice(house))["seconds"]) == ("", 7)


async def test_a_voice_that_asks_for_a_person_brings_one(
    database: Any, secret_key: str, sandbox: Player, model: Model, hook_secret: str, tmp_path: Path
):
    """With the built-in brain, which looks for what is asked in the words."""
    await model.tell({"say": "Quero falar com um atendente"})
    named = {"ponte_hearing_model": "whisper-1", "ponte_hearing_base_url": model.url, "ponte_data": tmp_path}
    async with open_house(settings_for(database.dsn, secret_key, **named)) as house:
        shop = await connect(house, sandbox, hook_secret)
        await speaks(sandbox, house, shop)
        await heard_off(house)
        state = await state_of(house.database, await conversation_of(house.database))
        turn = await house.database.fetchval("select brain || ' ' || reason from turns")
    assert state.pause is not None
    assert (state.pause.reason, turn) == (PauseReason.ASKED, "offline asked_for_person")


async def test_of_who_was_erased_meanwhile_nothing_is_kept(sandbox: Player, house: House, shop: Account, model: Model):
    await model.tell({"say": "Meu nome é Maria", "delay": 0.5})
    await speaks(sandbox, house, shop)
    await work_off(house, but=("hear",))
    hearing = asyncio.create_task(heard_off(house))
    await until(model.record)
    await house.database.execute("delete from media")
    await hearing
    texts = await house.database.fetch("select text from mensagens where author = 'customer'")
    assert [row["text"] for row in texts] == [""]


async def test_a_recording_whose_worker_died_is_heard_after_the_sweep(
    sandbox: Player, house: House, shop: Account, model: Model
):
    await model.tell({"say": "Oi"})
    await speaks(sandbox, house, shop)
    await work_off(house, but=("hear",))
    await house.database.execute("delete from queue.pgqueuer where entrypoint = 'hear'")
    await house.workshop.hearing.sweep()
    assert "hear" not in await jobs_of(house.database)
    await house.database.execute("update media set stored_at = stored_at - $1::interval", timedelta(hours=1))
    await house.workshop.hearing.sweep()
    await house.workshop.hearing.sweep()
    assert (await jobs_of(house.database)).count("hear") == 1
    await heard_off(house)
    assert (await voice(house))["text"] == "Oi"


async def test_a_recording_that_is_too_long_is_not_sent(house: House, shop: Account, sandbox: Player, model: Model):
    await speaks(sandbox, house, shop)
    await work_off(house, but=("hear",))
    await house.database.execute("update media set seconds = 3600")
    await heard_off(house)
    assert ((await voice(house))["hearing_reason"], await model.record()) == ("too_large", [])


async def test_words_alone_wait_for_nothing(house: House, shop: Account, brain: ScriptedBrain, model: Model):
    brain.says = [Proposal(*[brain.says[0].action], ("Olá",))]
    await deliver(house.database, shop, a_channel_event("oi"))
    assert JobName.HEAR not in await heard_off(house)
    assert await model.record() == []
