"""Words out of a sheet: variants by rows, refused by row number, all of them or none."""

import pytest

from app.domain.errors import NeedsHuman, NotFound
from app.services.flows.book import Book
from app.services.mirroring.words import words_of
from tests.services.mirroring.conftest import BOOK, Place

HEAD = ["key", "locale", "text"]
TAB = "Palabras"


async def typed(place: Place, *rows: list[str], head: list[str] = HEAD) -> None:
    """Somebody has typed these rows into the tab of words."""
    await place.steer("books", id=BOOK, editors=[place.key["client_email"]], tabs=[TAB])
    await place.steer(f"books/{BOOK}/rows", tab=TAB, rows=[head, *rows])
    await place.set(words_tab=TAB)


async def words(place: Place) -> dict[str, list[str]]:
    return (await place.rooms.words._preferences.show(place.id))["flow_words"]


async def test_rows_of_one_key_are_its_variants(place: Place) -> None:
    await typed(
        place,
        ["onboarding.greeting", "es", "¡Hola!"],
        ["greeting", "es", "¡Buenas!"],
        ["", "", ""],
        ["success", "pt-BR", "Pronto, {first_name}!"],
    )
    report = await place.rooms.words.read(place.id)

    assert (report.texts, report.keys, report.changed, report.problems) == (3, 2, True, [])
    assert await words(place) == {
        "onboarding.greeting.es": ["¡Hola!", "¡Buenas!"],
        "onboarding.success.pt-BR": ["Pronto, {first_name}!"],
    }


async def test_the_account_speaks_them_from_then_on(place: Place, accounts: object) -> None:
    await typed(place, ["greeting", "es", "¡Hola!"])
    await place.rooms.words.carry(place.id)

    kept = await place.database.fetchval("select settings -> 'flow_words' from accounts where id = $1", place.id)
    assert "¡Hola!" in kept


async def test_a_dry_run_tells_and_changes_nothing(place: Place) -> None:
    await typed(place, ["greeting", "es", "¡Hola!"])
    report = await place.rooms.words.read(place.id, dry_run=True)

    assert (report.texts, report.changed) == (1, False)
    assert await words(place) == {}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (["onboarding.gretting", "es", "Hola"], "row 3: onboarding.gretting.es"),
        (["other.greeting", "es", "Hola"], "row 3: other.greeting.es: there is no flow other"),
        (["greeting", "fr", "Salut"], "row 3: onboarding.greeting.fr"),
        (["greeting", "es", "Hola {nombre}"], "row 3: onboarding.greeting.es"),
        (["greeting", "es", ""], "row 3: onboarding.greeting.es: the text is empty"),
        (["greeting", "es", "x" * 1001], "row 3: flow_words cannot be that"),
    ],
)
async def test_one_slip_is_told_by_its_row_and_nothing_changes(place: Place, row: list[str], why: str) -> None:
    await typed(place, ["greeting", "es", "¡Hola!"], row)
    report = await place.rooms.words.read(place.id)

    assert [problem.startswith(why) for problem in report.problems] == [True]
    assert (report.changed, await words(place)) == (False, {})
    assert await place.causes() == ["sheet_words"]


async def test_operators_hear_when_the_words_are_well_again(place: Place) -> None:
    await typed(place, ["nothing", "es", "Hola"])
    await place.rooms.words.carry(place.id)
    assert await place.causes() == ["sheet_words"]

    await typed(place, ["greeting", "es", "Hola"])
    await place.rooms.words.carry(place.id)
    assert await place.causes() == []


async def test_the_same_words_again_are_no_change(place: Place) -> None:
    await typed(place, ["greeting", "es", "Hola"])
    first, second = await place.rooms.words.read(place.id), await place.rooms.words.read(place.id)

    assert (first.changed, second.changed) == (True, False)
    assert await place.database.fetchval("select count(*) from event_log where what = 'account_changed'") == 1


async def test_a_google_that_is_down_leaves_the_words_as_they_are(place: Place) -> None:
    await typed(place, ["greeting", "es", "Hola"])
    await place.rooms.words.carry(place.id)
    await place.steer("trouble", fault="error_500", what="read")
    await place.rooms.words.carry(place.id)

    assert await words(place) == {"onboarding.greeting.es": ["Hola"]}


async def test_a_tab_that_is_not_there_is_said(place: Place) -> None:
    await place.set(words_tab="Missing")
    with pytest.raises(NeedsHuman, match="no such tab"):
        await place.rooms.words.read(place.id)


async def test_without_a_sheet_or_a_tab_it_says_what_to_do(bare_place: Place) -> None:
    with pytest.raises(NotFound):
        await bare_place.rooms.words.read(bare_place.id)
    await bare_place.set()
    with pytest.raises(NeedsHuman, match="no tab for words"):
        await bare_place.rooms.words.read(bare_place.id)


def test_other_headings_are_refused() -> None:
    assert words_of([["clave", "idioma", "texto"]], book=Book(), flow="")[1] == [
        "row 1: the columns are key, locale, text, in this order"
    ]


def test_an_empty_tab_takes_no_words_away() -> None:
    assert words_of([HEAD], book=Book(), flow="")[1] == ["the tab holds no words"]
