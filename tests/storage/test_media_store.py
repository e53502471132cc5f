"""Two adapters of the media store, one behaviour: a folder, and Supabase Storage through its own client."""

import asyncio
import stat
from pathlib import Path

import httpx
import pytest

from app.domain.errors import NeedsHuman, NotFound, Rejected, Retryable
from app.domain.ports import MediaStore
from app.storage.folder import FolderStore
from app.storage.supabase import SupabaseStore
from tests.supabase_project import Project

PIXEL = b"\x89PNG\x00\xff"


@pytest.fixture(params=["folder", "supabase"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "media")
    project, http = request.getfixturevalue("project"), request.getfixturevalue("http")
    return SupabaseStore(project.url, project.service_key, bucket="ponte-media", http=http)


async def test_what_is_put_comes_back_byte_by_byte(store: MediaStore):
    await store.put("1/media/57", PIXEL, content_type="image/png")
    await store.put("1/media/58", b"", content_type="text/plain")
    assert [await store.get("1/media/57"), await store.get("1/media/58")] == [PIXEL, b""]


async def test_a_second_put_replaces_the_first(store: MediaStore):
    await store.put("1/media/57", b"one", content_type="text/plain")
    await store.put("1/media/57", b"another", content_type="text/plain")
    assert await store.get("1/media/57") == b"another"


async def test_many_at_once_do_not_disturb_each_other(store: MediaStore):
    await asyncio.gather(*(store.put(f"1/media/{n}", b"%d" % n, content_type="text/plain") for n in range(20)))
    assert await asyncio.gather(*(store.get(f"1/media/{n}") for n in range(20))) == [b"%d" % n for n in range(20)]


async def test_what_is_not_there_is_not_found(store: MediaStore):
    with pytest.raises(NotFound):
        await store.get("1/media/99")


async def test_what_is_removed_is_gone_and_may_be_removed_again(store: MediaStore):
    for name in ("1/media/1", "1/media/2", "1/media/3"):
        await store.put(name, PIXEL, content_type="image/png")
    await store.remove(["1/media/1", "1/media/2", "1/media/99"])
    await store.remove(["1/media/1"])
    await store.remove([])
    assert await store.get("1/media/3") == PIXEL
    with pytest.raises(NotFound):
        await store.get("1/media/1")


@pytest.mark.parametrize(
    "place",
    [
        "",
        "/etc/passwd",
        "1/../2/media/3",
        "1/media/..",
        "media/1",
        "1//2",
        "1/me dia/1",
        "1/media/1\n",
        "1/mídia/1",
        "1",
    ],
)
async def test_a_place_that_might_lead_elsewhere_is_refused(store: MediaStore, place: str):
    for act in (store.put(place, b"x", content_type="text/plain"), store.get(place), store.remove([place])):
        with pytest.raises(Rejected):
            await act


# --- a folder ---------------------------------------------------------------------------------------------------------


async def test_only_its_owner_reads_the_folder(tmp_path: Path):
    store = FolderStore(tmp_path / "media")
    await store.put("1/media/57", PIXEL, content_type="image/png")
    assert stat.S_IMODE((tmp_path / "media/1/media/57").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "media/1/media").iterdir()] == ["57"]


async def test_a_folder_that_cannot_be_used_needs_a_person(tmp_path: Path):
    (tmp_path / "media").write_text("a file where the folder should be")
    with pytest.raises(NeedsHuman):
        await FolderStore(tmp_path / "media").put("1/media/1", PIXEL, content_type="image/png")


# --- Supabase Storage -------------------------------------------------------------------------------------------------


async def test_the_bucket_is_made_once_and_is_private(project: Project, http: httpx.AsyncClient):
    for _ in range(2):
        store = SupabaseStore(project.url, project.service_key, bucket="ponte-media", http=http)
        await store.put("1/media/1", PIXEL, content_type="image/png")
    assert {name: bucket["public"] for name, bucket in project.buckets.items()} == {"ponte-media": False}


@pytest.mark.parametrize("kind", ["anon_key", "service_key"])
async def test_a_key_that_gives_no_right_needs_a_person_and_is_not_shown(
    project: Project, http: httpx.AsyncClient, kind: str
):
    key = project.anon_key if kind == "anon_key" else project.service_key[:-4] + "AAAA"
    store = SupabaseStore(project.url, key, bucket="ponte-media", http=http)
    with pytest.raises(NeedsHuman) as raised:
        await store.put("1/media/1", PIXEL, content_type="image/png")
    assert key not in f"{raised.value} {raised.value.hint}"


async def test_a_project_that_is_away_is_tried_again(http: httpx.AsyncClient, project: Project):
    store = SupabaseStore("http://127.0.0.1:9", project.service_key, bucket="ponte-media", http=http)
    with pytest.raises(Retryable):
        await store.get("1/media/1")


async def test_an_address_that_is_none_needs_a_person(http: httpx.AsyncClient):
    with pytest.raises(NeedsHuman):
        await SupabaseStore("my project", "k", bucket="ponte-media", http=http).get("1/media/1")
