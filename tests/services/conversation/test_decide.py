"""What `decide` and `settle` make of each event, one behaviour a test."""

from datetime import timedelta

import pytest

from app.domain.account import Policy
from app.domain.brain import ReplyAction
from app.domain.conversation import (
    AskReply,
    Assign,
    CloseTurn,
    Command,
    Conversation,
    HandoffRequested,
    Log,
    Note,
    NoteKind,
    Notify,
    Outcome,
    Pause,
    PauseReason,
    Remember,
    RowState,
    SetOptOut,
    SetTags,
    TimerFired,
    TimerKind,
    Verb,
)
from app.domain.ids import ExternalId
from app.domain.messages import Author, Media, MessageKind
from app.services.conversation import delivery, rules
from app.services.conversation.decide import settle
from app.services.conversation.wording import Phrase, say
from tests.services.conversation.by_hand import START, Chat, minutes, seconds

PENDING, SENDING, SENT, CANCELLED = RowState.PENDING, RowState.SENDING, RowState.SENT, RowState.CANCELLED
RETURNING = Policy(auto_return=minutes(30))
TWO_RUNGS = Policy(rungs=2)


# --- the customer -----------------------------------------------------------------------------------------------------


def test_a_customers_message_starts_the_burst_timer_and_is_remembered():
    chat = Chat().customer("Quanto custa o corte?")
    assert chat.state.timers == {TimerKind.BURST: START + seconds(1.5)}
    assert [(line.author, line.fold) for line in chat.told(Remember)] == [(Author.CUSTOMER, 1)]


def test_another_fragment_moves_the_burst_timer():
    chat = Chat().customer("Quanto custa?").later(seconds(1)).customer("o corte e")
    assert chat.state.timers[TimerKind.BURST] > START + seconds(2.5)


def test_a_burst_is_answered_at_most_eight_seconds_after_its_first_fragment():
    chat = Chat().customer("eu queria")
    for _ in range(5):
        chat.later(seconds(1.5)).customer("e")
    assert chat.state.timers[TimerKind.BURST] == START + seconds(8)


def test_a_customers_message_while_the_bot_is_off_starts_no_timer():
    chat = Chat().take().customer()
    assert chat.state.timers == {}
    assert (chat.verdict, chat.waiting) == ("bot_off", [1])


def test_a_picture_is_remembered_with_its_link():
    picture = Media(MessageKind.PICTURE, "https://example.com/1.jpg")
    chat = Chat().customer("", kind=MessageKind.PICTURE, media=picture)
    assert chat.told(Remember)[0].media == picture
    assert chat.waiting == [1]


def test_a_command_written_by_the_customer_is_ordinary_text():
    chat = Chat().customer("/assumir")
    assert chat.state.bot_on
    assert chat.waiting == [1]


def test_the_language_of_the_customer_is_learned_and_kept():
    chat = Chat().customer("Hola, quiero hablar con alguien").customer("ok")
    assert chat.state.locale == "es"


# --- opting out and in ------------------------------------------------------------------------------------------------


def test_opting_out_switches_off_confirms_once_and_tells_the_store():
    chat = Chat().customer("PARAR")
    assert chat.state.pause == Pause(PauseReason.OPT_OUT)
    assert [row.text for row in chat.state.rows] == [say(Phrase.OPT_OUT_DONE, "pt-BR")]
    assert chat.told(SetOptOut) == [SetOptOut(opted_out=True)]


def test_opting_out_cancels_the_answer_that_waits():
    chat = Chat().answered().customer("parar")
    assert chat.line == [CANCELLED, PENDING]
    assert chat.may_claim(2) is rules.Claim.SEND


def test_opting_out_closes_the_open_turn():
    chat = Chat().asked().customer("parar")
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "opt_out")]
    assert chat.reply(turn=1).verdict == "turn_is_closed"


def test_a_second_opt_out_is_not_confirmed_again():
    chat = Chat().customer("parar").sent().customer("parar")
    assert chat.line == [SENT]


def test_a_release_does_not_lift_an_opt_out():
    chat = Chat().customer("parar").release()
    assert (chat.verdict, chat.state.bot_on) == ("opted_out", False)


def test_a_row_that_a_caller_put_on_the_line_is_not_claimed_after_an_opt_out():
    chat = Chat().answered()
    chat.state = Conversation(opted_out=True, rows=chat.state.rows)
    assert chat.may_claim() is rules.Claim.CANCEL


def test_opting_in_brings_the_bot_back_and_confirms():
    chat = Chat().customer("parar").sent().customer("voltar")
    assert chat.state.bot_on
    assert not chat.state.opted_out
    assert chat.row(2).text == say(Phrase.OPT_IN_DONE, "pt-BR")
    assert chat.told(SetOptOut) == [SetOptOut(opted_out=False)]


def test_what_was_written_while_opted_out_is_not_answered_afterwards():
    chat = Chat().customer("parar").customer("e o preço?").customer("voltar")
    assert (chat.waiting, chat.state.timers) == ([], {})


def test_the_word_for_opting_in_is_ordinary_text_for_those_who_are_in():
    chat = Chat().customer("voltar")
    assert (chat.verdict, chat.waiting) == ("heard", [1])


def test_opting_out_and_in_again_does_not_lift_a_salespersons_pause():
    chat = Chat().take().customer("parar").customer("voltar")
    assert chat.state.pause == Pause(PauseReason.COMMAND, "Ana")
    assert chat.state.rows == ()


def test_a_take_over_while_opted_out_outlives_the_opting_in():
    chat = Chat().customer("parar").later(seconds(5)).ana().customer("voltar")
    assert chat.state.pause == Pause(PauseReason.HUMAN, "Ana")


def test_a_release_while_opted_out_leaves_only_the_opt_out():
    chat = Chat().take().customer("parar").later(seconds(5)).release()
    assert chat.state.pause == Pause(PauseReason.OPT_OUT)
    assert chat.customer("voltar").state.bot_on


def test_the_timed_return_does_not_lift_an_opt_out():
    chat = Chat().take(until=START + minutes(5)).customer("parar").ring(TimerKind.RESUME)
    assert chat.state.pause == Pause(PauseReason.OPT_OUT)
    assert chat.state.timers == {}


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_salespersons_message_pauses_raises_the_epoch_and_is_noted_once():
    chat = Chat().customer().ana()
    assert (chat.state.pause, chat.state.epoch) == (Pause(PauseReason.HUMAN, "Ana"), 1)
    assert chat.told(Note) == [Note(NoteKind.STATE)]
    assert chat.ana("E mais uma coisa.").told(Note) == []


def test_a_salespersons_message_answers_what_was_folded_before_it():
    assert Chat().customer().ana().waiting == []


def test_a_salespersons_message_is_remembered_as_theirs():
    line = Chat().ana("Oi!").told(Remember)[0]
    assert (line.author, line.author_id, line.text) == (Author.HUMAN, "1", "Oi!")


def test_a_salespersons_message_closes_the_open_turn_and_cancels_what_has_not_left():
    chat = Chat().answered("um", "dois").sent().ana()
    assert chat.line == [SENT, CANCELLED]
    assert Chat().asked().ana().told(CloseTurn) == [CloseTurn(1, "closed", "human")]


def test_writing_keeps_the_pause_that_was_commanded():
    chat = Chat().take(until=START + minutes(60)).later(minutes(1)).ana()
    assert chat.state.pause == Pause(PauseReason.COMMAND, "Ana", START + minutes(60), fixed=True)


def test_writing_after_the_commanded_time_is_a_pause_of_its_own():
    chat = Chat().take(until=START + minutes(1)).later(minutes(2)).ana()
    assert chat.state.pause == Pause(PauseReason.HUMAN, "Ana")
    assert chat.state.timers == {}


def test_a_message_older_than_the_release_does_not_pause_again():
    chat = Chat().customer().later(seconds(10)).take().later(seconds(10)).release().ana(at=START + seconds(5))
    assert (chat.verdict, chat.state.bot_on) == ("late_human", True)
    assert chat.waiting == []


def test_a_late_message_does_not_swallow_what_the_customer_wrote_after_it():
    chat = Chat().later(seconds(10)).take().later(seconds(10)).release().later(seconds(5)).customer()
    chat.ana(at=START + seconds(5))
    assert chat.waiting == [1]
    assert TimerKind.BURST in chat.state.timers


def test_a_late_message_closes_the_turn_that_would_answer_what_it_answered():
    chat = Chat().customer().later(seconds(10)).take().later(seconds(10)).release().ring()
    chat.ana(at=START + seconds(5))
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "answered_by_person")]
    assert chat.reply(turn=1).line == []


def test_a_late_message_cancels_the_reply_to_what_it_answered():
    chat = Chat().customer().later(seconds(10)).take().later(seconds(10)).release().ring().reply()
    assert chat.ana(at=START + seconds(5)).line == [CANCELLED]


def test_a_late_message_leaves_alone_the_reply_to_what_came_after_it():
    chat = Chat().later(seconds(10)).take().later(seconds(10)).release().asked().reply()
    assert chat.ana(at=START + seconds(5)).line == [PENDING]


# --- our echo and other programs --------------------------------------------------------------------------------------


def test_an_echo_with_a_known_id_changes_nothing():
    chat = Chat().answered("oi").sent().written("oi", external_id=ExternalId("ours1"))
    assert (chat.verdict, chat.state.bot_on, chat.line) == ("echo", True, [SENT])


def test_an_echo_without_a_known_id_confirms_the_send():
    chat = Chat().answered("oi").claim("salesbot").report(Outcome.ACCEPTED)
    assert chat.line == [SENDING]
    chat.written("oi", external_id=ExternalId("x"))
    assert (chat.line, chat.row().external_id, chat.state.bot_on) == ([SENT], "x", True)


def test_another_bot_neither_pauses_nor_counts_as_the_customer():
    chat = Chat().customer().written("Olá! Sou um robô.", author=Author.BOT)
    assert (chat.verdict, chat.state.bot_on, chat.waiting) == ("other_bot", True, [1])
    assert chat.told(Remember)[0].author is Author.BOT
    assert chat.told(Notify) == []


def test_another_bot_twice_in_a_minute_is_told():
    chat = Chat().written("Olá!", author=Author.BOT).later(seconds(59)).written("Oi!", author=Author.BOT)
    assert chat.told(Notify) == [Notify("other_bot")]


def test_another_bot_once_in_a_while_is_not():
    chat = Chat().written("Olá!", author=Author.BOT).later(seconds(61)).written("Oi!", author=Author.BOT)
    assert chat.told(Notify) == []


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


# --- asking and admission ---------------------------------------------------------------------------------------------


def test_the_end_of_the_burst_asks_once_for_all_that_waits():
    chat = Chat().customer().customer().ring()
    turn = chat.told(AskReply)[0].turn
    assert (turn.number, turn.epoch, turn.watermark, turn.answers) == (1, 0, 2, {1, 2})
    assert chat.state.timers == {}


def test_a_burst_timer_that_rings_twice_asks_once():
    chat = Chat().asked().does(TimerFired(TimerKind.BURST))
    assert (chat.verdict, chat.told(AskReply)) == ("already_asked", [])


def test_a_burst_timer_that_rings_while_off_or_for_nothing_asks_nobody():
    assert Chat().does(TimerFired(TimerKind.BURST)).verdict == "nothing_to_answer"
    assert Chat().customer().take().does(TimerFired(TimerKind.BURST)).verdict == "nothing_to_answer"


def test_a_reply_joins_the_line_in_order():
    chat = Chat().answered("um", "dois")
    assert [(row.number, row.text, row.turn, row.answers) for row in chat.state.rows] == [
        (1, "um", 1, {1}),
        (2, "dois", 1, {1}),
    ]
    assert (chat.waiting, chat.state.turn, chat.told(CloseTurn)) == ([], None, [CloseTurn(1, "admitted")])


def test_a_reply_is_cut_at_ten_balloons():
    assert len(Chat().answered(*"abcdefghijklm").line) == delivery.MOST_BALLOONS


def test_a_newer_message_supersedes_the_answer_and_gets_a_turn_with_the_rest():
    chat = Chat().asked().customer().reply(turn=1)
    assert (chat.verdict, chat.line) == ("superseded", [])
    assert chat.told(CloseTurn) == [CloseTurn(1, "superseded", "newer_message")]
    assert chat.ring().told(AskReply)[0].turn.answers == {1, 2}


def test_a_timer_that_finds_the_turn_on_an_older_watermark_supersedes_it():
    chat = Chat().asked().customer().ring()
    assert chat.told(CloseTurn) == [CloseTurn(1, "superseded", "newer_message")]
    assert chat.told(AskReply)[0].turn.number == 2
    assert chat.reply(turn=1).verdict == "turn_is_closed"


def test_after_two_supersedes_it_answers_and_the_rest_gets_its_own_turn():
    chat = Chat().asked().customer().ring().customer().ring().customer().ring()
    assert (chat.verdict, chat.open_turn) == ("already_asked", 3)
    chat.reply()
    assert (chat.verdict, chat.row().answers, chat.waiting) == ("admitted", {1, 2, 3}, [4])
    assert chat.ring().told(AskReply)[0].turn.answers == {4}


def test_an_admission_and_a_take_over_reset_the_count_of_supersedes():
    chat = Chat().asked().customer().ring()
    assert chat.state.superseded == 1
    assert chat.reply().state.superseded == 0
    assert Chat().asked().customer().ring().take().state.superseded == 0


def test_the_first_answer_of_a_turn_wins():
    chat = Chat().answered("primeira").reply("segunda", turn=1)
    assert (chat.verdict, [row.text for row in chat.state.rows]) == ("turn_is_closed", ["primeira"])


def test_a_customers_message_during_sending_cancels_nothing_and_gets_the_next_turn():
    chat = Chat().answered("um", "dois").claim().customer()
    assert chat.line == [SENDING, PENDING]
    assert chat.ring().told(AskReply)[0].turn.answers == {2}


def test_a_brain_may_choose_to_stay_quiet():
    chat = Chat().asked("ok").reply(action=ReplyAction.NONE)
    assert (chat.verdict, chat.line, chat.waiting, chat.state.timers) == ("quiet", [], [], {})
    assert chat.state.bot_on


def test_a_brains_note_and_tags_reach_the_lead():
    chat = Chat().asked().reply(note="Quer corte", tags=("corte",))
    assert Note(NoteKind.BRAIN, "Quer corte") in chat.told(Note)
    assert chat.told(SetTags) == [SetTags(("corte",))]


def test_a_brains_language_is_kept():
    assert Chat().asked().reply(locale="en").state.locale == "en"


def test_an_answer_without_words_counts_as_a_failure():
    chat = Chat(TWO_RUNGS).asked().reply("", "  ")
    assert (chat.verdict, chat.line) == ("next_rung", [])


def test_an_answer_to_a_stale_message_goes_to_a_person_without_a_goodbye():
    chat = Chat().asked().later(minutes(11)).reply()
    assert (chat.verdict, chat.state.pause) == ("handed_over", Pause(PauseReason.STALE))
    assert chat.line == []
    assert chat.told(Assign) == [Assign(PauseReason.STALE)]


def test_an_answer_just_in_time_is_admitted():
    chat = Chat().asked()
    chat.now = START + minutes(10)
    assert chat.reply().verdict == "admitted"


def test_a_failed_brain_is_followed_by_the_next_rung():
    chat = Chat(TWO_RUNGS).asked().fail()
    assert (chat.verdict, chat.told(AskReply)[0].turn.rung) == ("next_rung", 1)
    assert chat.reply("do segundo").verdict == "admitted"


def test_a_failure_of_a_rung_that_has_been_left_changes_nothing():
    chat = Chat(TWO_RUNGS).asked().fail().fail(rung=0)
    assert (chat.verdict, chat.open_turn) == ("turn_is_closed", 1)


def test_a_failure_of_a_closed_turn_changes_nothing():
    chat = Chat().answered().fail(turn=1)
    assert (chat.verdict, chat.state.bot_on) == ("turn_is_closed", True)


def test_a_late_answer_of_an_earlier_rung_still_counts_while_the_turn_is_open():
    assert Chat(TWO_RUNGS).asked().fail().reply("do primeiro").verdict == "admitted"


def test_after_the_last_rung_the_customer_gets_a_goodbye_and_a_person():
    chat = Chat(TWO_RUNGS).asked().fail().fail(rung=1)
    assert chat.state.pause == Pause(PauseReason.BRAIN_FAILED)
    assert [row.text for row in chat.state.rows] == [say(Phrase.GOODBYE_FAILED, "pt-BR")]
    assert chat.told(CloseTurn) == [CloseTurn(1, "handed_over", "brain_failed")]


# --- hand-over --------------------------------------------------------------------------------------------------------


def test_a_hand_over_says_goodbye_once_briefs_assigns_and_tells():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF, reason="asked_for_person", note="quer a Ana")
    assert [(row.text, row.farewell, row.epoch) for row in chat.state.rows] == [
        (say(Phrase.GOODBYE_ASKED, "pt-BR"), True, 1)
    ]
    assert chat.told(Note) == [Note(NoteKind.BRIEF, "quer a Ana")]
    assert chat.told(Assign) == [Assign(PauseReason.ASKED)]
    assert chat.told(Notify) == [Notify("handoff_asked_for_person")]
    assert chat.told(CloseTurn) == [CloseTurn(1, "handed_over", "asked_for_person")]


def test_a_hand_over_for_a_reason_nobody_knows_admits_not_to_know():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF, reason="whatever")
    assert chat.state.pause == Pause(PauseReason.UNKNOWN_ANSWER)


def test_the_goodbye_may_go_while_the_bot_is_off():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF)
    assert not chat.state.bot_on
    assert chat.sent().line == [SENT]


def test_the_goodbye_never_goes_over_a_person():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF)
    chat.later(seconds(1)).ana()
    assert chat.line == [CANCELLED]


def test_a_second_hand_over_says_nothing_more():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF).does(HandoffRequested(PauseReason.ASKED))
    assert (chat.verdict, len(chat.line), chat.effects) == ("already_with_a_person", 1, ())


def test_whoever_asks_for_a_hand_over_closes_the_open_turn_and_is_named():
    chat = Chat().asked().does(HandoffRequested(PauseReason.ASKED, by="n8n"))
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "asked_for_person")]
    assert chat.told(Log) == [Log("n8n", "handed_over", "asked_for_person")]


def test_what_the_goodbye_answered_is_not_answered_again_after_a_release():
    chat = Chat().asked().reply(action=ReplyAction.HANDOFF).sent().later(seconds(5)).release()
    assert (chat.waiting, chat.state.timers) == ([], {})


# --- a keyed caller ---------------------------------------------------------------------------------------------------


def test_a_caller_speaks_in_place_of_the_brain():
    chat = Chat().asked().caller("Pronto!")
    assert (chat.verdict, chat.row().text, chat.row().idempotency_key) == ("admitted", "Pronto!", "key-1")
    assert chat.told(CloseTurn) == [CloseTurn(1, "closed", "answered_by_caller")]
    assert (chat.waiting, chat.reply(turn=1).line) == ([], [PENDING])


def test_a_caller_also_answers_the_burst_that_has_not_been_asked_yet():
    chat = Chat().customer().caller()
    assert (chat.waiting, chat.state.timers) == ([], {})


def test_a_caller_is_refused_while_the_bot_is_off():
    chat = Chat().take().caller()
    assert (chat.verdict, chat.line) == ("bot_off", [])


def test_a_callers_message_takes_the_same_fence():
    assert Chat().caller().take().line == [CANCELLED]


# --- what became of a send --------------------------------------------------------------------------------------------


def test_an_accepted_send_is_sent_and_keeps_its_id():
    chat = Chat().answered().sent()
    assert (chat.line, chat.row().external_id, chat.row().sent_at) == ([SENT], "ours1", START + seconds(1.5))
    assert chat.state.messages == ()


def test_an_accepted_send_without_an_id_where_ways_give_ids_is_sent_too():
    assert Chat().answered().claim().report(Outcome.ACCEPTED).line == [SENT]


def test_a_send_that_only_became_a_note_goes_to_a_person():
    chat = Chat().answered().claim("note").report(Outcome.ACCEPTED)
    assert (chat.line, chat.state.pause) == ([RowState.PERSON], Pause(PauseReason.DOUBT))


def test_a_send_that_never_started_is_pending_again_and_waits_as_wished():
    later = START + minutes(1)
    chat = Chat().answered().claim().report(Outcome.NOT_STARTED, not_before=later, reason="limited")
    assert (chat.line, chat.row().not_before, chat.row().reason) == ([PENDING], later, "limited")
    assert chat.state.bot_on


def test_a_send_that_never_started_under_an_old_epoch_is_cancelled():
    assert Chat().answered().claim().take().report(Outcome.NOT_STARTED).line == [CANCELLED]


def test_a_send_that_is_certainly_absent_is_pending_again_under_the_next_attempt():
    chat = Chat().answered().claim().report(Outcome.ABSENT)
    assert chat.line == [PENDING]
    assert chat.claim().row().attempt == 2


def test_a_refused_send_goes_to_a_person_and_the_rest_is_cancelled():
    chat = Chat().answered("um", "dois").claim().report(Outcome.REFUSED, reason="blocked")
    assert (chat.line, chat.state.pause) == ([RowState.FAILED, CANCELLED], Pause(PauseReason.REFUSED))
    assert chat.told(Assign) == [Assign(PauseReason.REFUSED)]


def test_a_send_in_doubt_goes_to_a_person_and_the_rest_is_cancelled():
    chat = Chat().answered("um", "dois").claim().report(Outcome.CANT_TELL)
    assert (chat.line, chat.state.pause, chat.state.epoch) == (
        [RowState.PERSON, CANCELLED],
        Pause(PauseReason.DOUBT),
        1,
    )


def test_a_send_in_doubt_while_the_bot_is_off_is_noted_for_the_person_who_has_the_chat():
    chat = Chat().answered().claim().take().report(Outcome.CANT_TELL)
    assert (chat.line, chat.told(Note)) == ([RowState.PERSON], [Note(NoteKind.DOUBT)])
    assert chat.state.pause == Pause(PauseReason.COMMAND, "Ana")


def test_a_report_about_a_row_that_is_gone_changes_nothing():
    assert Chat().report(Outcome.ACCEPTED, 7, attempt=1).verdict == "not_this_attempt"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_the_attempt_that_is_under_way_may_report(outcome: Outcome):
    chat = Chat().answered().claim().report(Outcome.NOT_STARTED).claim()
    before = chat.state
    assert chat.report(outcome, attempt=1).verdict == "not_this_attempt"
    assert chat.state == before


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_row_that_is_sent_stays_sent(outcome: Outcome):
    chat = Chat().answered().sent().report(outcome)
    assert (chat.verdict, chat.line) == ("not_this_attempt", [SENT])


# --- settle -----------------------------------------------------------------------------------------------------------


def test_settling_twice_is_settling_once():
    chat = Chat().answered().customer()
    assert settle(chat.state, chat.policy, chat.now) == chat.state


def test_settle_forgets_messages_that_are_finally_answered():
    assert Chat().answered().state.messages != ()
    assert Chat().answered().sent().state.messages == ()
