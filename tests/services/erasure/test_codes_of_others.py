"""A phone may have been named in somebody else's registration; erasing its owner leaves no hash of it there."""

from datetime import UTC, datetime

from app.domain.ids import ConversationId
from app.domain.phones import understand
from app.store.accounts import Account
from app.store.errands import ErrandCalls, call_is_about
from app.wiring import House
from tests.house import conversation_of, customer_says, work_until_quiet
from tests.sandbox.player import Player

PHONE = "+5511987654321"
OTHER = "+5511912340000"


async def a_code(house: House, account: Account, chat: ConversationId, phone: str) -> None:
    """A one-time password for this phone was asked for in this chat."""
    hashed = await ErrandCalls(house.database).phone(account.id, phone)
    async with house.database.transaction() as tx:
        sql = """insert into errands (account_id, conversation_id, key, kind, status, ended_at)
            values ($1, $2, $3, 'otp_send', 'success', now())"""
        await tx.execute(sql, account.id, chat, phone)
        await call_is_about(tx, chat, phone, hashed, datetime.now(UTC))


async def test_the_hash_of_an_erased_phone_goes_from_the_codes_of_others_and_theirs_stays(
    sandbox: Player, house: House, shop: Account
):
    await customer_says(sandbox, house, shop, "Oi", chat="filomena", phone=PHONE)
    said = await customer_says(sandbox, house, shop, "Oi", chat="joaquim", phone=OTHER)
    await work_until_quiet(house)
    chat = ConversationId(await conversation_of(house.database, said["chat_id"]))
    for phone in (PHONE, OTHER):
        await a_code(house, shop, chat, phone)
    await house.doors.erasing.erase(shop.id, understand(PHONE, None), who="the operator")
    sql = "select phone_hash is not null as hashed, called_at is not null as dated from errands order by id"
    rows = await house.database.fetch(sql)
    assert [(row["hashed"], row["dated"]) for row in rows] == [(False, False), (True, True)]
