"""From the webhook at the door to the conversation in Chatwoot and back, over real HTTP."""

import asyncio
import json
from typing import Any

from app.store.accounts import NewAccount
from app.wiring import House
from tests.builders import a_handoff, a_reply
from tests.house import ScriptedBrain, conversation_of, serving, state_of, work_until_quiet
from tests.sandbox.player import Player

TOKENS = json.dumps({"user": "token-rita", "bot": "token-bot", "bot_id": 1})
PAUSED = "select count(*) from event_log where what = 'paused'"


async def connected(house: House, sandbox: Player, hook_secret: str, door: str) -> None:
    base = str(sandbox.http.base_url).rstrip("/") + "/chatwoot"
    settings = {"burst_scale": 0, "balloon_spacing": 0}
    new = NewAccount(
        "Loja", "chatwoot", "1:1", base, TOKENS, hook_secret, settings=settings, signing="secret-of-the-bot"
    )
    await house.connecting.connect(new, webhook_url=f"{door}/webhooks/chatwoot/{hook_secret}")


async def posted(sandbox: Player, event: str, count: int = 1) -> None:
    """So many webhooks of a kind have been posted; one that never is ends by the test's timeout."""
    while True:
        hooks = (await sandbox.http.get("/_sandbox/chatwoot/hooks")).json()
        if sum(one["event"] == event for one in hooks) >= count:
            return
        await asyncio.sleep(0.05)


async def talk(sandbox: Player) -> dict[str, Any]:
    (found,) = (await sandbox.http.get("/_sandbox/chatwoot/state")).json()["conversations"]
    return found


async def test_who_asks_for_a_person_hears_goodbye_and_then_the_conversation_opens_and_stays_a_hand_over(
    house: House, sandbox: Player, hook_secret: str, brain: ScriptedBrain
):
    brain.says = [a_handoff("asked_for_person")]
    async with serving(house) as door:
        await connected(house, sandbox, hook_secret, door)
        await sandbox.steer("chatwoot/say", {"text": "Oi, quero falar com um atendente"})
        await posted(sandbox, "message_created")
        await work_until_quiet(house)
        while (await talk(sandbox))["status"] != "open":
            await asyncio.sleep(0.2)
            await work_until_quiet(house)
        await posted(sandbox, "conversation_opened")
        await work_until_quiet(house)

    calls = (await sandbox.http.get("/_sandbox/chatwoot/calls")).json()
    acts = [
        ("note" if (one["body"] or {}).get("private") else one["path"].rpartition("/")[2])
        for one in calls
        if one["path"].startswith("1/conversations/1/") and one["method"] == "POST"
    ]
    assert "messages" in acts
    assert "messages" not in acts[acts.index("toggle_status") :]  # the customer has heard the goodbye before
    state = await state_of(house.database, await conversation_of(house.database))
    assert state.pause is not None
    assert state.pause.reason.value == "asked_for_person"  # its own opening took nobody off the clock


async def test_an_agent_who_opens_the_conversation_has_it_until_it_is_pending_again(
    house: House, sandbox: Player, hook_secret: str, brain: ScriptedBrain
):
    brain.says = [a_reply("Bom dia!")]
    async with serving(house) as door:
        await connected(house, sandbox, hook_secret, door)
        await sandbox.steer("chatwoot/say", {"text": "Oi"})
        await posted(sandbox, "message_created")
        await work_until_quiet(house)
        await posted(sandbox, "message_created", 2)
        await sandbox.steer("chatwoot/status", {"conversation": 1, "status": "open"})
        await posted(sandbox, "conversation_opened")
        await work_until_quiet(house)
        number = await conversation_of(house.database)
        assert not (await state_of(house.database, number)).bot_on

        await asyncio.sleep(1.1)  # the channel tells whole seconds
        await sandbox.steer("chatwoot/status", {"conversation": 1, "status": "pending"})
        await posted(sandbox, "conversation_status_changed", 2)
        await work_until_quiet(house)
        assert (await state_of(house.database, number)).bot_on
        assert await house.database.fetchval(PAUSED) == 1
