"""A web page is read whole: in its own encoding, with its short sections, cut between words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Rejected
from app.domain.pages import page_of, topics_of_page

WORDS = "<p>Avaliação às nove</p>"


def told(html: str) -> list[tuple[str, str]]:
    return [(topic.title, topic.body) for topic in topics_of_page(html, "pt-BR", address="https://a.example")]


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        (WORDS.encode(), ""),
        (WORDS.encode("utf-8-sig"), "iso-8859-1"),
        (WORDS.encode("latin-1"), "ISO-8859-1"),
        (WORDS.encode("utf-16"), ""),
        (WORDS.encode("utf-16-le"), "utf-16le"),
        (b"<meta charset=iso-8859-1>" + WORDS.encode("latin-1"), ""),
        (b'<META http-equiv="Content-Type" content="text/html; charset=windows-1252">' + WORDS.encode("cp1252"), ""),
        (b'<?xml version="1.0" encoding="ISO-8859-1"?>' + WORDS.encode("latin-1"), ""),
        (b"<meta charset='utf-16'>" + WORDS.encode(), ""),
        (b"<meta charset=iso-8859-1>" + WORDS.encode(), "utf-8"),
        (WORDS.encode(), "nonsense"),
        (WORDS.encode(), "hex"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_or_its_server_names(raw: bytes, charset: str):
    assert page_of(raw, charset).endswith(WORDS)


def test_a_page_that_says_latin_1_means_what_browsers_read():
    assert page_of("“Preços”: 10 €".encode("cp1252"), "latin-1") == "“Preços”: 10 €"


@pytest.mark.parametrize("raw", [WORDS.encode("latin-1"), WORDS.encode("utf-16-le"), b"a\0b"])
def test_a_page_that_is_not_in_its_encoding_is_refused(raw: bytes):
    with pytest.raises(Rejected, match="The page cannot be read as utf-8"):
        page_of(raw)


@given(st.binary(max_size=300), st.text(max_size=12))
def test_whatever_comes_is_read_or_refused(raw: bytes, charset: str):
    try:
        text = page_of(raw, charset)
    except Rejected:
        return
    topics_of_page(text, "en", address="https://a.example")


def test_short_sections_are_kept():
    assert told("<h1>Telefone</h1><p>3333-4444</p><h2>Horário</h2><p>8h às 18h</p><h2>E mais</h2>") == [
        ("Telefone", "3333-4444"),
        ("Horário", "8h às 18h"),
    ]
    assert told("<title>Loja</title><p>Rua Nova, 1</p><h1>Preço</h1><p>|</p>") == [("Loja", "Rua Nova, 1")]


def test_a_short_end_is_said_with_what_stands_before_it():
    ((_, body),) = told(f"<h1>Entrega</h1><p>{'palavra ' * 87}</p><p>Só à vista.</p>")
    assert body.endswith("palavra\nSó à vista.")


def test_a_long_paragraph_is_cut_between_words():
    said = " ".join(f"palavra{number}" for number in range(400))
    pieces = [body for _, body in told(f"<p>{said}</p>")]
    assert len(pieces) > 4
    assert max(map(len, pieces)) <= 700
    assert " ".join(pieces) == said


def test_cells_and_lines_are_not_made_one_word():
    rows = "<tr><th>Serviço</th><th>Preço</th></tr><tr><td>Limpeza</td><td>180</td></tr>"
    assert told(f"<h1>Nossos<br>preços</h1><table>{rows}</table>") == [
        ("Nossos preços", "Serviço Preço\nLimpeza 180"),
    ]


def test_a_long_page_becomes_pieces_that_an_answer_can_hold():
    found = told("<title>Long</title>" + "".join(f"<p>{'palavra ' * 40}{n}</p>" for n in range(9)))
    assert [title for title, _ in found[:2]] == ["Long", "Long (2)"]
    assert max(len(body) for _, body in found) <= 700
    assert told("<script>x</script>") == []
