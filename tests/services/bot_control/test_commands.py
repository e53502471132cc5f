"""What salespeople type, in three languages and with every slip of the thumb, and what is no command at all."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.conversation import Verb
from app.services.bot_control.commands import Command, Problem, is_command, parse

TAKE, RELEASE, STATUS, HELP, SKIP, RESET, UNKNOWN = Verb


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/assumir", Command(TAKE)),
        ("/ASSUMIR", Command(TAKE)),
        ("  /Assumir \n", Command(TAKE)),
        ("/assumir!", Command(TAKE)),
        ("/assumir.", Command(TAKE)),
        ("／assumir", Command(TAKE)),  # noqa: RUF001  the full-width slash is the point
        ("\u200b/assumir\u200b", Command(TAKE)),
        ("\ufeff/assumir", Command(TAKE)),
        ("\u2044assumir", Command(TAKE)),
        ("/assumír", Command(TAKE)),
        ("/assumir 123", Command(TAKE, "123")),
        ("/pular", Command(SKIP)),
        ("/Skip #123", Command(SKIP, "123")),
        ("/recomeçar", Command(RESET)),
        ("/assumir #123", Command(TAKE, "123")),
        ("/assumir#123", Command(TAKE, "123")),
        ("/assumir # 123", Command(TAKE, "123")),
        ("/assumir #123.", Command(TAKE, "123")),
        ("/assumir\u00a0123", Command(TAKE, "123")),
        ("/assumir\n123", Command(TAKE, "123")),
        ("/assumir, 123", Command(TAKE, "123")),
        ("/assumir １２３", Command(TAKE, "123")),  # noqa: RUF001  full-width digits
        ("/assumir 8Ff3-00aB", Command(TAKE, "8Ff3-00aB")),
        ("/assumir 123 agora", Command(TAKE, "123", problem=Problem.EXTRA_WORDS)),
        ("/assumir por favor", Command(TAKE, "por", problem=Problem.EXTRA_WORDS)),
        ("/assumir #", Command(TAKE)),
        ("/assumir agora", Command(TAKE, "agora", problem=Problem.BAD_ID)),
        ("/assumir 1;2", Command(TAKE, "1;2", problem=Problem.BAD_ID)),
        ("/liberar", Command(RELEASE)),
        ("/liberar 42", Command(RELEASE, "42")),
        ("/status", Command(STATUS)),
        ("/status?", Command(STATUS)),
        ("/status 42", Command(STATUS, "42")),
        ("/ajuda", Command(HELP)),
        ("/ajuda por favor", Command(HELP)),
        ("/tomar 7", Command(TAKE, "7")),
        ("/soltar", Command(RELEASE)),
        ("/estado", Command(STATUS)),
        ("/ayuda", Command(HELP)),
        ("/take 7", Command(TAKE, "7")),
        ("/release", Command(RELEASE)),
        ("/Help", Command(HELP)),
        ("/asumir", Command(UNKNOWN, suggestion="/assumir")),
        ("/assumri 12", Command(UNKNOWN, suggestion="/assumir")),
        ("/lberar", Command(UNKNOWN, suggestion="/liberar")),
        ("/relase", Command(UNKNOWN, suggestion="/release")),
        ("/ajudar", Command(UNKNOWN, suggestion="/ajuda")),
        ("/stauts", Command(UNKNOWN, suggestion="/status")),
    ],
)
def test_a_command_is_understood_as_typed(text: str, command: Command):
    for form in ("NFC", "NFD"):
        assert parse(unicodedata.normalize(form, text)) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "//",
        "assumir",
        "vou /assumir",
        "/promo",
        "/atender",
        "/ assumir",
        "//assumir",
        "/assumir/123",
        "/assumir123",
        "/home/ana/status",
        "/start",
        "1/2",
        "/😀",
        "\\assumir",
        "Digite /ajuda para ver os comandos",
    ],
)
def test_ordinary_text_is_no_command(text: str):
    assert parse(text) is None
    assert not is_command(text)


def test_what_stands_behind_the_longest_command_is_not_looked_at():
    for more in ("ﷺ" * 300_000, "a" * 1_000_000):
        assert parse(f"/{more}") is None
        faulty = parse(f"/assumir {more}")
        assert faulty is not None
        assert faulty.problem
    assert parse(" " * 1_000 + "/assumir 41") == Command(TAKE, "41")
    assert parse("/assumir 41 " + "por favor " * 1_000) == Command(TAKE, "41", problem=Problem.EXTRA_WORDS)


@given(st.text())
def test_no_text_makes_it_fail(text: str):
    assert parse(text) is None or is_command(text)


@given(st.text(max_size=40))
def test_whatever_follows_a_command_it_is_still_kept_inside(rest: str):
    assert is_command(f"/assumir {rest}")


@given(st.sampled_from(["/assumir", "/liberar", "/status"]), st.from_regex(r"[0-9]{1,18}", fullmatch=True))
def test_any_number_is_an_id(typed: str, number: str):
    command = parse(f"{typed} #{number}")
    assert command is not None
    assert (command.target, command.problem) == (number, None)
