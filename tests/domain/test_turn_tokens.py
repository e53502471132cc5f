"""A turn's token speaks for this turn and no other, until it expires."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Untrusted
from app.domain.ids import AccountId, ConversationId
from app.domain.tools import TurnRef
from app.domain.turn_tokens import TurnTokens

NOW = datetime(2026, 11, 21, 14, 3, tzinfo=UTC)
TURN = TurnRef(AccountId(3), ConversationId(41), 7, NOW + timedelta(seconds=90))
TOKENS = TurnTokens(["first key"])


@given(st.integers(1, 2**60), st.integers(1, 2**60), st.integers(1, 2**30), st.booleans())
def test_a_token_reads_as_the_turn_that_it_was_made_for(account: int, conversation: int, number: int, dry_run: bool):
    turn = TurnRef(AccountId(account), ConversationId(conversation), number, NOW + timedelta(seconds=1), dry_run)
    assert TOKENS.read(TOKENS.mint(turn), NOW) == turn


@given(st.integers(0, 200), st.characters(exclude_categories=("Cs",)))
def test_a_changed_token_is_refused(place: int, other: str):
    token = TOKENS.mint(TURN)
    place %= len(token)
    changed = token[:place] + other + token[place + 1 :]
    if changed != token:
        with pytest.raises(Untrusted):
            TOKENS.read(changed, NOW)


@pytest.mark.parametrize("token", ["", ".", "pt1", "pt1.1.2.3.4.l", "pt1.1.2.3.4.l.", "\ud800.é"])
def test_what_is_no_token_is_refused(token: str):
    with pytest.raises(Untrusted):
        TOKENS.read(token, NOW)


def test_a_token_ends_with_its_turn():
    token = TOKENS.mint(TURN)
    assert TOKENS.read(token, TURN.expires_at - timedelta(seconds=1)) == TURN
    with pytest.raises(Untrusted):
        TOKENS.read(token, TURN.expires_at)


def test_a_token_outlives_a_rotation_of_the_keys_and_not_the_loss_of_its_own():
    token = TOKENS.mint(TURN)
    assert TurnTokens(["new key", "first key"]).read(token, NOW) == TURN
    with pytest.raises(Untrusted):
        TurnTokens(["new key"]).read(token, NOW)


def test_a_token_is_safe_in_a_url():
    assert TOKENS.mint(TURN).replace(".", "").replace("-", "").replace("_", "").isalnum()
