"""Who really calls: only what a trusted proxy wrote last counts, and what is no address is nobody."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.callers import (
    LOOPBACK,
    address_of,
    caller_of,
    coarse,
    is_in,
    may_call,
    networks_of,
    trusted_proxies,
    would_refuse,
)

PROXIES = networks_of(["10.0.0.0/8", "2001:db8:ffff::/48"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        # nobody in between, or nobody whom we trust
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("203.0.113.7", ["10.0.0.1"], "203.0.113.7"),
        # one proxy
        ("10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["", " , "], "10.0.0.1"),
        # the caller has written a header as well: what the proxy added stands last
        ("10.0.0.1", ["192.0.2.1, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["10.0.0.9, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["192.0.2.1", "203.0.113.7"], "203.0.113.7"),  # doubled headers are one list
        ("10.0.0.1", ["203.0.113.7", "192.0.2.1"], "192.0.2.1"),
        # two proxies
        ("10.0.0.1", ["192.0.2.1, 203.0.113.7, 10.0.0.2"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7", "10.0.0.2, 10.0.0.3"], "203.0.113.7"),
        ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        # garbage, where it counts and where it does not
        ("10.0.0.1", ["unknown"], None),
        ("10.0.0.1", ["203.0.113.7, unknown"], None),
        ("10.0.0.1", ["unknown, 203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", ["203.0.113.7, 10.0.0.2, <script>"], None),
        ("10.0.0.1", ["1.2.3"], None),
        ("10.0.0.1", ["01.2.3.4"], None),
        ("10.0.0.1", ["203.0.113.7; DROP"], None),
        ("10.0.0.1", ["\u0661.2.3.4"], None),
        # ports, brackets, zones, IPv6, and IPv4 in its clothes
        ("10.0.0.1", ["203.0.113.7:51234"], "203.0.113.7"),
        ("10.0.0.1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("10.0.0.1", ["[2001:db8::7]"], "2001:db8::7"),
        ("10.0.0.1", ["fe80::1%eth0"], "fe80::1"),
        ("::ffff:10.0.0.1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        ("::ffff:203.0.113.7", ["192.0.2.1"], "203.0.113.7"),
        ("2001:db8:ffff::1", ["2001:db8::7"], "2001:db8::7"),
        ("2001:db8:fffe::1", ["2001:db8::7"], "2001:db8:fffe::1"),
        # no peer at all
        (None, ["203.0.113.7"], None),
        ("", ["203.0.113.7"], None),
        ("testclient", ["203.0.113.7"], None),
    ],
)
def test_the_caller_is_the_last_whom_no_trusted_proxy_is(peer: str | None, forwarded: list[str], caller: str | None):
    found = caller_of(peer, forwarded, PROXIES)
    assert found == (ip_address(caller) if caller else None)


@given(st.lists(st.text(max_size=40), max_size=4), st.ip_addresses(v=4))
def test_whatever_a_caller_writes_the_proxys_word_counts(written: list[str], real: object):
    address = address_of(str(real))
    assert address is not None
    if is_in(address, PROXIES):
        return
    assert caller_of("10.0.0.1", [*written, str(real)], PROXIES) == address
    assert caller_of(str(real), written, PROXIES) == address


def test_a_list_without_end_is_read_from_its_end_only():
    assert str(caller_of("10.0.0.1", ["10.0.0.2," * 100_000 + "203.0.113.7"], PROXIES)) == "203.0.113.7"
    assert str(caller_of("10.0.0.1", ["203.0.113.7," + "10.0.0.2," * 100_000], PROXIES)) == "10.0.0.2"


def test_without_a_setting_the_proxies_of_this_machine_are_believed():
    assert trusted_proxies(None) == LOOPBACK == trusted_proxies("")
    assert str(caller_of("127.0.0.1", ["203.0.113.7"], LOOPBACK)) == "203.0.113.7"
    assert [str(one) for one in trusted_proxies("10.0.0.5, 172.18.0.0/16")] == ["10.0.0.5/32", "172.18.0.0/16"]


# --- lists ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caller", "written", "let_in"),
    [
        ("203.0.113.7", [], True),
        (None, [], True),
        ("203.0.113.7", ["203.0.113.0/24"], True),
        ("203.0.113.7", ["203.0.113.7"], True),
        ("203.0.113.8", ["203.0.113.7"], False),
        ("203.0.114.7", ["203.0.113.0/24", "198.51.100.0/24"], False),
        ("::ffff:203.0.113.7", ["203.0.113.0/24"], True),
        ("203.0.113.7", ["::ffff:203.0.113.0/120"], True),
        ("2001:db8::7", ["203.0.113.0/24"], False),
        ("2001:db8::7", ["2001:db8::/32"], True),
        (None, ["203.0.113.0/24"], False),
        ("203.0.113.7", ["no network any more"], False),
    ],
)
def test_a_list_lets_in_whom_it_names_and_nobody_who_cannot_be_told(
    caller: str | None, written: list[str], *, let_in: bool
):
    assert may_call(address_of(caller) if caller else None, written) is let_in


@pytest.mark.parametrize(
    "wrong", ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "203.0.113.7/24", "localhost", "", "1.2.3"]
)
def test_everybody_and_nonsense_are_no_network(wrong: str):
    with pytest.raises(ValueError, match=r".+"):
        networks_of([wrong])


@pytest.mark.parametrize(
    ("address", "kept"), [("203.0.113.7", "203.0.113.0/24"), ("2001:db8:1:2::7", "2001:db8:1::/48"), (None, "")]
)
def test_only_the_network_of_a_caller_is_written_down(address: str | None, kept: str):
    assert coarse(address_of(address) if address else None) == kept


@pytest.mark.parametrize(
    ("network", "written", "refused"),
    [
        ("203.0.113.0/24", [], False),
        ("203.0.113.0/24", ["203.0.113.0/24"], False),
        ("203.0.113.0/24", ["203.0.113.7"], False),  # it may have been that one
        ("203.0.113.0/24", ["198.51.100.0/24", "2001:db8::/32"], True),
        ("2001:db8:1::/48", ["2001:db8::/32"], False),
        ("", ["198.51.100.0/24"], True),
    ],
)
def test_whom_a_list_would_surely_refuse(network: str, written: list[str], *, refused: bool):
    assert would_refuse(network, written) is refused
