"""What is more than words is the same in words, for whoever reads only those."""

import pytest

from app.domain.content import Choice, Content, Form, Section, letters
from app.domain.conversation import OutboxRow
from app.domain.messages import words_of

BUTTONS = Content(Form.BUTTONS, "Qual horário?", (Section("", (Choice("10h"), Choice("15h", "slot-15"))),))
LIST = Content(
    Form.LIST,
    "O que vamos fazer?",
    (Section("Salão", (Choice("Corte", "cut", "45 minutos"),)), Section("Casa", (Choice("Noiva"),))),
    opener="Ver",
)
IN_WORDS = [
    (BUTTONS, "Qual horário?\n\n1. 10h\n2. 15h"),
    (LIST, "O que vamos fazer?\n\nSalão:\n1. Corte - 45 minutos\nCasa:\n2. Noiva"),
    (Content(Form.IMAGE, "A loja.", link="https://example.com/a.png"), "A loja.\nhttps://example.com/a.png"),
    (Content(Form.AUDIO, link="https://example.com/a.ogg"), "https://example.com/a.ogg"),
    (
        Content(Form.DOCUMENT, link="https://example.com/1.pdf", file_name="tabela.pdf"),
        "tabela.pdf: https://example.com/1.pdf",
    ),
]


@pytest.mark.parametrize(("content", "written"), IN_WORDS)
def test_everything_can_be_said_in_words(content: Content, written: str):
    assert content.written == written


def test_an_answer_without_an_id_is_known_by_its_title():
    assert [one.key for one in BUTTONS.choices] == ["10h", "slot-15"]


def test_every_text_in_it_can_be_cleaned_at_once():
    spoiled = LIST.mapped(lambda text: text + "\x00")
    assert spoiled != LIST
    assert spoiled.mapped(lambda text: text.replace("\x00", "")) == LIST


def test_a_row_is_told_from_a_person_s_words_by_what_the_channel_shows_of_it():
    row = OutboxRow(1, 0, BUTTONS.written, content=BUTTONS)
    assert row.words == words_of("Qual horário?")
    assert OutboxRow(1, 0, BUTTONS.written).words == words_of(BUTTONS.written)


def test_an_emoji_is_as_long_as_two_letters_at_the_least():
    assert (letters("ação"), letters("👍"), letters("👨‍👩‍👧")) == (4, 2, 8)
