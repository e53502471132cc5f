"""Templates: what may be saved, and how it is filled in."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Rejected
from app.domain.language import LOCALES, guess
from app.domain.outreach import REOPENING
from app.services.proactive.seeds import TRIGGERS, texts_of, trigger_of
from app.services.proactive.wording import BadTemplate, MissingVariable, check, fill, missing, values_of, variables_of

SEEDS = [(seed, *text) for seed in TRIGGERS for text in texts_of(seed)]


@pytest.mark.parametrize("seed", SEEDS, ids=lambda one: one[0].name if isinstance(one, tuple) else "")
def test_every_seed_may_be_saved_and_speaks_its_language(seed: tuple):
    trigger, locale, _, body = seed
    assert set(check(body, trigger.variables)) <= {"name", "seller", "business", *trigger.variables}
    assert guess(body) in (locale, None)


def test_every_trigger_has_a_first_message_in_every_language_and_three_follow_ups_where_any_follow():
    for seed in TRIGGERS:
        steps = range(len(trigger_of(seed).ladder) + 1)
        assert {(locale, step) for locale, step, _ in texts_of(seed)} == {(one, n) for one in LOCALES for n in steps}
    assert [seed.name for seed in TRIGGERS if not trigger_of(seed).ladder] == [REOPENING]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Olá {idade}", "idade"),
        ("Olá {", "brace"),
        ("Olá }", "brace"),
        ("Olá {}", "name"),
        ("Olá {a b}", "name"),
        ("  ", "empty"),
        ("\u200b\u3164", "empty"),
        ("x" * 1025, "longer"),
        ("{name.__class__}", "name"),
    ],
)
def test_what_cannot_be_filled_in_cannot_be_saved(body: str, said: str):
    with pytest.raises(BadTemplate) as refused:
        check(body, ["area"])
    assert said in refused.value.message


def test_an_unknown_variable_is_answered_with_those_that_are_allowed():
    with pytest.raises(BadTemplate) as refused:
        check("{preco}", ["produto"])
    assert "product" in refused.value.hint


def test_a_value_in_which_nothing_can_be_seen_was_not_given():
    assert missing("Vi {area}.", values_of({"area": "\u2060"})) == ("area",)


def test_names_are_understood_in_both_languages():
    assert fill("Olá {nome}, {interesse}", values_of({"Nome": " Maria ", "area": "família"})) == "Olá Maria, família"
    assert variables_of("{nome} {name} {{x}}") == ("name",)


@pytest.mark.parametrize(
    ("body", "text"),
    [("Olá {name}, tudo bem?", "Olá, tudo bem?"), ("{name} {{ok}}", "{ok}"), ("Oi {name} {seller}!", "Oi!")],
)
def test_the_sentence_closes_over_a_name_that_nobody_knows(body: str, text: str):
    assert fill(body, {}) == text


def test_what_only_the_caller_knows_is_asked_for_by_name():
    assert missing("{material} {name}", {}) == ("material",)
    with pytest.raises(MissingVariable) as refused:
        fill("{material}", {})
    assert "material" in refused.value.message


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=10), st.text(max_size=30), max_size=4))
def test_any_text_is_filled_in_or_refused(body: str, data: dict[str, str]):
    with contextlib.suppress(Rejected):
        assert isinstance(fill(body, values_of(data)), str)


@given(st.text(max_size=60))
def test_what_a_caller_gives_is_never_read_as_a_template(value: str):
    given = values_of({"area": value})
    assert fill("[{area}]", {"area": "{seller}", "seller": "Ana"}) == "[{seller}]"
    assert all("\n" not in one for one in given.values())
