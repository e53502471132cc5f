"""How a registration that has ended is labelled in the second inbox: by its end, not only by its being over."""

import pytest

from app.store.accounts import Account
from app.wiring import House
from tests.house import customer_says, work_until_quiet
from tests.sandbox.player import Player
from tests.services.inbox_mirror.conftest import There, carry

BEFORE = ("Hi", "Asha Rao", "retail", "560 001", "98765 43210", "YES")


@pytest.mark.parametrize(("key", "label"), [("", "jornada-cadastrado"), ("another", "jornada-cadastro-falhou")])
async def test_only_who_has_registered_is_labelled_so(
    registry: House, sandbox: Player, india: Account, key: str, label: str
):
    there = There(sandbox)
    await registry.doors.inboxes.desk.set(india.id, there.change(), who="test")
    if key:
        await sandbox.steer("authapi/key", {"key": key})
    for text in BEFORE:
        await customer_says(sandbox, registry, india, text)
        await work_until_quiet(registry)
    codes = (await sandbox.http.get("/_sandbox/authapi")).json()["codes"]
    for code in codes.values():
        await customer_says(sandbox, registry, india, code)
        await work_until_quiet(registry)
    await carry(registry, india)
    [talk] = (await there.state())["conversations"]
    assert [one for one in talk["labels"] if one.startswith("jornada")] == [label]


async def test_who_writes_hindi_is_labelled_so(registry: House, sandbox: Player, india: Account):
    there = There(sandbox)
    await registry.doors.inboxes.desk.set(india.id, there.change(), who="test")
    for text in ("नमस्ते", "आशा राव"):
        await customer_says(sandbox, registry, india, text)
        await work_until_quiet(registry)
    await carry(registry, india)
    [talk] = (await there.state())["conversations"]
    assert [one for one in talk["labels"] if one.startswith("idioma")] == ["idioma-hindi"]
