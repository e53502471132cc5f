"""The files of somebody who was erased go, too, and nobody else's."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from app.domain.errors import NotFound
from app.domain.phones import understand
from app.storage.folder import FolderStore
from app.store.database import Database
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
