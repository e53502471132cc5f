"""Wished times, phrase by phrase: none silently wrong. Whoever finds one that is adds it to `wishes.txt`."""
# ruff: noqa: DTZ001 - local times are naive here

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import wish_words as said
from app.domain.wishes import AskBack, Trouble, Wish, check_wish, read_wish

SAO_PAULO = "America/Sao_Paulo"
NEW_YORK = "America/New_York"
NOW = datetime(2026, 11, 18, 13, 0, tzinfo=UTC)  # Wednesday, ten o'clock in São Paulo
LINES = (Path(__file__).parent / "wishes.txt").read_text().splitlines()
PHRASES = [tuple(line.split(" => ")) for line in LINES if line and not line.startswith("#")]
_MIDNIGHT = time(0)


def written(found: Wish | AskBack, *, now: datetime = NOW, zone: str = SAO_PAULO) -> str:
    """As the file writes it."""
    if isinstance(found, AskBack):
        options = (f"{one:%Y-%m-%d_%H:%M}" if one.time() != _MIDNIGHT else f"{one:%Y-%m-%d}" for one in found.options)
        return " ".join(["?", found.trouble, *options])
    start, end = (at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for at in (found.start, found.end))
    if found.exact:
        return f"{start:%Y-%m-%d %H:%M}"
    whole = start.time() == _MIDNIGHT or found.start == now
    if whole and end.time() == _MIDNIGHT:
        last = end - timedelta(days=1)
        return f"{start:%Y-%m-%d}" + (f"..{last:%Y-%m-%d}" if last.date() != start.date() else "")
    until = "24:00" if end.time() == _MIDNIGHT else f"{end:%H:%M}"
    return f"{start:%Y-%m-%d %H:%M}-{until}"


@pytest.mark.parametrize(("phrase", "meant"), PHRASES, ids=[phrase for phrase, _ in PHRASES])
def test_a_phrase_is_understood_as_it_is_meant_or_asked_back(phrase: str, meant: str):
    assert written(read_wish(phrase, now=NOW, zone=SAO_PAULO)) == meant


def test_there_are_two_hundred_phrases_and_none_twice():
    assert len(PHRASES) >= 200
    assert len({phrase for phrase, _ in PHRASES}) == len(PHRASES)


@given(st.text(max_size=250))
def test_any_text_is_read_without_an_error(text: str):
    read_wish(text, now=NOW, zone=SAO_PAULO)


@given(st.from_regex(said.ISO, fullmatch=True) | st.from_regex(said.NUMERIC) | st.from_regex(said.CLOCK))
def test_any_date_and_time_is_read_without_an_error(text: str):
    read_wish(f"amanhã {text}", now=NOW, zone=NEW_YORK)
    read_wish(text, now=NOW, zone=NEW_YORK)


_WORDS = sorted({word for phrase, _ in PHRASES for word in phrase.split()})


@given(st.lists(st.sampled_from(_WORDS), max_size=8), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_what_is_understood_lies_ahead_and_within_a_year(words: list[str], at: datetime):
    now = at.replace(tzinfo=UTC)
    found = read_wish(" ".join(words), now=now, zone=NEW_YORK)
    if isinstance(found, Wish):
        assert now <= found.start <= found.end <= now + timedelta(days=380)
        assert found.exact == (found.start == found.end)


@given(st.lists(st.sampled_from(_WORDS), max_size=8), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_what_is_asked_back_names_only_times_that_are_still_to_come(words: list[str], at: datetime):
    found = read_wish(" ".join(words), now=at.replace(tzinfo=UTC), zone=NEW_YORK)
    shown = at.replace(tzinfo=UTC).astimezone(ZoneInfo(NEW_YORK)).replace(tzinfo=None, microsecond=0)
    if isinstance(found, AskBack):
        assert list(found.options) == sorted(set(found.options))
        for one in found.options:
            assert one.date() >= shown.date() if one.time() == _MIDNIGHT else one > shown - timedelta(hours=1)


def test_three_o_clock_that_is_over_in_both_halves_of_the_day_is_offered_for_tomorrow():
    late = datetime(2026, 11, 18, 19, 0, tzinfo=UTC)
    assert written(read_wish("às 3", now=late, zone=SAO_PAULO)) == "? which_time 2026-11-19_03:00 2026-11-19_15:00"
    assert written(read_wish("hoje às 3", now=late, zone=SAO_PAULO)) == "? past"


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.sampled_from(["não", "no", "not", "menos", "sem", "exceto"]),
)
def test_a_word_that_denies_is_always_asked_back(at: datetime, word: str):
    for phrase in (f"{word} amanhã", f"amanhã às 10h {word}", f"{word} el viernes", f"friday {word}"):
        assert isinstance(read_wish(phrase, now=at.replace(tzinfo=UTC), zone=SAO_PAULO), AskBack)


def test_english_dates_are_asked_back_where_day_and_month_may_be_either():
    assert written(read_wish("12/11 14:00", now=NOW, zone=SAO_PAULO, locale="en")).startswith("? which_day")
    assert written(read_wish("12/12 14:00", now=NOW, zone=SAO_PAULO, locale="en")) == "2026-12-12 14:00"
    assert written(read_wish("12/11 14:00", now=NOW, zone=SAO_PAULO, locale="es")).startswith("? past")


def test_today_is_the_customers_today():
    late = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)  # still the eighteenth in São Paulo
    assert written(read_wish("amanhã às 10h", now=late, zone=SAO_PAULO)) == "2026-11-19 10:00"
    assert (
        written(read_wish("amanhã às 10h", now=late, zone="Europe/Madrid"), zone="Europe/Madrid") == "2026-11-20 10:00"
    )


def test_a_time_that_no_clock_shows_is_asked_back_and_so_is_one_shown_twice():
    march = datetime(2026, 3, 6, 12, tzinfo=UTC)
    assert read_wish("8/3/2026 02:30 am", now=march, zone=NEW_YORK) == AskBack(Trouble.NO_SUCH_TIME)
    assert read_wish("2026-03-08T02:30", now=march, zone=NEW_YORK) == AskBack(Trouble.NO_SUCH_TIME)
    assert read_wish("2026-11-01T01:30", now=march, zone=NEW_YORK) == AskBack(Trouble.WHICH_TIME)


def test_what_a_model_understood_is_judged_by_the_same_rules():
    assert check_wish(datetime(2026, 11, 19, 15), now=NOW, zone=SAO_PAULO) == Wish(
        datetime(2026, 11, 19, 18, tzinfo=UTC), datetime(2026, 11, 19, 18, tzinfo=UTC), exact=True
    )
    assert check_wish(datetime(2026, 11, 17, 15), now=NOW, zone=SAO_PAULO) == AskBack(Trouble.PAST)
    assert check_wish(datetime(2026, 3, 8, 2, 30), now=NOW - timedelta(days=260), zone=NEW_YORK) == AskBack(
        Trouble.NO_SUCH_TIME
    )
    assert check_wish(datetime(2029, 1, 1, tzinfo=UTC), now=NOW, zone=SAO_PAULO) == AskBack(Trouble.TOO_FAR)
