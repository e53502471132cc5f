"""People are told of a channel by its own name, and nothing of it that is another's."""

import pytest

from app.channels.twilio.adapter import TwilioChannel
from app.services.accounts.alert_texts import alarm
from app.store.database import Database
from tests.sandbox.player import Player
from tests.services.accounts.test_named import of_twilio, opened

CAUSES = ("way_lost_api", "grant_lost", "hook", "hook_missing", "sellers_left", "sellers_unread")


@pytest.mark.parametrize("locale", ["pt-BR", "es", "en"])
def test_an_alert_names_the_channel_and_how_it_is_connected(locale: str):
    said = [alarm(cause, locale, TwilioChannel.guide) for cause in CAUSES]
    assert not [one for one in said if "Twilio" not in one or "Kommo" in one]
    assert "`ponte channels connect twilio`" in said[1]


async def test_the_doctor_says_of_a_messenger_only_what_is_true(database: Database, secret_key: str, sandbox: Player):
    async with opened(database, secret_key, **await of_twilio(sandbox)) as house:
        await house.workshop.named.connect_all()
        number = await database.fetchval("select id from accounts")
        lines = [one for one in (await house.doors.doctor.report(number)).lines if one.account_id == number]
    assert lines[0].name == "twilio"
    assert not {one.name for one in lines} & {"kommo", "plan", "scopes"}
    assert not [one for one in lines if "kommo" in f"{one.message} {one.todo}".lower() or "poll" in one.message]
    [webhook] = [one for one in lines if one.name == "webhook"]
    assert "PUBLIC_URL" in webhook.todo
