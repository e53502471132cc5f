"""What an account can do and which hooks it accepts, against the simulated Kommo over real HTTP."""

from dataclasses import replace
from typing import Any

import pytest

from app.channels.kommo.adapter import KommoChannel
from app.domain.account import Capabilities
from app.domain.errors import Rejected

HOOK = "http://127.0.0.1:9/webhooks/kommo/a-secret"


async def test_capabilities_are_found_out_without_sending(kommo: Any, live: KommoChannel):
    said = await kommo.say("um")
    assert await live.capabilities(kommo.connection) == Capabilities(("talks", "salesbot", "note"), False, True)
    await live.subscribe(kommo.connection, HOOK)
    assert (await live.capabilities(kommo.connection)).sees_humans
    assert await kommo.words(said["chat_id"]) == []


async def test_a_lost_way_stays_lost_until_the_account_starts_anew(kommo: Any, live: KommoChannel):
    lost = replace(kommo.connection, capabilities=Capabilities(("salesbot", "note")))
    assert (await live.capabilities(lost)).ways == ("salesbot", "note")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"plan": "base"}, Capabilities(("talks", "note"), sees_humans=False, reads_back=True)),
        ({"capabilities": {"salesbot": False}}, Capabilities(("talks", "note"), sees_humans=False, reads_back=True)),
        (
            {"capabilities": {"talks_history": False}},
            Capabilities(("talks", "salesbot", "note"), sees_humans=False, reads_back=False),
        ),
    ],
)
async def test_what_the_plan_and_the_scopes_do_not_open_is_not_claimed(
    kommo: Any, live: KommoChannel, change: dict[str, Any], expected: Capabilities
):
    await kommo.say("um")
    await kommo.account(**change)
    assert await live.capabilities(kommo.connection) == expected


async def test_the_subscription_says_which_codes_were_accepted(kommo: Any, live: KommoChannel):
    accepted = await live.subscribe(kommo.connection, HOOK)
    assert {"add_message", "add_outgoing_message", "note_lead", "add_talk", "update_talk"} <= set(accepted)


async def test_a_refused_code_is_left_out_and_the_rest_subscribed(kommo: Any, live: KommoChannel):
    await kommo.account(capabilities={"outgoing_hook": False})
    accepted = await live.subscribe(kommo.connection, HOOK)
    assert "add_message" in accepted
    assert "add_outgoing_message" not in accepted
    assert not (await live.capabilities(kommo.connection)).sees_humans


async def test_a_bad_destination_is_refused_and_not_tried_again(kommo: Any, live: KommoChannel):
    with pytest.raises(Rejected):
        await live.subscribe(kommo.connection, "http://bücher.example/webhooks/kommo/x")
    assert len([call for call in await kommo.calls() if call["method"] == "POST"]) == 1
