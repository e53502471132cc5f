"""Jobs of the sender: one for each wait of a message, and none for every look at a message that waits."""

from dataclasses import replace
from datetime import timedelta

from app.domain.conversation import Conversation
from app.services.conversation import delivery, rules
from tests.services.conversation.by_hand import Chat, seconds


def waiting(wait: timedelta) -> tuple[Chat, Conversation]:
    """A chat whose first balloon may not leave yet."""
    chat = Chat().asked().answered("Duzentos reais.", "Quer marcar?")
    return chat, delivery.put(chat.state, replace(chat.row(), not_before=chat.now + wait))


def test_a_message_that_may_leave_gets_a_job_at_every_look():
    chat = Chat().asked().answered("Duzentos reais.")
    assert rules.send_due(chat.state, chat.state, chat.now, held=False) == chat.now


def test_nothing_is_tried_while_something_unread_forbids_it():
    chat = Chat().asked().answered("Duzentos reais.")
    assert rules.send_due(chat.state, chat.state, chat.now, held=True) is None


def test_the_look_that_makes_a_message_wait_sets_its_job_even_when_something_is_unread():
    chat, later = waiting(seconds(60))
    for held in (False, True):
        assert rules.send_due(chat.state, later, chat.now, held=held) == chat.now + seconds(60)


def test_a_message_that_waited_before_gets_no_second_job_for_it():
    chat, later = waiting(seconds(60))
    assert rules.send_due(later, later, chat.now, held=False) is None
    assert rules.send_due(later, later, chat.now + seconds(56), held=False) == chat.now + seconds(60)


def test_the_next_in_line_has_a_job_of_its_own():
    chat, later = waiting(seconds(60))
    gone = delivery.put(later, delivery.cancelled(later.rows[0]))
    second = delivery.put(gone, replace(gone.rows[1], not_before=chat.now + seconds(60)))
    assert rules.send_due(later, second, chat.now, held=False) == chat.now + seconds(60)
