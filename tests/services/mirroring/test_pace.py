"""How long a sheet that fails is left alone, and when operators hear of it."""

from datetime import timedelta

from app.domain.errors import NotStarted, OutcomeUnknown, Rejected, Retryable
from app.services.mirroring.pace import DOUBT, LONGEST, trouble_of
from app.sheets.base import SheetBusy, SheetRefused


def test_each_failure_doubles_the_rest_up_to_a_few_minutes() -> None:
    rests = [trouble_of(Retryable(""), tries, 1.0).rest for tries in range(12)]

    assert rests[:5] == [timedelta(seconds=seconds) for seconds in (1, 2, 4, 8, 16)]
    assert rests[-1] == LONGEST


def test_chance_shortens_a_rest_by_half_at_most() -> None:
    assert trouble_of(NotStarted(""), 3, 0.0).rest == timedelta(seconds=4)


def test_what_may_have_been_written_is_looked_up_no_sooner_than_it_may_arrive() -> None:
    assert trouble_of(OutcomeUnknown(""), 0, 0.0).rest == DOUBT


def test_the_wait_that_google_names_is_kept() -> None:
    assert trouble_of(SheetBusy(timedelta(seconds=40)), 0, 0.0).rest == timedelta(seconds=40)


def test_operators_hear_of_the_fifth_failure_and_not_before() -> None:
    assert [trouble_of(Retryable(""), tries, 1.0).cause for tries in (0, 3, 4)] == ["", "", "sheet_down"]


def test_a_refusal_is_told_at_once() -> None:
    for error in (SheetRefused("", code="sheet_forbidden"), Rejected("")):
        trouble = trouble_of(error, 0, 1.0)
        assert (trouble.cause, trouble.rest, trouble.is_refusal) == ("sheet_refused", LONGEST, True)
