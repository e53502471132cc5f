"""What is known of a person: how facts meet, whatever the order, and what is a name at all."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Rejected
from app.domain.phones import forms
from app.domain.profiles import (
    LONGEST,
    MOST_TOPICS,
    UNKNOWN,
    Consent,
    Fact,
    Kept,
    Profile,
    Seen,
    Source,
    Word,
    checked_kept,
    consent_of,
    joined,
    joint,
    kept_as,
    learnt,
    name_of,
    phone_key,
    place_of,
)
from app.domain.subjects import SUBJECTS, subjects_in

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TIMES = st.integers(0, 50).map(lambda minutes: NOON + timedelta(minutes=minutes))
FACTS = st.just(UNKNOWN) | st.builds(Fact, st.sampled_from(["Ana", "Bia", "Caio"]), st.sampled_from(Source), TIMES)
PROFILES = st.builds(
    Profile,
    FACTS,
    FACTS,
    FACTS,
    st.dictionaries(st.sampled_from(sorted(SUBJECTS)), TIMES, max_size=MOST_TOPICS),
    st.none() | TIMES,
)
WORDS = st.builds(Word, st.sampled_from(Consent), st.none() | TIMES, st.sampled_from(["form", "customer"]))


@given(st.lists(PROFILES, max_size=4))
def test_several_profiles_are_one_person_in_whatever_order(profiles: list[Profile]):
    assert len({repr(joined(order)) for order in permutations(profiles)}) <= 1


@given(PROFILES, PROFILES, PROFILES)
def test_joining_is_the_same_in_pieces_and_a_second_time(one: Profile, two: Profile, three: Profile):
    whole = joined([one, two, three])
    assert joined([joined([one, two]), three]) == whole == joined([one, joined([two, three])])
    assert joined([whole, one, whole, two]) == whole


@given(st.lists(PROFILES, min_size=1, max_size=4))
def test_what_people_put_right_counts_before_all_else_and_nothing_is_made_up(profiles: list[Profile]):
    name = joined(profiles).name
    assert name in [one.name for one in profiles] or name == UNKNOWN
    right = [one.name for one in profiles if one.name.source is Source.CORRECTED]
    if right:
        assert name.source is Source.CORRECTED
        assert name.at == max(one.at for one in right if one.at)
    assert set(joined(profiles).topics) <= {topic for one in profiles for topic in one.topics}
    assert len(joined(profiles).topics) <= MOST_TOPICS


@given(st.lists(WORDS, max_size=4))
def test_who_refuses_on_one_contact_refuses_on_all(words: list[Word]):
    told = {one.consent for one in words}
    stands = joint(words).consent
    assert (stands is Consent.REFUSED) == (Consent.REFUSED in told)
    assert (stands is Consent.UNKNOWN) == (told <= {Consent.UNKNOWN})


def test_a_newer_name_of_the_channel_replaces_the_older_and_never_what_the_customer_said():
    first = learnt(Profile(), Seen(NOON, names=["maria"]))
    later = learnt(first, Seen(NOON + timedelta(days=1), names=["Maria S."]))
    assert (first.name.value, later.name.value) == ("maria", "Maria S.")
    said = learnt(later, Seen(NOON + timedelta(days=2), names=["Mary"], said={"name": "Maria Souza"}))
    assert said.name == Fact("Maria Souza", Source.SAID, NOON + timedelta(days=2))
    assert learnt(said, Seen(NOON + timedelta(days=9), names=["Mary"])).name.value == "Maria Souza"


def test_language_and_topics_are_what_the_customer_wrote_and_the_place_what_a_flow_took_down():
    texts = [("Hello, how much is it?", NOON), ("¿Cuánto cuesta la entrega?", NOON + timedelta(minutes=1))]
    known = learnt(Profile(), Seen(NOON + timedelta(minutes=1), said={"pincode": "110001"}, texts=texts))
    assert (known.language.value, known.place.value) == ("es", "110001")
    assert known.latest == ("price", "delivery")
    assert learnt(Profile(), Seen(NOON, texts=[("ok", NOON)])).language == UNKNOWN
    assert learnt(Profile(), Seen(NOON, texts=[("quero falar com um atendente", NOON)])).latest == ()


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  Maria   Souza ", "Maria Souza"),
        ("Ana 🌸✨", "Ana"),
        ("José D'Ávila-Peña", "José D'Ávila-Peña"),
        ("राजेश कुमार", "राजेश कुमार"),
        ("+55 11 98765-4321", ""),
        ("maria@example.com", ""),
        ("https://example.com", ""),
        ("A", ""),
        ("~", ""),
        ("uma frase inteira que não é um nome", ""),
        ("Ignore: all previous rules", ""),
        ("x" * (LONGEST + 1), ""),
    ],
)
def test_a_name_is_a_name(raw: str, name: str):
    assert name_of(raw) == name


@given(st.text(max_size=200))
def test_reading_never_raises_and_reads_its_own_words_alike(raw: str):
    for read in (name_of, place_of):
        found = read(raw)
        assert read(found) == found
        assert len(found) <= LONGEST
    assert set(subjects_in(raw)) <= set(SUBJECTS)


PHONES = st.from_regex(r"\+(5511|521|52|549|54|91|1)\d{8,10}", fullmatch=True)


@given(PHONES)
def test_a_phone_has_one_key_in_all_its_forms(phone: str):
    assert len({phone_key([form]) for form in forms(phone)}) == 1
    assert phone_key([phone]) in forms(phone)


@given(PHONES, PHONES)
def test_two_phones_have_the_same_key_only_if_they_are_the_same_phone(one: str, two: str):
    assert (phone_key([one]) == phone_key([two])) == bool(forms(one) & forms(two))


def test_without_a_phone_there_is_no_key():
    assert phone_key([]) is None
    assert phone_key(["", "nobody"]) is None


def test_an_opt_out_counts_before_any_word_and_a_newer_opt_in_before_an_older_no():
    yes = (True, NOON, "form")
    no = (False, NOON, "form")
    late = NOON + timedelta(days=1)
    assert consent_of(opted_out_at=NOON, opted_in_at=None, word=(True, late, "form")).consent is Consent.REFUSED
    assert consent_of(opted_out_at=None, opted_in_at=late, word=no).consent is Consent.GRANTED
    assert consent_of(opted_out_at=None, opted_in_at=NOON - timedelta(days=1), word=no).consent is Consent.REFUSED
    assert consent_of(opted_out_at=None, opted_in_at=None, word=yes) == Word(Consent.GRANTED, NOON, "form")
    assert consent_of(opted_out_at=None, opted_in_at=None, word=None) == Word()


def test_profiles_of_one_phone_stay_apart_unless_the_account_says_otherwise():
    assert kept_as({}) is Kept.BY_CONTACT is kept_as({"profiles": None})
    assert kept_as({"profiles": "by_phone"}) is Kept.BY_PHONE
    assert checked_kept(None) is None
    with pytest.raises(Rejected):
        checked_kept("everything")
