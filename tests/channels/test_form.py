"""Bracket forms are folded within bounds that are counted, not timed."""

import sys
import tracemalloc
from collections.abc import Callable
from urllib.parse import quote_plus

import pytest

from app.channels.base import Undecodable
from app.channels.form import DOOR, WORKER, Tree, decode, items_of


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (b"a=1", {"a": "1"}),
        (b"a=", {"a": ""}),
        (b"a&b=1", {"a": "", "b": "1"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a[b]=1&a[c]=2", {"a": {"b": "1", "c": "2"}}),
        (b"a%5Bb%5D=x+y%21", {"a": {"b": "x y!"}}),
        ("a=ação".encode(), {"a": "ação"}),
        (b"a=%61%C3%A7", {"a": "aç"}),
        (b"a=1%002&b%00=3", {"a": "12", "b": "3"}),
        (b"a[1000000000000]=x", {"a": {"1000000000000": "x"}}),
        (b"a[b=1&]=2&a]b=3", {"a[b": "1", "]": "2", "a]b": "3"}),
        (b"a[]=1&a[]=2", {"a": {"[0]": "1", "[1]": "2"}}),
        (b"&&a=1&", {"a": "1"}),
        (b"=1", {"": "1"}),
    ],
)
def test_a_form_is_folded(body: bytes, tree: Tree):
    assert decode(body, DOOR) == tree


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty body"),
        (b" \n", "empty body"),
        (b"hello", "not form-encoded"),
        (b'{"a": "b=c"}', "not form-encoded"),
        (b'["a=b"]', "not form-encoded"),
        (b'<a b="c"/>', "not form-encoded"),
        (b"a=\xe9", "not UTF-8"),
        (b"a=%E9", "not UTF-8"),
        (b"%E9=1", "not UTF-8"),
        (b"a=%ED%A0%80", "not UTF-8"),  # half a character
        (b"a=100%", "broken percent escape"),
        (b"a=%zz", "broken percent escape"),
        (b"a=1&a[b]=2", "a name is both a value and a group"),
        (b"a[b]=1&a=2", "a name is both a value and a group"),
        (b"a[b][c]=1&a[b]=2", "a name is both a value and a group"),
        (b"&".join(b"a=1" for _ in range(60_000)), "too many fields"),
        (b"a" + b"[b]" * 8 + b"=1", "nested too deep"),
        (b"a" + b"[b]" * 20_000 + b"=1", "key too long"),
        (b"a" * 2_000 + b"=1", "key too long"),
        (b"\xff" * 2**20, "not form-encoded"),
        (b"%5B" * 2**18 + b"=1", "key too long"),
        (b"=" + b"\xff" * 2**20, "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason_that_quotes_nothing(body: bytes, reason: str):
    with pytest.raises(Undecodable) as refused:
        decode(body, DOOR)
    assert str(refused.value) == reason


@pytest.mark.parametrize("lead", range(4))
def test_an_escape_is_whole_wherever_the_slices_fall(lead: int):
    words = "x" * lead + "ção " * 8_000
    assert decode(f"a={quote_plus(words)}".encode(), DOOR) == {"a": words}
    assert decode(f"a={words}".encode(), DOOR) == {"a": words}


def test_the_worker_reads_larger_forms_than_the_door():
    wide = b"&".join(b"a[%d]=1" % n for n in range(19_999))
    deep = b"a" + b"[b]" * 15 + b"=1"
    assert len(decode(wide, WORKER)["a"]) == 19_999
    assert decode(deep, WORKER)
    for body in (wide, deep):
        with pytest.raises(Undecodable):
            decode(body, DOOR)


def most_memory(body: bytes) -> int:
    tracemalloc.start()
    try:
        decode(body, DOOR)
    except Undecodable:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize(
    "body",
    [
        b"&" * 2**20 + b"=",
        b"a=1&" * 2**18,
        b"a" + b"[b]" * 2**18 + b"=1",
        b"%5B" * 2**18 + b"=1",
        b"a=" + b"%41" * 2**18,
        b"a[999999999999]=1",
        b"x=%zz" + b"%" * 2**20,
    ],
)
def test_no_body_takes_more_memory_than_a_few_times_its_own_size(body: bytes):
    assert most_memory(body) < 8 * len(body) + 100_000


def test_items_are_ordered_by_number_whatever_their_gaps():
    tree = decode(b"a[10][v]=3&a[9][v]=2&a[007][v]=1&a[][v]=4&a[x]=5", DOOR)
    assert items_of(tree["a"]) == [{"v": "1"}, {"v": "2"}, {"v": "3"}, {"v": "4"}, {"value": "5"}]


def test_a_group_without_numbers_is_one_item():
    assert items_of({"id": "5"}) == [{"id": "5"}]


def steps_taken(body: bytes) -> int:
    """How many functions are entered and left to fold a body: work that no clock can disturb."""
    taken = 0

    def count(*_: object) -> None:
        nonlocal taken
        taken += 1

    sys.setprofile(count)
    try:
        decode(body, WORKER)
    except Undecodable:
        pass
    finally:
        sys.setprofile(None)
    return taken


def fields(many: int) -> bytes:
    return b"&".join(b"a[b][%d]=1" % n for n in range(many))


@pytest.mark.parametrize(
    "grown",
    [
        fields,
        lambda n: b"&".join([b"a[]=1"] * n),
        lambda n: b"a=" + b"%41" * n * 50,
        lambda n: b"a" + b"[b]" * n + b"=1",
    ],
)
def test_twice_the_body_is_at_most_twice_the_work(grown: Callable[[int], bytes]):
    assert steps_taken(grown(8_000)) < 2.2 * steps_taken(grown(4_000)) + 20


def test_what_is_refused_is_refused_before_the_work():
    readable = steps_taken(fields(2_000))
    for refused in (fields(60_000), b"a" + b"[b]" * 20_000 + b"=1", b"\xff" * 2**20, b"%zz=" * 2**18):
        assert steps_taken(refused) < readable / 100
