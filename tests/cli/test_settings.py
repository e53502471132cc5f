"""The `.env` and the settings in it: what makes no sense is named, with what to do, and no value is shown."""

from pathlib import Path

import pytest

from app.domain.errors import NeedsHuman
from app.environment import is_written, prepare, read, write

ADDRESSES = {
    "no address": "nonsense",
    "another database": "mysql://ponte:hidden@127.0.0.1/ponte",
    "a password with a slash": "postgresql://ponte:hid/den@127.0.0.1:5432/ponte",
    "a wrong port": "postgresql://ponte:hidden@127.0.0.1:abc/ponte",
    "a broken IPv6 address": "postgresql://ponte:hidden@[::1/ponte",
}


def told(path: Path) -> str:
    with pytest.raises(NeedsHuman) as caught:
        read(path)
    return f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_an_address_that_is_none_is_told_with_what_one_looks_like(tmp_path: Path, address: str):
    path = tmp_path / ".env"
    path.write_text(f"DATABASE_URL={address}\n")
    said = told(path)
    assert said.startswith("DATABASE_URL: ")
    assert "postgresql://user:password@host:5432/database" in said
    assert "hid" not in said


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://postgres.ref:p%40ss@aws-0-sa-east-1.pooler.supabase.com:5432/postgres?sslmode=require",
        "postgres://ponte@/ponte?host=/run/postgresql",
        "postgresql://ponte@[::1]:5432/ponte",
    ],
)
def test_an_address_that_is_one_is_taken_as_it_stands(tmp_path: Path, address: str):
    path = tmp_path / ".env"
    path.write_text(f"DATABASE_URL={address}\n")
    found = read(path).database_url
    assert found
    assert found.get_secret_value() == address


WRONG = {"DATABASE_POOL_SIZE": "1", "KOMMO_RATE": "fast", "BRAIN_TIMEOUT": "-1", "LOG_LEVEL": "LOUD"}


def test_every_setting_that_makes_no_sense_is_named_at_once(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text("".join(f"{name}={value}\n" for name, value in WRONG.items()))
    said = told(path)
    assert not [name for name in WRONG if name not in said]
    assert ".env.example explains it" in said


def test_an_empty_value_means_the_default(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_text("KOMMO_RATE=\nLOG_LEVEL=\nDATABASE_URL=\n")
    assert (read(path).kommo_rate, read(path).log_level, read(path).database_url) == (6.0, "INFO", None)


def test_a_file_that_is_no_text_is_named(tmp_path: Path):
    path = tmp_path / ".env"
    path.write_bytes(b"\xff\xfeK\x00")
    assert "UTF-8" in told(path)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, place: str):
    (tmp_path / "file").write_text("in the way")
    for make in (lambda: prepare(tmp_path / place), lambda: write(tmp_path / place / ".env")):
        with pytest.raises(NeedsHuman, match="cannot be written") as caught:
            make()
        assert "--data" in caught.value.hint


def test_what_is_written_is_complete_secret_and_written_once(tmp_path: Path):
    first = prepare(tmp_path / "one")
    assert first.ponte_data == tmp_path / "one"
    assert first.ponte_api_key
    assert first.ponte_secret_keys
    assert (tmp_path / "one" / ".env").stat().st_mode & 0o077 == 0
    again, other = prepare(tmp_path / "one"), prepare(tmp_path / "two")
    assert again == first
    assert other.ponte_api_key != first.ponte_api_key


def test_after_a_run_with_a_folder_of_its_own_the_other_commands_read_the_file_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    here, data = tmp_path / "here", tmp_path / "data"
    here.mkdir()
    prepare(data)
    monkeypatch.chdir(here)
    assert not is_written()
    monkeypatch.setenv("PONTE_DATA", str(data))
    assert is_written()
    found = read()
    assert found.ponte_api_key == read(data / ".env").ponte_api_key
    assert (found.ponte_api_key, found.ponte_data) != (None, Path(".ponte"))
