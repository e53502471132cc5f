"""Commands and the clock that brings the bot back, as `decide` sees them."""

from datetime import timedelta

import pytest

from app.domain.account import Policy
from app.domain.conversation import (
    AskReply,
    CloseTurn,
    Command,
    Log,
    Note,
    NoteKind,
    Pause,
    PauseReason,
    Remember,
    RowState,
    TimerFired,
    TimerKind,
    Verb,
)
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENT, RowState.CANCELLED
RETURNING = Policy(auto_return=minutes(30))


# --- commands ---------------------------------------------------------------------------------------------------------


def test_a_take_over_raises_the_epoch_and_leaves_a_note_and_a_line_in_the_audit():
    chat = Chat().take(why="cliente pediu")
    assert (chat.verdict, chat.state.epoch, chat.state.pause) == ("taken_over", 1, Pause(PauseReason.COMMAND, "Ana"))
    assert chat.told(Note) == [Note(NoteKind.STATE)]
    assert chat.told(Log) == [Log("Ana", "paused", "cliente pediu")]


def test_a_take_over_while_the_brain_thinks_closes_the_turn_and_drops_the_answer():
    chat = Chat().asked().take()
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "command")]
    assert chat.reply(turn=1).verdict == "turn_is_closed"
    assert chat.line == []


def test_the_second_half_of_a_reply_is_cancelled_by_a_take_over():
    chat = Chat().answered("um", "dois").sent().take()
    assert chat.line == [SENT, CANCELLED]


def test_a_take_over_works_before_the_customer_has_written():
    chat = Chat().take().customer()
    assert not chat.state.bot_on
    assert chat.state.timers == {}


def test_a_command_is_never_remembered():
    for verb in Verb:
        assert Chat().does(Command(verb, "Ana", START)).told(Remember) == []


def test_a_silent_command_leaves_no_note():
    assert Chat().take(silent=True).told(Note) == []


def test_the_take_over_of_a_contact_says_so():
    assert Chat().take(reason=PauseReason.CONTACT).state.pause == Pause(PauseReason.CONTACT, "Ana")


@pytest.mark.parametrize(
    ("verb", "note"),
    [
        (Verb.STATUS, Note(NoteKind.STATE)),
        (Verb.HELP, Note(NoteKind.HELP)),
        (Verb.UNKNOWN, Note(NoteKind.HINT, "Did you mean /assumir?")),
    ],
)
def test_other_commands_only_leave_a_note(verb: Verb, note: Note):
    chat = Chat().customer()
    before = chat.state
    chat.does(Command(verb, "Ana", START, hint="Did you mean /assumir?"))
    assert (chat.state, chat.told(Note)) == (before, [note])


def test_a_release_lets_the_bot_answer_once_what_nobody_answered():
    chat = Chat().take().customer().customer().later(minutes(5)).release()
    assert chat.state.bot_on
    assert chat.ring().told(AskReply)[0].turn.answers == {1, 2}


def test_a_release_never_answers_what_a_person_has():
    chat = Chat().customer().later(seconds(5)).ana().later(seconds(5)).release()
    assert (chat.state.bot_on, chat.waiting, chat.state.timers) == (True, [], {})


def test_a_release_does_not_raise_the_epoch():
    assert Chat().take().later(seconds(5)).release().state.epoch == 1


def test_a_release_gives_back_what_a_cancelled_reply_covered():
    chat = Chat().answered().take().later(seconds(5)).release()
    assert (chat.line, chat.waiting) == ([CANCELLED], [1])
    assert chat.ring().reply().line == [CANCELLED, PENDING]


def test_an_old_release_rests_until_the_next_message_which_takes_the_rest_along():
    chat = Chat().take().customer().later(minutes(31)).release()
    assert chat.state.resting
    assert chat.state.timers == {}
    assert chat.customer().ring().told(AskReply)[0].turn.answers == {1, 2}


def test_a_release_answers_what_is_just_young_enough():
    chat = Chat().take().customer().later(minutes(30)).release()
    assert not chat.state.resting
    assert TimerKind.BURST in chat.state.timers


def test_the_channels_window_closes_before_a_longer_limit_of_the_account():
    long = Policy(release_limit=timedelta(days=3))
    assert Chat(long).take().customer().later(timedelta(hours=25)).release().state.resting


def test_an_answer_asked_for_by_a_release_is_not_stale():
    chat = Chat().take().customer().later(minutes(20)).release().ring().reply()
    assert chat.verdict == "admitted"


def test_a_release_while_the_bot_is_on_only_leaves_a_note():
    chat = Chat().customer().later(minutes(31)).release()
    assert (chat.verdict, chat.effects) == ("already_on", (Note(NoteKind.STATE),))
    assert (chat.state.resting, chat.state.released_at, set(chat.state.timers)) == (False, None, {TimerKind.BURST})


def test_a_release_while_the_bot_is_on_still_counts_against_an_older_take_over():
    chat = Chat().later(seconds(10)).release().take(at=START + seconds(5))
    assert (chat.verdict, chat.state.bot_on) == ("late_command", True)


def test_releasing_again_and_again_does_not_put_off_the_answer():
    chat = Chat().asked()
    for _ in range(2):
        chat.customer().ring().later(seconds(1)).release()
    chat.customer().ring()
    assert (chat.verdict, chat.open_turn) == ("already_asked", 3)


def test_a_late_release_does_not_undo_a_newer_take_over():
    chat = Chat().later(seconds(10)).take().release(at=START)
    assert (chat.verdict, chat.state.bot_on) == ("late_command", False)


def test_a_late_take_over_does_not_undo_a_newer_release():
    chat = Chat().take().later(seconds(10)).release().take(at=START + seconds(5))
    assert (chat.verdict, chat.state.bot_on, chat.state.epoch) == ("late_command", True, 1)


def test_a_tie_pauses_in_either_order():
    assert not Chat().take().release().state.bot_on
    assert not Chat().take(at=START - minutes(1)).release().take().state.bot_on


def test_within_a_second_of_a_channels_clock_everything_is_a_tie():
    chat = Chat().take().release(at=START + seconds(0.9), exact=True)
    assert (chat.verdict, chat.state.bot_on) == ("late_command", False)


def test_two_exact_times_within_a_second_are_no_tie():
    chat = Chat().take(at=START + seconds(0.2), exact=True).release(at=START + seconds(0.3), exact=True)
    assert chat.state.bot_on


# --- the clock that brings the bot back -------------------------------------------------------------------------------


def test_a_pause_without_a_time_lasts_where_the_account_has_no_automatic_return():
    assert Chat().take().state.timers == {}
    assert Chat().ana().state.timers == {}


def test_the_automatic_return_restarts_with_each_human_sign():
    chat = Chat(RETURNING).ana().later(minutes(10)).ana()
    assert chat.state.timers == {TimerKind.RESUME: START + minutes(40)}
    assert chat.state.pause == Pause(PauseReason.HUMAN, "Ana", START + minutes(40))
    assert chat.later(minutes(10)).take().state.timers == {TimerKind.RESUME: START + minutes(50)}


def test_the_automatic_return_leaves_a_time_alone_that_a_person_fixed():
    chat = Chat(RETURNING).take(until=START + minutes(90)).later(minutes(10)).ana()
    assert chat.state.timers == {TimerKind.RESUME: START + minutes(90)}


def test_a_newer_take_over_without_a_time_drops_the_old_time():
    chat = Chat().take(until=START + minutes(5)).later(minutes(1)).take()
    assert (chat.state.pause, chat.state.timers) == (Pause(PauseReason.COMMAND, "Ana"), {})


def test_a_release_stops_the_clock_of_the_pause():
    chat = Chat().take(until=START + minutes(5)).later(minutes(1)).release()
    assert chat.state.timers == {}


def test_the_end_of_the_pause_is_a_release():
    chat = Chat().take(until=START + minutes(5)).customer().ring(TimerKind.RESUME)
    assert (chat.verdict, chat.state.bot_on) == ("released", True)
    assert chat.told(Note) == [Note(NoteKind.STATE)]
    assert chat.ring().told(AskReply)[0].turn.answers == {1}


def test_the_end_of_a_pause_that_is_over_already_changes_nothing():
    chat = Chat().does(TimerFired(TimerKind.RESUME))
    assert (chat.verdict, chat.effects) == ("already_on", ())


def test_the_end_of_the_pause_also_rests_when_what_waits_is_old():
    chat = Chat().take(until=START + minutes(40)).customer().ring(TimerKind.RESUME)
    assert chat.state.resting


def test_a_clock_that_rang_late_does_not_overrule_who_wrote_after_it_was_due():
    chat = Chat().take(until=START + minutes(5)).later(minutes(20)).does(TimerFired(TimerKind.RESUME))
    assert chat.state.bot_on
    assert not chat.ana(at=START + minutes(10)).state.bot_on


# --- what a channel tells without a word ------------------------------------------------------------------------------


def given_back(chat: Chat) -> Chat:
    """A new session begins, or somebody presses the button: the channel cannot tell us which."""
    return chat.later(seconds(5)).release(wordless=True)


def test_a_channel_gives_back_what_people_took_there_or_what_waits_for_them():
    assert given_back(Chat().take(wordless=True, reason=PauseReason.HUMAN)).state.bot_on
    assert given_back(Chat().customer().ana()).state.bot_on
    assert given_back(Chat().asked().fail(last=True)).state.bot_on


@pytest.mark.parametrize(
    "ordered",
    [
        {},
        {"reason": PauseReason.CONTACT},
        {"reason": PauseReason.LEAD},
        {"until": START + timedelta(days=7)},
        {"until": START + timedelta(days=7), "reason": PauseReason.HUMAN},
    ],
)
def test_what_people_ordered_in_words_is_never_lifted_by_a_channel_alone(ordered: dict[str, object]):
    chat = given_back(Chat().take(**ordered))
    assert (chat.verdict, chat.state.bot_on) == ("stands", False)


def test_a_chat_that_is_the_bots_already_is_not_given_to_it_at_a_later_time():
    """A take-over that was typed before, and comes after, still counts."""
    chat = Chat().customer().later(minutes(1))
    typed = chat.now
    given_back(chat)
    assert chat.verdict == "already_so"
    assert chat.take(at=typed).verdict == "taken_over"
