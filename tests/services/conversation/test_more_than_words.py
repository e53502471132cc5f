"""Buttons, lists and files on the line: beside their words, whole, under the same fence and the same doubt."""

from hypothesis import given
from hypothesis import strategies as st

from app.channels.messengers import Limits
from app.domain.account import Policy
from app.domain.brain import Proposal, ReplyAction
from app.domain.content import Choice, Content, Form, Section
from app.domain.conversation import Outcome, ReplyProposed, RowState, SendRequested
from app.domain.disclosure import disclosure
from app.domain.messages import words_of
from app.services.conversation import rules
from app.services.conversation.disclosing import disclosed
from app.services.conversation.ladder import checked
from app.services.conversation.splitting import said_by
from app.store.events import decode, encode
from tests.builders import an_outgoing_message
from tests.services.conversation.by_hand import Chat

BUTTONS = Content(Form.BUTTONS, "Qual horário?", (Section("", (Choice("10h"), Choice("15h", "slot-15"))),))
PICTURE = Content(Form.IMAGE, "A loja.", link="https://example.com/a.png")
SHOWS = Limits(40, 40, shows=frozenset({Form.BUTTONS}))


def answer(*said: str | Content) -> Proposal:
    texts = tuple(one if isinstance(one, str) else one.written for one in said)
    return Proposal(ReplyAction.REPLY, texts, contents=tuple(None if isinstance(one, str) else one for one in said))


def test_what_is_shown_stays_whole_and_in_its_place_and_what_is_not_is_written_out():
    long = "Uma frase que é longa. Outra frase que é longa também."
    found = checked(answer(long, BUTTONS, PICTURE, "Tchau."), SHOWS)
    assert found.balloons[2] == BUTTONS.written
    assert found.contents == (None, None, BUTTONS, *(None for _ in found.balloons[3:]))
    assert "".join(found.balloons).replace(" ", "").count("https://example.com/a.png") == 1
    assert all(len(text) <= 40 for text in found.balloons)


def test_where_nothing_is_shown_all_of_it_is_text():
    found = checked(answer(BUTTONS, PICTURE), Limits())
    assert (found.balloons, found.contents) == ((BUTTONS.written, PICTURE.written), ())


@given(st.lists(st.sampled_from([BUTTONS, PICTURE, "Oi.", "Tchau, até amanhã. " * 4]), max_size=8))
def test_contents_stand_beside_their_own_words_whatever_is_around_them(said: list[str | Content]):
    pairs = [(one, None) if isinstance(one, str) else (one.written, one) for one in said]
    texts, contents = said_by(pairs, SHOWS)
    assert not contents or len(contents) == len(texts)
    assert [content for content in contents if content] == [one for one in said if one is BUTTONS]
    assert all(text == content.written for text, content in zip(texts, contents, strict=False) if content)
    assert " ".join(texts).split() == " ".join(text for text, _ in pairs).split()


def test_a_sentence_that_is_put_before_them_moves_none_to_another_place():
    said = disclosed(ReplyProposed(1, answer(BUTTONS)), Policy(ai_disclosure=True), "en")
    assert isinstance(said, ReplyProposed)
    assert said.proposal.balloons == (disclosure("en", ""), BUTTONS.written)
    assert said.proposal.contents == (None, BUTTONS)


def test_an_answer_with_buttons_waits_in_the_mailbox_as_it_is():
    event = ReplyProposed(1, answer("Oi.", BUTTONS))
    assert decode(*encode(event)) == event


def test_an_answer_from_before_there_were_buttons_is_read_as_it_was():
    kind, body = encode(ReplyProposed(1, Proposal(ReplyAction.REPLY, ("Oi.",))))
    older = body.replace(',"contents":[]', "")
    assert older != body
    assert decode(kind, older) == ReplyProposed(1, Proposal(ReplyAction.REPLY, ("Oi.",)))


def asking() -> Chat:
    """A customer was asked a question with buttons, which has not left yet."""
    chat = Chat().customer()
    chat.does(SendRequested(BUTTONS.written, "key", content=BUTTONS))
    return chat


def test_a_row_carries_them_and_knows_what_the_channel_shows_of_them():
    row = asking().row()
    assert (row.text, row.content, row.words) == (BUTTONS.written, BUTTONS, words_of("Qual horário?"))


def test_their_echo_is_ours_by_the_words_that_the_channel_shows():
    chat = asking().claim()
    echo = an_outgoing_message("Qual horário?", at=chat.now)
    assert rules.must_wait(chat.state, echo)
    assert not rules.must_wait(chat.state, an_outgoing_message("Oi, aqui é a Ana", at=chat.now))
    assert rules.owner_of_echo(chat.state, echo) == chat.row()


def test_what_cannot_be_shown_is_said_in_words_and_known_by_all_of_them():
    chat = asking().claim().report(Outcome.NOT_STARTED, in_words=True, reason="not_shown")
    row = chat.row()
    assert (row.state, row.content, row.text) == (RowState.PENDING, None, BUTTONS.written)
    assert row.words == words_of(BUTTONS.written)
    assert rules.owner_of_echo(chat.claim().state, an_outgoing_message(BUTTONS.written, at=chat.now)) == chat.row()


def test_a_take_over_stops_them_as_it_stops_words():
    chat = asking().take()
    assert [row.state.value for row in chat.state.rows] == ["cancelled"]
