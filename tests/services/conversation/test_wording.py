"""Every sentence exists in every language, with the same placeholders, and says what the design promises."""

import string

import pytest

from app.domain.conversation import PauseReason
from app.domain.language import LOCALES, guess
from app.services.bot_control.commands import Problem
from app.services.conversation.sentences import SENTENCES
from app.services.conversation.wording import Phrase, say, why


def _placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


@pytest.mark.parametrize("phrase", Phrase)
def test_a_phrase_is_there_in_every_language_with_the_same_placeholders(phrase: Phrase):
    sentences = SENTENCES[phrase]
    assert len(sentences) == len(LOCALES)
    assert all(sentence.strip() == sentence and sentence for sentence in sentences)
    assert len({frozenset(_placeholders(sentence)) for sentence in sentences}) == 1


@pytest.mark.parametrize("phrase", Phrase)
@pytest.mark.parametrize("locale", LOCALES)
def test_a_phrase_is_filled_whole(phrase: Phrase, locale: str):
    values = {name: f"<{name}>" for name in _placeholders(SENTENCES[phrase][0])}
    said = say(phrase, locale, **values)
    assert all(value in said for value in values.values())
    assert "{" not in said


def test_what_the_customer_is_told_is_recognised_as_its_own_language():
    told = [phrase for phrase in Phrase if phrase.startswith(("goodbye", "opt"))]
    assert [guess(say(phrase, locale)) for phrase in told for locale in LOCALES] == list(LOCALES) * len(told)


def test_an_unknown_locale_is_answered_in_portuguese():
    assert say(Phrase.STATE_ACTIVE, "fr") == "IA ativa" == say(Phrase.STATE_ACTIVE, "")


def test_the_visible_state_names_who_and_until():
    assert say(Phrase.STATE_PAUSED_BY_UNTIL, "pt-BR", who="Ana", until="16:40") == "IA pausada por Ana até 16:40"
    assert say(Phrase.STATE_PAUSED_BY, "pt-BR", who="Ana") == "IA pausada por Ana"


def test_braces_in_a_name_are_only_text():
    assert say(Phrase.STATE_PAUSED_BY, "en", who="{who}") == "AI paused by {who}"


@pytest.mark.parametrize("locale", LOCALES)
def test_help_recommends_the_note_a_chat_with_oneself_and_the_api(locale: str):
    said = say(Phrase.HELP, locale)
    assert "API" in said
    assert "WhatsApp" in said
    assert "\n" in said


@pytest.mark.parametrize("problem", Problem)
def test_every_problem_of_a_command_has_its_sentence(problem: Problem):
    assert say(Phrase(problem), "pt-BR")


@pytest.mark.parametrize("reason", PauseReason)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_reason_to_be_quiet_is_explained_to_salespeople(reason: PauseReason, locale: str):
    assert why(reason, locale) != reason


def test_a_reason_that_nobody_explained_is_shown_as_it_is():
    assert why("else", "en") == "else"
