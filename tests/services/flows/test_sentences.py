"""What flows say: loaded strictly, said as it was meant."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.domain.flows import Hearing
from app.services.flows.model import Flow, Person, Step, Unclear
from app.services.flows.sentences import BadWords, Sentences, load

HEARING = Hearing(datetime(2026, 11, 20, tzinfo=UTC), "en", 0)
KNOWN = frozenset({"name"})
LOST = Person("lost", "bye")


def loaded(raw: str) -> Sentences:
    return load("test", raw, where="words.yaml", known=KNOWN)


@pytest.mark.parametrize(
    ("raw", "line", "why"),
    [
        ("es:\n  hi: ['Hola {who}']\n", 2, "{who}"),
        ("es:\n  hi:\n    - Hola\n    - 'Hola {nombre}'\n", 4, "{nombre}"),
        ("es:\n  hi: ['Hola {name']\n", 2, "brace"),
        ("es:\n  hi: ['Hola {Name}']\n", 2, "brace"),
        ("es:\n  hi: ['']\n", 2, "empty"),
        ("es:\n  hi: Hola\n", 2, "list"),
        ("es:\n  hi: []\n", 2, "list"),
        ("es:\n  hi: [[Hola]]\n", 2, "text"),
        ("es:\n  hi: [Hola]\n  hi: [Ey]\n", 3, "twice"),
        ("es:\n  hi: [Hola]\n  bye: [Chau]\nen:\n  hi: [Hi]\n", 5, "lacks bye"),
        ("- hi\n", 1, "names"),
        ("", 1, "nothing"),
        ("es:\n  hi: [Hola\n", 3, "YAML"),
    ],
)
def test_a_file_with_an_error_is_refused_with_its_line(raw: str, line: int, why: str):
    with pytest.raises(BadWords, match=rf"words\.yaml, line {line}: ") as refused:
        loaded(raw)

    assert why in refused.value.message


def test_what_somebody_is_called_is_never_read_as_a_placeholder():
    sentences = loaded("en:\n  hi: ['Hi {name}']\n")

    assert sentences.say("hi", {"name": "{name}"}, HEARING) == "Hi {name}"


def test_a_text_that_cannot_be_filled_is_not_said():
    sentences = loaded("en:\n  hi: ['Hi {name}', 'Hi there']\n  you: ['{name}']\n")

    assert {sentences.say("hi", {}, HEARING, turn=turn) for turn in range(4)} == {"Hi there"}
    assert sentences.say("you", {"name": ""}, HEARING) == ""


def test_all_ways_of_saying_it_have_their_turn():
    sentences = loaded("en:\n  hi: [A, B, C]\n")

    assert {sentences.say("hi", {}, HEARING, turn=turn) for turn in range(3)} == {"A", "B", "C"}


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ({"a": Step(says=("nope",))}, "no sentence nope"),
        ({"a": Step(next="b")}, "b, which is no step"),
        ({"b": Step()}, "begins with"),
        ({"a": Step(), "over": Step()}, "over"),
        ({"a": Step(next="b"), "b": Step(next="a")}, "for ever"),
        ({"a": Step(accept=lambda *_: Unclear(), lost=LOST, again="hi", next="a")}, "lacks"),
    ],
)
def test_a_flow_with_an_error_is_refused_when_it_is_made(steps: dict[str, Step], why: str):
    with pytest.raises(ValueError, match=why):
        Flow("test", "a", steps, loaded("en:\n  hi: [Hi]\n  bye: [Bye]\n"))


def test_our_own_sentences_have_several_ways_of_being_said():
    words = Path(__file__).parents[3] / "app" / "services" / "flows" / "words" / "onboarding.yaml"
    known = frozenset({"name", "first_name", "maybe", "options", "username", "password", "details"})
    texts = load("onboarding", words.read_text(encoding="utf-8"), where=words.name, known=known).texts

    assert set(texts) == {"es", "pt-BR", "en"}
    assert all(len(ways) > 1 for said in texts.values() for name, ways in said.items() if name not in {
        "account_details", "came_late",
    })  # fmt: skip
