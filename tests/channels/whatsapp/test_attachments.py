"""360dialog shuts the door on who asks for attachments in vain: three attempts, minutes apart, whoever looks."""

from datetime import timedelta

import pytest

from app.domain.errors import Retryable
from app.domain.ids import ConversationId
from app.domain.messages import Media, MessageKind
from app.store.accounts import Account
from app.wiring import House
from tests.builders import a_channel_event
from tests.channels.whatsapp.conftest import Phone, connect
from tests.house import conversation_of, deliver, work_off


async def torn_down(house: House, phone: Phone, account: Account) -> ConversationId:
    """A picture has come, and nobody can have it now."""
    await phone.order("trouble", fault="error_500", what="read", times=100)
    picture = Media(MessageKind.PICTURE, "media:7")
    await deliver(house.database, account, a_channel_event("", media=picture, message_kind=MessageKind.PICTURE))
    await work_off(house, but=("media", "ask", "send", "crm"))
    return await conversation_of(house.database)


async def asked(phone: Phone) -> int:
    return sum(one.startswith("GET") and one.endswith("/7") for one in await phone.calls())


async def test_by_360dialog_an_attachment_is_asked_for_three_times_and_not_before_its_rest_is_over(
    house: House, phone: Phone, hook_secret: str
):
    account = await connect(house, phone, hook_secret, base_url=phone.dialog.base_url)
    chat = await torn_down(house, phone, account)
    for attempt in (1, 2):
        for _ in range(3):  # the job of each new message looks at all that waits
            with pytest.raises(Retryable) as caught:
                await house.workshop.attachments.fetch(chat)
            assert timedelta(minutes=4) < caught.value.after <= timedelta(minutes=5)
        assert await asked(phone) == attempt
        await house.database.execute("update media set not_before = now() - interval '1 s'")
    await house.workshop.attachments.fetch(chat)
    assert await asked(phone) == 3
    assert await house.database.fetchval("select state from media") == "refused"


async def test_by_meta_s_own_api_the_next_attempt_is_the_job_s(house: House, phone: Phone, account: Account):
    chat = await torn_down(house, phone, account)
    for attempt in (1, 2, 3, 4):
        with pytest.raises(Retryable) as caught:
            await house.workshop.attachments.fetch(chat)
        assert caught.value.after == timedelta(0)
        assert await asked(phone) == attempt
