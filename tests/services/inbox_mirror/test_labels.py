"""Which labels a conversation has: the table holds together, and the first row that fits wins its group."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.inbox_mirror.labels import Facts, all_labels, choose, ours, table

NEW = Facts(bot_on=True, locale="pt-BR", written=1)


def chosen(shown_in: str = "en", **facts: Any) -> list[str]:
    return choose(replace(NEW, **facts), shown_in)


def test_a_first_message_is_the_bots_and_a_first_contact():
    assert chosen() == ["bot-active", "journey-first-contact", "language-portuguese"]
    assert chosen("pt-BR") == ["bot-ativo", "jornada-primeiro-contato", "idioma-portugues"]


@pytest.mark.parametrize(
    ("facts", "label"),
    [
        ({"bot_on": False, "reason": "human"}, "bot-person-answers"),
        ({"bot_on": False, "reason": "doubt"}, "bot-send-in-doubt"),
        ({"bot_on": False, "reason": "command"}, "bot-paused"),
        ({"bot_on": False, "reason": "opt_out"}, "bot-opted-out"),
        ({"flow": "registration", "step": "name"}, "journey-giving-name"),
        ({"flow": "registration", "step": "pincode"}, "journey-registering"),
        ({"flow": "registration", "step": "completed"}, "journey-registered"),
        ({"flow": "registration", "step": "failed"}, "journey-registration-failed"),
        ({"flow": "registration", "step": "handed_over"}, "journey-registration-with-person"),
        ({"flow": "registration", "step": "expired"}, "journey-registration-expired"),
        ({"person_wrote": True, "written": 9}, "journey-with-seller"),
        ({"written": 2}, "journey-in-conversation"),
        ({"locale": "es"}, "language-spanish"),
        ({"latest": ("Olá", "QUANTO custa o frete?")}, "intent-price"),
        ({"latest": ("Olá", "QUANTO custa o frete?")}, "intent-delivery"),
        ({"latest": ("quiero cancelar",)}, "intent-cancel"),
    ],
)
def test_what_is_known_names_the_label(facts: dict[str, Any], label: str):
    assert label in chosen(**facts)


def test_what_brain_or_flow_says_names_a_label_in_either_language_and_with_a_colon():
    for tag in ("journey:booked", "journey-booked", "Jornada: Agendado", "jornada-agendado"):
        assert "journey-booked" in chosen(tags=(tag,)), tag
    assert chosen(tags=("shoe-size",)) == chosen()


def test_a_word_within_another_is_not_said():
    assert not [one for one in chosen(latest=("desvalorizado", "imprecos")) if one.startswith("intent")]


@given(
    st.builds(
        Facts,
        st.booleans(),
        reason=st.sampled_from(("", "human", "doubt", "opt_out", "never heard of")),
        flow=st.sampled_from(("", "registration")),
        step=st.text(max_size=10),
        locale=st.sampled_from(("", "pt-BR", "es", "en", "xx")),
        written=st.integers(0, 99),
        person_wrote=st.booleans(),
        latest=st.lists(st.text(max_size=60), max_size=3).map(tuple),
        tags=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    ),
    st.sampled_from(("pt-BR", "es", "en")),
)
def test_of_a_group_that_takes_one_there_is_one_and_always_of_the_bots_and_the_journeys(facts: Facts, locale: str):
    titles = choose(facts, locale)
    groups = [next(one.group for one in table().labels if title in (one.pt, one.en)) for title in titles]
    assert len(set(titles)) == len(titles)
    for name, group in table().groups.items():
        assert not group.one or groups.count(name) <= 1
    assert groups.count("bot") == groups.count("journey") == 1
    assert set(titles) <= ours()


def test_there_are_enough_of_them_and_each_title_is_used_once():
    for locale in ("pt-BR", "en"):
        titles = [one.title for one in all_labels(locale)]
        assert len(titles) >= 25
        assert len(set(titles)) == len(titles)
