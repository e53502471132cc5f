"""Balloons that are more than a text: what is taken, and how a builder hears what is not."""

from typing import Any

import pytest

from app.domain.brain import BrainFailed
from app.domain.content import Choice, Content, Form, Section
from app.n8n.reading import proposal_of

PDF = "https://example.com/menu.pdf"
SECRET = "Sou a Filomena"
TAKEN: list[tuple[Any, Content | None]] = [
    ({"text": "Oi"}, None),
    (
        {"text": "Qual?", "buttons": ["A", {"title": "B", "id": "b"}]},
        Content(Form.BUTTONS, "Qual?", (Section("", (Choice("A"), Choice("B", "b"))),)),
    ),
    ({"text": "Qual?", "buttons": [10, 15]}, None),
    (
        {"text": "Qual?", "list": {"button": "Ver", "rows": ["A", {"title": "B", "description": "bom"}]}},
        Content(Form.LIST, "Qual?", (Section("", (Choice("A"), Choice("B", "", "bom"))),), opener="Ver"),
    ),
    (
        {"text": "Qual?", "list": {"button": "Ver", "sections": [{"title": "S", "rows": ["A"]}]}},
        Content(Form.LIST, "Qual?", (Section("S", (Choice("A"),)),), opener="Ver"),
    ),
    (
        {"media": {"kind": "document", "link": PDF, "filename": "menu.pdf", "caption": "Veja"}},
        Content(Form.DOCUMENT, "Veja", link=PDF, file_name="menu.pdf"),
    ),
    ({"text": "Veja", "media": {"kind": "image", "link": PDF}}, Content(Form.IMAGE, "Veja", link=PDF)),
    ({"media": {"kind": "audio", "link": PDF}}, Content(Form.AUDIO, link=PDF)),
    (
        {"text": "Qual?", "buttons": ["A"], "media": None, "list": None},
        Content(Form.BUTTONS, "Qual?", (Section("", (Choice("A"),)),)),
    ),
]  # fmt: skip
ROWS = [f"Linha {number}" for number in range(11)]
REFUSED: list[tuple[Any, str]] = [
    ({"text": "Qual?", "buttons": ["A", "B", "C", "D"]}, "reply.buttons"),
    ({"text": "Qual?", "buttons": ["x" * 21]}, "reply.buttons.0.title"),
    ({"text": "Qual?", "buttons": ["👍" * 11]}, "20 characters"),
    ({"text": "Qual?", "buttons": [" "]}, "nothing to read"),
    ({"text": "Qual?", "buttons": ["Sim", "sim"]}, "same title"),
    ({"text": "Qual?", "buttons": [{"title": "A", "id": "1"}, {"title": "B", "id": "1"}]}, "same title or id"),
    ({"text": "x" * 1025, "buttons": ["A"]}, "1024"),
    ({"text": "", "buttons": ["A"]}, "nothing to read"),
    ({"buttons": ["A"]}, "nothing to read"),
    ({"text": "Qual?", "buttons": ["A"], "media": {"kind": "image", "link": PDF}}, "one of buttons, list and media"),
    ({"text": "Qual?", "list": {"rows": ["A"]}}, "reply.list.button"),
    ({"text": "Qual?", "list": {"button": "Ver"}}, "rows or sections"),
    ({"text": "Qual?", "list": {"button": "Ver", "rows": ROWS}}, "reply.list.rows"),
    ({"text": "Qual?", "list": {"button": "Ver", "rows": ["x" * 25]}}, "24 characters"),
    ({"text": "Qual?", "list": {"button": "Ver", "rows": [{"title": "A", "description": "x" * 73}]}}, "72"),
    ({"text": "Qual?", "list": {"button": "Ver", "sections": [{"rows": ["A"]}, {"rows": ["B"]}]}}, "title each"),
    (
        {"text": "Qual?", "list": {"button": "Ver", "sections": [{"title": s, "rows": ROWS[:6]} for s in "AB"]}},
        "10 rows",
    ),
    ({"text": "Qual?", "media": {"kind": "sticker", "link": PDF}}, "reply.media.kind"),
    ({"text": "Ouça", "media": {"kind": "audio", "link": PDF}}, "under a sound"),
    ({"media": {"kind": "image", "link": PDF, "filename": "a.png"}}, "only a document"),
    ({"text": "A", "media": {"kind": "image", "link": PDF, "caption": "B"}}, "not both"),
    ({"text": "{{ $json.text }}", "buttons": ["A"]}, "not filled in"),
    ({"text": "Qual?", SECRET: 1}, "Extra inputs"),
]
CLOSED = [
    *("http://example.com/a.png", "ftp://example.com/a", "https://", "https://localhost.local/a", "a.png"),
    *("https://10.0.0.1/a", "https://192.168.1.1/a", "https://[::1]:x/a", "https://169.254.169.254/latest"),
    *("https://user:pass@example.com/a", "https://intranet/a", "https://db.internal/a", "https://example.com/a b"),
    *("https://exemplo.com/ação", f"https://example.com/{'x' * 2000}", "javascript:alert(1)"),
]


@pytest.mark.parametrize(("given", "content"), TAKEN)
def test_a_balloon_may_be_more_than_a_text(given: Any, content: Content | None):
    proposal = proposal_of({"reply": given})
    if content is not None:
        assert proposal.contents == (content,)
        assert proposal.balloons == (content.written,)
    assert proposal_of({"reply": [given]}) == proposal


def test_texts_and_objects_stand_in_one_list_in_their_order():
    proposal = proposal_of({"reply": ["Oi", {"text": "Qual?", "buttons": ["A"]}, "\u200b", {"text": "Tchau"}]})
    assert proposal.balloons == ("Oi", "Qual?\n\n1. A", "Tchau")
    assert [content and content.form for content in proposal.contents] == [None, Form.BUTTONS, None]


def test_answers_of_texts_alone_are_as_they_were():
    assert proposal_of({"reply": ["Oi", "Tchau"]}).contents == ()


@pytest.mark.parametrize(("given", "word"), REFUSED)
def test_what_no_phone_would_show_is_told_to_its_builder_by_field(given: Any, word: str):
    with pytest.raises(BrainFailed) as told:
        proposal_of({"reply": [given]})
    assert told.value.code == "bad_answer"
    assert word in told.value.detail.replace("reply.0", "reply")
    assert SECRET not in told.value.detail


@pytest.mark.parametrize("link", CLOSED)
def test_only_a_link_that_anybody_may_open_is_handed_on(link: str):
    with pytest.raises(BrainFailed) as told:
        proposal_of({"reply": {"media": {"kind": "image", "link": link}}})
    assert "https" in told.value.detail
