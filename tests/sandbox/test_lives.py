"""A sandbox forgets its world when it ends, and takes care that nobody mistakes a new thing for an old one."""

from pathlib import Path

from app.sandbox.box import Sandbox, SandboxOptions


def first_ids(sandbox: Sandbox) -> list[int]:
    ids = sandbox.world.next
    return [next(kind) for kind in (ids.contact, ids.lead, ids.talk, ids.note)]


async def test_no_start_repeats_an_id_of_an_earlier_one(tmp_path: Path):
    options = SandboxOptions(lives=tmp_path / "lives")
    first, second, third = (first_ids(Sandbox(options)) for _ in range(3))
    assert first == first_ids(Sandbox(SandboxOptions()))
    assert all(old < new for old, new in zip(first, second, strict=True))
    assert all(old < new for old, new in zip(second, third, strict=True))
