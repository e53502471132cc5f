"""The words of a voice message count as if they had been written, and never undo what has happened meanwhile."""

from app.domain.conversation import PauseReason, RowState, SetOptOut, TimerKind, WordsHeard
from app.domain.messages import MessageKind
from tests.services.conversation.by_hand import Chat


def spoken(chat: Chat | None = None) -> Chat:
    """The customer has sent a voice message."""
    return (chat or Chat()).customer("", kind=MessageKind.VOICE)


def test_words_that_come_in_time_change_nothing_but_what_will_be_answered():
    chat = spoken().does(WordsHeard(1, "Quanto custa a limpeza?"))
    assert (chat.verdict, chat.waiting) == ("words_heard", [1])
    assert TimerKind.BURST in chat.state.timers


def test_words_tell_the_language():
    assert spoken().does(WordsHeard(1, "Hola, ¿cuánto cuesta la limpieza?")).state.locale == "es"


def test_who_says_that_they_want_no_more_messages_gets_none():
    chat = spoken().does(WordsHeard(1, "parar"))
    assert (chat.verdict, chat.state.opted_out) == ("opted_out", True)
    assert chat.told(SetOptOut) == [SetOptOut(opted_out=True)]


def test_an_opt_out_that_is_heard_late_still_wins():
    chat = spoken().ring().reply("Pode escrever?").does(WordsHeard(1, "parar"))
    assert chat.state.opted_out
    assert chat.line[0] is RowState.CANCELLED


def test_who_asks_for_messages_again_is_heard_unless_they_have_written_since():
    out = Chat().customer("parar").sent()
    assert not spoken(out).does(WordsHeard(2, "voltar")).state.opted_out
    again = spoken(Chat().customer("parar").sent()).customer("parar")
    assert again.does(WordsHeard(2, "voltar")).state.opted_out


def test_who_asked_for_a_person_in_a_voice_that_was_answered_unheard_gets_one():
    chat = spoken().ring().reply("Não consigo ouvir.").sent().does(WordsHeard(1, "Quero falar com um atendente"))
    assert chat.state.pause is not None
    assert chat.state.pause.reason is PauseReason.ASKED


def test_late_words_call_nobody_over_what_the_customer_has_written_since():
    chat = spoken().ring().reply("Não consigo ouvir.").sent().customer("deixa, obrigado")
    assert chat.does(WordsHeard(1, "Quero falar com um atendente")).verdict == "words_kept"
    assert chat.state.bot_on


def test_late_words_bring_no_second_answer():
    chat = spoken().ring().reply("Não consigo ouvir.").sent().does(WordsHeard(1, "Quanto custa?"))
    assert (chat.verdict, chat.waiting, chat.state.turn) == ("words_kept", [], None)
    assert TimerKind.BURST not in chat.state.timers


def test_words_never_speak_over_a_salesperson():
    chat = spoken().ana().does(WordsHeard(1, "Quero falar com um atendente"))
    assert chat.state.pause is not None
    assert (chat.state.pause.reason, chat.line) == (PauseReason.HUMAN, [])
