"""Whose a chat is by the channel's own buttons, as `decide` sees it: said without a word, so answered by none."""

import pytest

from app.domain.conversation import Command, Log, Note, Pause, PauseReason, RowState, Verb
from tests.services.conversation.by_hand import START, Chat, seconds


def given_to(verb: Verb, at: int = 0) -> Command:
    """Somebody pressed the vendor's button."""
    return Command(verb, "Ana", START + seconds(at), reason=PauseReason.HUMAN, wordless=True)


def test_who_takes_the_chat_by_the_vendors_button_has_it_and_is_named():
    chat = Chat().answered("um", "dois").does(given_to(Verb.TAKE))
    assert (chat.verdict, chat.state.epoch, chat.state.pause) == ("taken_over", 1, Pause(PauseReason.HUMAN, "Ana"))
    assert chat.line == [RowState.CANCELLED, RowState.CANCELLED]
    assert [one.what for one in chat.told(Log)] == ["paused"]


def test_a_chat_that_is_shown_to_people_already_gets_no_second_take_over():
    """Our own hand-over opens the chat at the vendor, whose word of it comes back: nobody has taken it by that."""
    chat = Chat().take().does(given_to(Verb.TAKE, at=5))
    assert (chat.verdict, chat.state.epoch) == ("already_so", 1)
    assert chat.told(Note) == []


def test_a_chat_that_is_the_bots_already_is_not_released_again():
    chat = Chat().does(given_to(Verb.RELEASE, at=5))
    assert (chat.verdict, chat.state.bot_on, chat.told(Note)) == ("already_so", True, [])


def test_what_was_ordered_in_words_is_not_lifted_by_a_button():
    """A new session gives the bot a chat without anybody's doing."""
    chat = Chat().take().does(given_to(Verb.RELEASE, at=5))
    assert (chat.verdict, chat.state.bot_on) == ("stands", False)


def test_it_is_given_back_by_the_button_too():
    chat = Chat().does(given_to(Verb.TAKE)).does(given_to(Verb.RELEASE, at=5))
    assert (chat.verdict, chat.state.bot_on) == ("released", True)


@pytest.mark.parametrize(("verb", "is_on"), [(Verb.TAKE, True), (Verb.RELEASE, False)])
def test_an_older_word_changes_nothing_and_leaves_no_note(verb: Verb, *, is_on: bool):
    chat = Chat().does(given_to(Verb.TAKE, at=10))
    if is_on:
        chat = chat.does(given_to(Verb.RELEASE, at=20))
    chat = chat.does(given_to(verb, at=5))
    assert (chat.verdict, chat.state.bot_on) == ("late_command", is_on)
    assert chat.told(Note) == []


def test_a_tie_between_button_and_release_pauses():
    chat = Chat().does(given_to(Verb.TAKE, at=5)).does(given_to(Verb.RELEASE, at=5))
    assert not chat.state.bot_on
