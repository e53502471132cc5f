"""An answer in doubt is settled before newer messages get their turn: answers keep the order of the questions."""

from app.domain.conversation import AskReply, Outcome, TimerKind
from app.domain.ids import ExternalId
from tests.services.conversation.by_hand import Chat, seconds


def doubted() -> Chat:
    """The first answer is out and nobody knows whether it arrived; Ana took over, and gave back the chat."""
    chat = Chat().answered().claim().later(seconds(1)).take()
    return chat.later(seconds(2)).release().customer("E amanhã?")


def test_while_an_answer_from_before_the_take_over_is_in_doubt_nothing_newer_is_asked():
    chat = doubted()
    chat.ring()
    assert (chat.verdict, chat.told(AskReply)) == ("answer_in_doubt", [])
    assert (chat.state.turn, chat.state.timers) == (None, {})


def test_an_answer_that_never_arrived_gives_its_messages_back_to_the_one_turn_that_follows():
    chat = doubted().ring().report(Outcome.ABSENT)
    assert chat.waiting == [1, 2]
    chat.ring()
    assert chat.told(AskReply)[0].turn.answers == {1, 2}


def test_an_answer_that_arrived_leaves_only_what_is_newer():
    chat = doubted().ring().report(Outcome.ACCEPTED, external_id=ExternalId("ours"))
    assert (chat.waiting, set(chat.state.timers)) == ([2], {TimerKind.BURST})


def test_a_send_of_our_own_time_holds_up_no_turn():
    chat = Chat().answered().claim().customer("E amanhã?").ring()
    assert chat.verdict == "asked"
