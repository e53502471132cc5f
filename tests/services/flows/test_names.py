"""The reading of names, held against what people write."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.language import LOCALES
from app.services.flows.names import Verdict, first_of, read_name
from tests.services.flows.labelled import examples

SAID = """hola|soy|Juan|y|María|no|me|llamo|de|la|Sofía|?|,|.|es|O'Neil|J.|12|<b>|é""".split("|")  # noqa: SIM905


def test_there_are_enough_examples_of_every_kind():
    counted = Counter((example.locale, example.verdict) for example in examples())

    assert sum(counted.values()) >= 250
    assert all(counted[locale, verdict] >= 10 for locale in LOCALES for verdict in ("name", "ambiguous", "none"))


def test_no_example_is_taken_for_a_name_that_is_not_the_writers():
    assert [(each.text, read_name(each.text).name) for each in examples() if each.is_wrong()] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_nearly_all_examples_come_to_what_they_should(locale: str, capsys: pytest.CaptureFixture[str]):
    known = [each for each in examples() if each.locale == locale]
    missed = [(each.text, each.verdict, str(read_name(each.text).verdict)) for each in known if not each.is_right()]
    score = 1 - len(missed) / len(known)
    with capsys.disabled():
        print(
            f"\nnames {locale}: {score:.1%} of {len(known)} right, 0 wrong; asked or not as labelled but for {missed}"
        )

    assert score >= 0.97


@given(st.text(max_size=300))
def test_whatever_is_written_a_name_is_short_and_made_of_letters(text: str):
    found = read_name(text)

    for name in (found.name, *found.options):
        assert len(name) <= 60
        assert not any(mark.isdigit() or mark in "<>{}=\n" for mark in name)
    assert bool(found.name) == (found.verdict is Verdict.NAME)


@given(st.lists(st.sampled_from(SAID)))
def test_however_words_are_put_together_no_name_begins_or_ends_with_a_particle(words: list[str]):
    found = read_name(" ".join(words))

    assert not {"de", "la", "y", "es", "soy"} & {each for name in found.name.split()[-1:] for each in [name.lower()]}


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Sofía", "Sofía"),
        ("Sofía Pérez", "Sofía"),
        ("María José Pérez", "María José"),
        ("João Pedro Lima", "João Pedro"),
    ],
)
def test_people_are_addressed_by_their_given_names(name: str, first: str):
    assert first_of(name) == first
