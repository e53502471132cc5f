"""The files of somebody who was erased go, too, and nobody else's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.browser.evidence import EvidenceKeeper, Found
from app.domain.errors import NotFound
from app.domain.ids import AccountId
from app.domain.phones import understand
from app.domain.provisioning import Operation
from app.services.erasure.receipt import Receipt
from app.storage.folder import FolderStore
from app.store.accounts import Account
from app.store.database import Database
from app.store.panel_sessions import EvidenceRows
from app.store.provisioning import Provisionings
from app.store.provisioning_requests import Provisioning, Wanted
from app.wiring import House, open_house
from tests.house import ScriptedBrain, connect, conversation_of, customer_says, settings_for, work_until_quiet
from tests.sandbox.player import Player

PHONE = "+5511987654321"


@pytest_asyncio.fixture
async def house(database: Database, secret_key: str, brain: ScriptedBrain, tmp_path: Path) -> AsyncIterator[House]:
    """One whose files lie in a folder of the test."""
    async with open_house(settings_for(database.dsn, secret_key, ponte_data=tmp_path), brains=[brain]) as made:
        yield made


async def test_a_stored_picture_goes_from_the_store(house: House, sandbox: Player, hook_secret: str, tmp_path: Path):
    shop = await connect(house, sandbox, hook_secret)
    store = FolderStore(tmp_path / "media")
    for chat, phone, place in (("filomena", PHONE, "1/media/57"), ("joaquim", "+5511987650000", "1/media/58")):
        said = await customer_says(sandbox, house, shop, "Oi", chat=chat, phone=phone)
        await work_until_quiet(house)
        number = await conversation_of(house.database, said["chat_id"])
        await house.database.execute(
            """insert into media (account_id, conversation_id, mensagem_id, state, place)
            select $1, $2, min(id), 'stored', $3 from mensagens where conversation_id = $2""",
            *(shop.id, number, place),
        )
        await store.put(place, b"a face", content_type="image/jpeg")
    await house.doors.erasing.erase(shop.id, understand(PHONE, None), who="the operator")
    with pytest.raises(NotFound):
        await store.get("1/media/57")
    assert await store.get("1/media/58") == b"a face"


PICTURE = [Found("screenshot.png", "image/png", b"a list of users")]


async def asked_of_a_panel(house: House, account_id: AccountId, conversation: str) -> Provisioning:
    """A user is wanted for this conversation of the caller's."""
    deadline = await house.database.fetchval("select now() + interval '1 minute'")
    known = (account_id, Operation.CREATE_USER, conversation, "sofia1234", deadline, "n8n")
    async with house.database.transaction() as tx:
        rows = Provisionings(house.database, house.granting.vault)
        one, _ = await rows.ask(tx, Wanted(*known, conversation=conversation))
    return one


@pytest.fixture
def evidence(house: House, tmp_path: Path) -> EvidenceKeeper:
    return EvidenceKeeper(FolderStore(tmp_path / "media"), EvidenceRows(house.database))


@pytest_asyncio.fixture
async def known(house: House, sandbox: Player, hook_secret: str) -> tuple[Account, str]:
    """An account with a customer, and the customer's number at the CRM."""
    shop = await connect(house, sandbox, hook_secret)
    said = await customer_says(sandbox, house, shop, "Oi", chat="filomena", phone=PHONE)
    await work_until_quiet(house)
    return shop, str(said["contact_id"])


async def erase(house: House, account: Account) -> Receipt:
    return await house.doors.erasing.erase(account.id, understand(PHONE, None), who="the operator")


async def test_pictures_of_a_panel_go_that_were_made_since_the_person_was_a_matter_there(
    house: House, known: tuple[Account, str], evidence: EvidenceKeeper, tmp_path: Path
):
    shop, contact = known
    store = FolderStore(tmp_path / "media")
    (earlier,) = await evidence.keep(shop.id, "check-1", PICTURE)
    one = await asked_of_a_panel(house, shop.id, contact)
    (own,) = await evidence.keep(shop.id, f"{one.id}-1", PICTURE)
    (of_a_list,) = await evidence.keep(shop.id, "check-1", PICTURE)
    await erase(house, shop)
    for place in (own, of_a_list):
        with pytest.raises(NotFound):
            await store.get(place)
        assert await EvidenceRows(house.database).one(shop.id, place) is None
    assert await store.get(earlier) == b"a list of users"


async def test_pictures_of_a_panel_stay_when_somebody_else_is_erased(
    house: House, known: tuple[Account, str], evidence: EvidenceKeeper, tmp_path: Path
):
    shop, _ = known
    one = await asked_of_a_panel(house, shop.id, "somebody-else")
    (place,) = await evidence.keep(shop.id, f"{one.id}-1", PICTURE)
    await erase(house, shop)
    assert await FolderStore(tmp_path / "media").get(place) == b"a list of users"


async def test_a_visit_that_was_under_way_leaves_no_picture_after_the_erasure(
    house: House, known: tuple[Account, str], evidence: EvidenceKeeper
):
    shop, contact = known
    one = await asked_of_a_panel(house, shop.id, contact)
    await house.database.execute("update provisionings set state = 'running', run = 1")
    await erase(house, shop)
    assert await evidence.keep(shop.id, f"{one.id}-1", PICTURE) == ()
    assert len(await evidence.keep(shop.id, "check-1", PICTURE)) == 1


async def test_a_panel_that_was_stopped_names_no_picture_that_is_gone(
    house: House, known: tuple[Account, str], evidence: EvidenceKeeper
):
    shop, contact = known
    await asked_of_a_panel(house, shop.id, contact)
    places = await evidence.keep(shop.id, "check-1", PICTURE)
    await house.database.execute(
        "insert into panels (account_id, recipe, base_url, admin_user, sealed_password, stopped_at, stopped_evidence) "
        "values ($1, 'sandbox', 'https://panel.example.com', 'ana', '', now(), $2)",
        *(shop.id, list(places)),
    )
    await erase(house, shop)
    assert await house.database.fetchval("select stopped_evidence from panels") == []


async def test_the_receipt_names_the_user_that_only_the_panel_can_delete(house: House, known: tuple[Account, str]):
    shop, contact = known
    await asked_of_a_panel(house, shop.id, contact)
    await house.database.execute("update provisionings set state = 'dead', step = 'writing'")
    receipt = await erase(house, shop)
    assert [one.ids for one in receipt.elsewhere if one.where == "panel"] == [("sofia1234",)]
    assert house.doors.erasing.is_genuine(receipt)


async def test_the_receipt_names_no_user_where_none_was_begun(house: House, known: tuple[Account, str]):
    shop, contact = known
    await asked_of_a_panel(house, shop.id, contact)
    assert [one for one in (await erase(house, shop)).elsewhere if one.where == "panel"] == []
