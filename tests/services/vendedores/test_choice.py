"""Who gets a chat that nobody owns: whoever fits, evenly, and the same people and past give the same answer."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from app.services.vendedores.choice import Candidate, Rule, Unfit, choose, choose_for_waiting, covers

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
AREAS = ("vendas", "suporte", "Área técnica")

moments = st.none() | st.integers(0, 500).map(lambda minutes: NOON - timedelta(minutes=minutes))
candidates = st.builds(
    Candidate,
    id=st.integers(1, 60).map(str),
    is_active=st.booleans(),
    is_open=st.booleans(),
    areas=st.lists(st.sampled_from(AREAS), max_size=2).map(tuple),
    open_handovers=st.integers(0, 4),
    last_chosen_at=moments,
)
teams = st.lists(candidates, max_size=8, unique_by=lambda one: one.id)
excluded = st.lists(st.integers(1, 60).map(str), max_size=4)
areas = st.sampled_from(("", *AREAS, "jurídico"))


@given(team=teams, exclude=excluded, area=areas)
def test_who_is_chosen_fits_and_has_the_fewest_open_hand_overs_of_all_who_fit(
    team: list[Candidate], exclude: list[str], area: str
):
    choice = choose(team, area=area, exclude=exclude)
    fit = [one for one in team if one.is_active and one.is_open and one.id not in exclude and covers(one.areas, area)]
    if not fit:
        assert (choice.seller_id, choice.rule) == (None, None)
        return
    chosen = next(one for one in fit if one.id == choice.seller_id)
    assert chosen.open_handovers == min(one.open_handovers for one in fit)
    rivals = [one for one in fit if one.open_handovers == chosen.open_handovers]
    assert all(one.last_chosen_at is not None for one in rivals) or chosen.last_chosen_at is None
    assert (choice.rule is Rule.ONLY_ONE) == (len(fit) == 1)
    assert (choice.rule is Rule.ROUND_ROBIN) == (len(rivals) > 1)


@given(team=teams, exclude=excluded, area=areas, dice=st.randoms(use_true_random=False))
def test_the_order_in_which_people_are_named_decides_nothing(
    team: list[Candidate], exclude: list[str], area: str, dice: Random
):
    shuffled = dice.sample(team, len(team))
    one, other = choose(team, area=area, exclude=exclude), choose(shuffled, area=area, exclude=exclude)
    assert (one.seller_id, one.rule, sorted(one.unfit)) == (other.seller_id, other.rule, sorted(other.unfit))


@given(team=teams, exclude=excluded, area=areas)
def test_of_everybody_else_the_reason_is_told(team: list[Candidate], exclude: list[str], area: str):
    choice = choose(team, area=area, exclude=exclude)
    told = dict(choice.unfit)
    for one in team:
        fits = one.is_active and one.is_open and one.id not in exclude and covers(one.areas, area)
        assert (one.id in told) != fits
    assert all(told[seller_id] is Unfit.EXCLUDED for seller_id in told if seller_id in exclude)


@given(size=st.integers(1, 6), chats=st.integers(1, 40))
def test_chats_that_nobody_finishes_are_spread_evenly(size: int, chats: int):
    team = {str(number): Candidate(str(number)) for number in range(1, size + 1)}
    given_to: Counter[str] = Counter()
    for number in range(chats):
        chosen = choose(list(team.values())).seller_id
        assert chosen is not None
        given_to[chosen] += 1
        one = team[chosen]
        at = NOON + timedelta(minutes=number)
        team[chosen] = replace(one, open_handovers=one.open_handovers + 1, last_chosen_at=at)
    counts = [given_to[seller_id] for seller_id in team]
    assert max(counts) - min(counts) <= 1


@given(size=st.integers(2, 6), chats=st.integers(1, 40))
def test_chats_that_are_finished_at_once_go_around(size: int, chats: int):
    team = {str(number): Candidate(str(number)) for number in range(1, size + 1)}
    order: list[str] = []
    for number in range(chats):
        chosen = choose(list(team.values())).seller_id
        assert chosen is not None
        order.append(chosen)
        team[chosen] = replace(team[chosen], last_chosen_at=NOON + timedelta(minutes=number))
    assert all(len(set(order[start : start + size])) == len(order[start : start + size]) for start in range(len(order)))


@given(team=teams, exclude=excluded, known=st.integers(1, 60).map(str))
def test_who_has_or_owns_the_chat_gets_it_as_long_as_they_may(team: list[Candidate], exclude: list[str], known: str):
    may_own = any(one.id == known and one.is_active and known not in exclude for one in team)
    may_keep = may_own and any(one.id == known and one.is_open for one in team)
    kept, owned = choose(team, exclude=exclude, kept=known), choose(team, exclude=exclude, owner=known)
    assert (kept.rule is Rule.KEPT, owned.rule is Rule.OWNER) == (may_keep, may_own)
    assert kept.seller_id == known or not may_keep
    assert owned.seller_id == known or not may_own


def test_who_owns_it_goes_before_who_was_given_it_here():
    team = [Candidate("1"), Candidate("2"), Candidate("3")]
    assert choose(team, kept="3", owner="2").seller_id == "2"


def test_areas_are_compared_as_people_write_them_and_who_has_none_does_everything():
    assert covers(("Área Técnica",), "area tecnica")
    assert covers((), "vendas")
    assert covers(("vendas",), "")
    assert not covers(("vendas",), "suporte")


def test_of_two_who_are_alike_in_everything_the_older_user_is_first():
    assert choose([Candidate("11087001"), Candidate("9")]).seller_id == "9"


@given(team=teams, exclude=excluded, area=areas)
def test_a_customer_who_waits_gets_somebody_while_anybody_is_active(
    team: list[Candidate], exclude: list[str], area: str
):
    choice = choose_for_waiting(team, area=area, exclude=exclude)
    might = {one.id: one for one in team if one.is_active and one.id not in exclude}
    assert (choice.seller_id in might) == bool(might)
    if choice.seller_id is None:
        return
    chosen, others = might[choice.seller_id], might.values()
    assert chosen.is_open or not any(one.is_open for one in others)
    alike = [one for one in others if one.is_open == chosen.is_open]
    assert covers(chosen.areas, area) or not any(covers(one.areas, area) for one in alike)


def test_who_had_to_do_although_not_of_the_area_is_told_with_the_reason():
    choice = choose_for_waiting([Candidate("1", areas=("vendas",))], area="suporte")
    assert (choice.seller_id, choice.unfit) == ("1", (("1", Unfit.OTHER_AREA),))
