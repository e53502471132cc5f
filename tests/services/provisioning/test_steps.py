"""The rules, against every order in which a panel can fail: never two users, and never a wrong word about one."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import AppError
from app.domain.provisioning import PanelChanged, PanelDown, PanelRefused, Step, UserExists, WriteInDoubt
from app.domain.usernames import candidate, is_username
from app.services.provisioning import steps
from app.services.provisioning.passwords import four_digits, generated, password_for
from app.services.provisioning.steps import Next

TROUBLES = ["fine", "down_before", "lost_before", "lost_after", "killed_before", "killed_after", "refused", "changed"]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass
class Model:
    """A panel and whoever makes one user there, with what may go wrong at each write."""

    taken: bool
    step: Step = Step.ACCEPTED
    mine: int = 0
    said: list[Next] = field(default_factory=list[Next])

    def write(self, trouble: str) -> AppError | None:
        if trouble in ("down_before", "lost_before", "refused", "changed"):
            kinds = {"down_before": PanelDown, "refused": PanelRefused, "changed": PanelChanged}
            return kinds.get(trouble, WriteInDoubt)("no")
        if self.taken:
            return UserExists("taken")
        self.taken, self.mine = True, self.mine + 1
        return WriteInDoubt("lost") if trouble == "lost_after" else None

    def visit(self, trouble: str) -> None:
        """Look, and write where the rules say so; a kill leaves the step as it was written last."""
        what = steps.after_look(self.step, is_there=self.taken)
        if what is not Next.WRITE:
            self.said.append(what)
            return
        was_in_doubt, self.step = self.step is Step.WRITING, Step.WRITING
        if trouble == "killed_before":
            return
        error = self.write("fine" if trouble == "killed_after" else trouble)
        if trouble == "killed_after":
            return
        what, self.step = steps.after_write(error, was_in_doubt=was_in_doubt)
        self.said.append(what)

    @property
    def is_over(self) -> bool:
        return bool(self.said) and self.said[-1] in (Next.SUCCESS, Next.CONFLICT)


@given(st.booleans(), st.lists(st.sampled_from(TROUBLES), max_size=12))
def test_whatever_goes_wrong_one_user_is_made_and_told_of_truly(taken: bool, troubles: list[str]):
    model = Model(taken)
    for trouble in [*troubles, "fine", "fine"]:
        if not model.is_over:
            model.visit(trouble)
    assert model.mine == (0 if taken else 1)
    assert model.said[-1] is (Next.CONFLICT if taken else Next.SUCCESS)


@given(st.integers(0, 20), st.integers(0, 120))
def test_no_try_begins_after_the_deadline(tries: int, seconds: int):
    deadline = NOW + timedelta(seconds=seconds)
    until = steps.next_try(tries, NOW, deadline)
    assert until is None or NOW < until < deadline
    assert (until is None) == (tries >= 5 or seconds <= 2**tries)


@pytest.mark.parametrize(("tries", "seconds"), list(enumerate([1, 2, 4, 8, 16])))
def test_it_rests_longer_after_each_try(tries: int, seconds: int):
    assert steps.rest(tries) == timedelta(seconds=seconds)


@given(st.integers())
def test_every_generated_password_has_letters_of_both_sizes_and_a_digit(seed: int):
    word = generated(Random(seed))
    assert len(word) == 12
    assert any(map(str.islower, word))
    assert any(map(str.isupper, word))
    assert any(map(str.isdigit, word))
    assert not set(word) & set("0oO1lI")


def test_a_fixed_password_needs_no_chance():
    assert password_for("bienvenida", Random(1)) == "bienvenida"


@given(st.integers(), st.sampled_from(["Sofía 😊", "José María", "Łukasz", "Ана"]))
def test_every_candidate_is_a_user_name(seed: int, name: str):
    assert is_username(candidate(name, four_digits(Random(seed))))
