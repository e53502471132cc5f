"""Long answers in balloons: cut where a person would have pressed send, and nothing lost on the way."""

import re

import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st

from app.channels.messengers import Limits, limits_of
from app.domain.brain import BrainFailed, Proposal, ReplyAction
from app.domain.conversation import Conversation, OpenTurn
from app.services.conversation.delivery import add_rows
from app.services.conversation.ladder import checked
from app.services.conversation.splitting import MOST_BALLOONS, balloons_of, split

SMALL = Limits(hard=120, comfortable=40)
WORD = st.from_regex(r"[a-zà-ú0-9.,!?;:/*_-]{1,30}", fullmatch=True)
BLANKS = st.sampled_from([" ", " ", " ", ". ", "! ", "\n", "\n\n", "\n- ", "\n1. ", "  "])
TEXTS = st.lists(st.tuples(WORD, BLANKS), min_size=1, max_size=60).map(lambda parts: "".join(a + b for a, b in parts))


def words(text: str) -> list[str]:
    return text.split()


@given(TEXTS)
@example("a.\n\nb" * 30)
def test_nothing_is_lost_or_reordered_by_splitting(text: str):
    assert words(" ".join(split(text, SMALL))) == words(text)


@given(TEXTS)
def test_every_piece_is_within_what_the_channel_carries_and_none_is_empty(text: str):
    pieces = split(text, SMALL)
    assert all(0 < len(piece) <= SMALL.hard and piece == piece.strip() for piece in pieces)


@given(st.lists(TEXTS, min_size=1, max_size=14))
def test_an_answer_of_many_balloons_loses_nothing_and_floods_nobody(texts: list[str]):
    roomy = Limits(hard=60_000, comfortable=200)
    found = balloons_of(texts, roomy)
    assert words(" ".join(found)) == words(" ".join(texts))
    assert len(found) <= MOST_BALLOONS


EVERY_LIMIT = [limits_of(channel) for channel in ("whatsapp", "instagram", "facebook", "sms", "twilio")]
SENTENCES = st.lists(st.integers(1, 120), min_size=1, max_size=12).map(
    lambda counts: " ".join(f"{'palavra ' * count}fim." for count in counts)
)


@given(st.lists(SENTENCES, min_size=1, max_size=20), st.sampled_from(EVERY_LIMIT))
@example([("palavra " * 70).strip() + ". "] * 28, Limits(1000, 600))
@example([("palavra " * 70).strip() + ". "] * 14, Limits(1000, 600))
def test_an_answer_goes_into_the_line_whole_or_is_refused(texts: list[str], limits: Limits):
    proposal = Proposal(ReplyAction.REPLY, tuple(texts))
    try:
        admitted = checked(proposal, limits)
    except BrainFailed as refused:
        event(refused.code)
        return
    rows = add_rows(Conversation(), admitted.balloons, OpenTurn(1, 0, 1, frozenset({1}))).rows
    assert words(" ".join(row.text for row in rows)) == words(" ".join(texts))
    assert len(rows) <= MOST_BALLOONS
    assert all(len(row.text) <= limits.hard for row in rows)


def test_what_would_be_more_messages_than_a_reply_may_have_is_refused_and_not_cut_short():
    long = Proposal(ReplyAction.REPLY, ("palavra " * 1_960,))
    assert len(checked(long, limits_of("whatsapp")).balloons) <= MOST_BALLOONS
    with pytest.raises(BrainFailed) as told:
        checked(long, limits_of("instagram"))
    assert told.value.code == "too_long"
    assert "10 at the most" in told.value.detail


@given(st.text(max_size=400))
def test_any_text_at_all_can_be_split(text: str):
    pieces = split(text, SMALL)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(len(piece) <= SMALL.hard for piece in pieces)


# What is read as one character, and is many.
CLUSTERS = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\U0001f1e7\U0001f1f7",
    "\U0001f44d\U0001f3fd",
    "\u2764\ufe0f\u200d\U0001f525",
    "1\ufe0f\u20e3",
    "e\u0301\u0323",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "a",
    "ã",
)


@given(st.lists(st.sampled_from(CLUSTERS), min_size=1, max_size=200))
@example([CLUSTERS[0]] * 60)
@example(["a", *[CLUSTERS[1]] * 200])
def test_a_word_that_is_too_long_is_cut_between_what_is_read_as_one_character(clusters: list[str]):
    pieces = split("".join(clusters), SMALL)
    whole = list(clusters)
    for piece in pieces:
        left = piece
        while left:
            assert left.startswith(whole[0])
            left = left.removeprefix(whole.pop(0))
    assert whole == []
    assert all(len(piece) <= SMALL.hard for piece in pieces)


def test_a_character_longer_than_any_is_cut_all_the_same():
    pieces = split("a" + "\u0301" * 1000, SMALL)
    assert "".join(pieces) == "a" + "\u0301" * 1000
    assert all(0 < len(piece) <= SMALL.hard for piece in pieces)


def test_a_short_answer_stays_one_balloon_with_its_lines():
    text = "Temos três opções:\n\n- corte\n- barba\n\nQual prefere?"
    assert split(text, Limits()) == [text]


def test_a_paragraph_is_cut_off_before_a_sentence_is():
    first, second = "Uma frase curta. E mais outra.", "Outro assunto começa aqui, bem depois."
    assert split(f"{first}\n\n{second}", SMALL) == [first, second]


def test_a_long_paragraph_is_cut_at_the_ends_of_its_sentences():
    text = "Abrimos às oito da manhã. Fechamos às seis. Aos sábados vamos só até o meio-dia."
    assert split(text, SMALL) == [
        "Abrimos às oito da manhã.",
        "Fechamos às seis.",
        "Aos sábados vamos só até o meio-dia.",
    ]


@pytest.mark.parametrize(
    "whole",
    [
        "https://loja.example/agenda.html?dia=2026.11.21&hora=10.30",
        "1.234.567,89",
        "Sra. Ana Maria",
        "Dr. Paulo",
        "vendas@loja.example",
    ],
)
def test_a_url_a_number_and_a_title_are_never_cut(whole: str):
    text = " ".join(f"Palavra {number} aqui {whole} e segue." for number in range(12))
    assert all(whole in part for part in split(text, SMALL) if whole[:4] in part)
    assert sum(piece.count(whole) for piece in split(text, SMALL)) == 12


def test_an_item_of_a_list_is_never_cut():
    items = [f"{number}. Corte. Com lavagem. Por R$ {number}0." for number in range(1, 9)]
    pieces = split("Os preços:\n" + "\n".join(items), SMALL)
    assert all(any(item in piece.split("\n") for piece in pieces) for item in items)


def test_a_sentence_that_is_longer_than_comfortable_stays_whole_while_the_channel_carries_it():
    sentence = "palavra " * 12 + "fim."
    assert split(f"{sentence} Curta.", SMALL)[0] == sentence


def test_a_word_longer_than_the_channel_carries_is_cut_and_nothing_of_it_lost():
    pieces = split("x" * 300, SMALL)
    assert [len(piece) for piece in pieces] == [120, 120, 60]


def test_an_answer_that_is_a_malfunction_long_still_fits_ten_balloons():
    text = re.sub(r"\s+", " ", "Uma frase de tamanho médio que se repete muitas vezes seguidas. " * 250)
    found = balloons_of([text], Limits())
    assert len(found) <= MOST_BALLOONS
    assert all(len(piece) <= 4096 for piece in found)


def test_each_messenger_has_its_own_limits():
    assert limits_of("kommo", "waba").hard == 4096
    assert limits_of("kommo", "instagram_business").hard == 1000
    assert limits_of("twilio").hard == 1600
