"""No claim passes what a person may have written, not even what lies beyond the events that one look can read."""

from app.services.conversation.course import MOST_UNREAD
from app.store.accounts import Account
from app.wiring import House
from tests.builders import written_by_ana
from tests.house import company_said, conversation_of, customer_says, deliver, heard, line_of, work_off
from tests.sandbox.player import Player


async def test_a_take_over_beyond_what_one_look_can_read_still_stops_the_claim(
    house: House, shop: Account, sandbox: Player
):
    await house.doors.preferences.change(shop.id, {"messages_a_minute": 0, "messages_a_day": 0}, who="test")
    said = await customer_says(sandbox, house, shop, "Qual o preço?")
    await work_off(house, but=("send", "crm"))
    number = await conversation_of(house.database)
    before = [heard({**said, "message_id": f"more-{place}"}, "e mais") for place in range(MOST_UNREAD)]
    await deliver(house.database, shop, *before, written_by_ana(chat_id=said["chat_id"]))
    await house.workshop.sending.send_next(number)
    assert [state for state, _ in await line_of(house.database)] == ["pending"]
    await house.workshop.sending.send_next(number)
    assert [state for state, _ in await line_of(house.database)] == ["cancelled"]
    assert await company_said(sandbox, said) == []
