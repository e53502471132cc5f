"""`ponte run` with channels in its `.env` and no Kommo: they are connected, and the sandbox keeps to itself."""

from pathlib import Path

import httpx

from tests.channels.twilio.conftest import ACCOUNT, NUMBER
from tests.e2e.play import running_ponte
from tests.sandbox.player import Player


async def test_a_channel_of_the_environment_is_connected_and_the_page_steers_its_own_account(
    tmp_path: Path, sandbox: Player
):
    made = await sandbox.steer("twilio/accounts", {"sid": ACCOUNT, "number": NUMBER})
    twilio = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": made["token"], "TWILIO_WHATSAPP_NUMBER": NUMBER}
    at = {"TWILIO_API_URL": f"{str(sandbox.http.base_url).rstrip('/')}/twilio", "B24_WEBHOOK_BASE": "https://no.portal"}
    async with running_ponte(
        tmp_path / "data", "--sandbox-port", "0", "--browser-port", "0", **twilio, **at
    ) as running:
        live = "select count(*) from accounts where state = 'live' and channel = any($1::text[])"
        assert await running.ask(live, ["twilio", "kommo"]) == 2
        of_key = "select a.channel from api_keys k join accounts a on a.id = k.account_id where k.label = $1"
        assert await running.ask(of_key, "API") == "twilio"
        async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
            said = (await http.post(f"{running.sandbox_url}/_sandbox/plan", json={"on": True})).json()
        assert said == {"can_switch": True, "on": True}
        plan = "select settings ->> 'flow' is not null from accounts where channel = $1"
        assert await running.ask(plan, "kommo")
        assert not await running.ask(plan, "twilio")


async def test_a_simulated_channel_takes_nothing_from_the_simulated_kommo(tmp_path: Path, sandbox: Player):
    made = await sandbox.steer("twilio/accounts", {"sid": ACCOUNT, "number": NUMBER})
    twilio = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": made["token"], "TWILIO_WHATSAPP_NUMBER": NUMBER}
    at = {"TWILIO_API_URL": f"{str(sandbox.http.base_url).rstrip('/')}/twilio"}
    async with running_ponte(
        tmp_path / "data", "--sandbox-port", "0", "--browser-port", "0", **twilio, **at
    ) as running:
        live = "select count(*) from accounts where state = 'live' and channel = any($1::text[])"
        assert await running.ask(live, ["twilio", "kommo"]) == 2
        of_key = "select a.channel from api_keys k join accounts a on a.id = k.account_id where k.label = $1"
        assert await running.ask(of_key, "API") == "kommo"
        assert await running.ask("select min(id) from accounts where channel = 'kommo'") == 1
