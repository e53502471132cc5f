"""WhatsApp's 24 hours: Kommo takes free text at any time, and tells a moment later that it never arrived."""

from tests.house import until
from tests.sandbox.player import Json, Player, running


async def sent_to(sandbox: Player, said: Json, text: str) -> str:
    answer = await sandbox.api("POST", f"talks/{said['talk_id']}/send_message", {"text": text})
    assert answer.status_code == 202
    return answer.json()["id"]


async def status_of(sandbox: Player, said: Json, message_id: str) -> str:
    return next(one["delivery_status"] for one in await sandbox.messages(said["talk_id"]) if one["id"] == message_id)


async def test_free_text_arrives_within_the_window_and_fails_after_it():
    async with running("--rate", "0") as sandbox:
        said = await sandbox.say("maria", "Oi")
        fresh = await sent_to(sandbox, said, "Olá!")
        await sandbox.steer(f"talks/{said['talk_id']}/age", {"hours": 25})
        stale = await sent_to(sandbox, said, "Ainda posso ajudar?")
        assert await status_of(sandbox, said, stale) == "sent"

        async def has_failed() -> bool:
            return await status_of(sandbox, said, stale) == "error"

        assert await until(has_failed)
        assert await status_of(sandbox, said, fresh) == "delivered"
        await sandbox.say("maria", "Sim")
        assert await status_of(sandbox, said, await sent_to(sandbox, said, "Que bom!")) == "delivered"


async def test_the_window_is_as_long_as_the_time_scale_makes_it():
    async with running("--rate", "0", "--time-scale", "86400") as sandbox:
        said = await sandbox.say("maria", "Oi")  # a day is a second
        await sandbox.steer(f"talks/{said['talk_id']}/age", {"hours": 72})
        late = await sent_to(sandbox, said, "Olá!")

        async def has_failed() -> bool:
            return await status_of(sandbox, said, late) == "error"

        assert await until(has_failed)


async def test_an_approved_template_arrives_after_the_window():
    async with running("--rate", "0") as sandbox:
        order = {"id": sandbox.account["id"], "template_bots": [{"name": "modelo", "template": "Podemos falar?"}]}
        bot_id = (await sandbox.steer("accounts", order))["template_bots"]["modelo"]
        said = await sandbox.say("maria", "Oi")
        await sandbox.steer(f"talks/{said['talk_id']}/age", {})
        body = {"entity_id": said["lead_id"], "entity_type": "leads"}
        assert (await sandbox.api("POST", f"bots/{bot_id}/run", body)).status_code == 202

        async def template() -> list[Json]:
            return [one for one in await sandbox.messages(said["talk_id"]) if one["text"] == "Podemos falar?"]

        [message] = await until(template)
        assert message["delivery_status"] == "delivered"


async def test_a_talk_that_is_not_there_does_not_age():
    async with running() as sandbox:
        assert (await sandbox.http.post("/_sandbox/talks/1/age", json={})).status_code == 404
