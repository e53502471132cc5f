"""Random histories against every flow: none raises, none loses its place, all come to an end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.flows import EXPIRES_AFTER, ErrandDone, FlowState, Hearing, Move
from app.services.flows.onboarding import onboarding
from app.services.flows.registration import registration
from app.services.flows.running import Engine

ENGINE = Engine((onboarding(), registration()))
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXTS = [
    "hola", "?", "", "Sofía", "me llamo Sofía Pérez", "yamile", "sí", "no", "Juan y María", "no quiero dar mi nombre",
    "¿cuánto cuesta?", "how much is it?", "ana@example.com", "9876543210", "123456", "12345", "resend", "restart",
    "empezar de nuevo", "😊", "<script>", "{name}", "me llamo {password}", "yes", "help", "support", "hi", "hindi",
    "retail", "560001", "986001", "मेरा नाम आशा है", "मदद", "phone", "एजेंट से बात करनी है",
]  # fmt: skip
STATUSES = [
    "success", "conflict", "error", "wrong", "what", "unknown", "too_soon", "held_back", "bad_phone", "limited",
    "expired",
]  # fmt: skip

texts = st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=30)), max_size=3)
acts = st.one_of(
    st.tuples(st.just("hear"), texts),
    st.tuples(st.just("done"), st.sampled_from(STATUSES)),
    st.tuples(st.just("stale"), st.sampled_from(STATUSES)),
    st.tuples(st.just("overdue"), st.just("")),
    st.tuples(st.just("skip"), st.sampled_from(["", "name", "username", "otp", "done", "completed", "nowhere"])),
    st.tuples(st.sampled_from(["reset", "restart"]), st.just("")),
)
histories = st.lists(st.tuples(acts, st.integers(0, 600)), max_size=25)
flows = st.sampled_from(ENGINE.keys())


@dataclass
class Run:
    """A flow under way, as the conversation keeps it. What is wanted of the outside stays until it is done."""

    move: Move
    now: datetime
    seed: int
    wanted: str = ""
    kind: str = ""

    def hearing(self) -> Hearing:
        return Hearing(self.now, ("es", "en", "pt-BR", "")[self.seed % 4], self.seed)

    def take(self, act: str, what: object) -> Move:
        state, hearing = self.move.state, self.hearing()
        assert state is not None
        done = ErrandDone(self.kind, self.wanted, str(what), {"generated_username": "sofia1234", "password": "x"})
        does: dict[str, Callable[[], Move]] = {
            "hear": lambda: ENGINE.hear(state, what if isinstance(what, list) else [], hearing),
            "done": lambda: ENGINE.errand_done(state, done, hearing),
            "stale": lambda: ENGINE.errand_done(state, replace(done, key="another"), hearing),
            "overdue": lambda: ENGINE.overdue(state, hearing),
            "skip": lambda: ENGINE.skip(state, str(what) or None, hearing),
            "reset": lambda: ENGINE.reset(state, hearing),
            "restart": lambda: ENGINE.restart(state, hearing),
        }
        move = does[act]()
        for errand in move.errands:
            self.wanted, self.kind = errand.key, errand.kind
        return move


def moves(key: str, history: list[tuple[tuple[str, object], int]], seed: int) -> Iterator[tuple[str, FlowState, Move]]:
    run = Run(Move(None), START, seed)
    run.move = ENGINE.begin(key, run.hearing())
    for (act, what), minutes in history:
        if run.move.state is None:
            return
        before, run.now = run.move.state, run.now + timedelta(minutes=minutes)
        run.move = run.take(act, what)
        yield act, before, run.move


@settings(max_examples=100, deadline=None)
@given(flows, histories, st.integers(0, 2**40))
def test_every_move_rises_by_one_version_or_changes_nothing(key: str, history: list, seed: int):
    for _, before, move in moves(key, history, seed):
        if move.state is not None and move.state != before:
            assert move.state.version == before.version + 1
        assert move.state is None or (move.due is not None and move.due <= move.state.entered_at + EXPIRES_AFTER)


@settings(max_examples=100, deadline=None)
@given(flows, histories, st.integers(0, 2**40))
def test_what_is_not_the_flows_leaves_it_where_it_is(key: str, history: list, seed: int):
    for _, before, move in moves(key, history, seed):
        if not move.is_mine:
            assert move.state in (before, None)
            assert not move.errands
            assert not move.hand_over


@settings(max_examples=100, deadline=None)
@given(flows, histories, st.integers(0, 2**40))
def test_who_is_heard_is_answered_and_a_step_is_tried_only_so_often(key: str, history: list, seed: int):
    steps = ENGINE.flow(key).steps
    for act, _, move in moves(key, history, seed):
        assert act != "hear" or not move.is_mine or move.balloons
        assert move.state is None or move.state.tries < steps[move.state.step].tries
        assert all(balloon.strip() for balloon in move.balloons)
        assert len({errand.key for errand in move.errands}) == len(move.errands) <= 1


@settings(max_examples=100, deadline=None)
@given(flows, histories, st.integers(0, 2**40))
def test_a_password_is_told_and_never_kept(key: str, history: list, seed: int):
    for _, _, move in moves(key, history, seed):
        assert move.state is None or not {"password", "details"} & set(move.state.data)
        assert all("password" not in row for row in move.log)


@settings(max_examples=100, deadline=None)
@given(flows, histories, st.integers(0, 2**40))
def test_when_nobody_writes_any_more_it_ends(key: str, history: list, seed: int):
    run = Run(Move(None), START, seed)
    run.move = ENGINE.begin(key, run.hearing())
    for (act, what), minutes in history:
        if run.move.state is None:
            return
        run.now += timedelta(minutes=minutes)
        run.move = run.take(act, what)
    for woken in count():
        if run.move.state is None:
            return
        assert woken < 8
        run.now = max(run.now, ENGINE.due(run.move.state) or run.now)
        run.move = run.take("overdue", "")


@given(flows, st.text(max_size=20), st.integers(0, 9))
def test_a_state_from_elsewhere_ends_quietly(key: str, step: str, version: int):
    strange = FlowState(key, step + "?", START, START, version=version)
    unknown = replace(strange, flow="no such flow")
    hearing = Hearing(START, "es", 1)

    for state in (strange, unknown):
        for move in (
            ENGINE.hear(state, ["hola"], hearing),
            ENGINE.overdue(state, hearing),
            ENGINE.errand_done(state, ErrandDone("provision", "", "success"), hearing),
            ENGINE.skip(state, None, hearing),
            ENGINE.reset(state, hearing),
        ):
            assert move.state is None
            assert not move.is_mine
    assert ENGINE.begin("no such flow", hearing).state is None


@pytest.mark.parametrize("key", ENGINE.keys())
def test_the_same_said_at_the_same_moment_comes_to_the_same(key: str):
    hearing = Hearing(START, "es", 5)

    assert ENGINE.begin(key, hearing) == ENGINE.begin(key, hearing)
