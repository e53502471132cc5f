"""What the agenda says: in three languages, in the customer's zone, and no claim before there is a receipt."""

from datetime import UTC, datetime

import pytest

from app.domain.booking_times import LiveReceipt
from app.domain.language import LOCALES
from app.domain.receipts import unproven_booking
from app.domain.wishes import AskBack, Trouble
from app.services.agenda.wording import ask, say, told, told_all

AT = datetime(2026, 12, 15, 17, 0, tzinfo=UTC)
LATER = datetime(2026, 12, 15, 17, 30, tzinfo=UTC)
ZONE = "America/Sao_Paulo"
RECEIPT = "AG-7KM2Q9XD"


def test_a_moment_is_told_as_people_say_it():
    assert [told(AT, ZONE, locale) for locale in LOCALES] == [
        "terça, 15/12 às 14:00",
        "martes, 15/12 a las 14:00",
        "Tuesday, Dec 15 at 14:00",
    ]
    assert told_all([AT, LATER], ZONE, "pt-BR") == "terça, 15/12 às 14:00, 14:30"
    assert told(AT, "Asia/Tokyo", "fr") == "quarta, 16/12 às 02:00"


@pytest.mark.parametrize("locale", LOCALES)
def test_nothing_claims_a_booking_but_what_quotes_its_receipt(locale: str):
    values = {"slots": told(AT, ZONE, locale), "seller": "Ana", "until": "14:05", "receipt": RECEIPT}
    for sentence in ("free", "exactly", "nearest", "nothing", "held"):
        assert not unproven_booking(say(sentence, locale, **values), (), AT), sentence
    for sentence in ("booked", "reminder"):
        assert unproven_booking(say(sentence, locale, **values), (), AT), sentence
        assert not unproven_booking(say(sentence, locale, **values), [LiveReceipt(RECEIPT, AT, LATER, (ZONE,))], AT), (
            sentence
        )


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("trouble", list(Trouble))
def test_every_trouble_has_its_question_and_few_readings_are_named(trouble: Trouble, locale: str):
    assert "?" in ask(AskBack(trouble), locale)
    options = (datetime(2026, 12, 15), datetime(2026, 12, 15, 15))  # noqa: DTZ001 - local
    asked = ask(AskBack(trouble, options), locale)
    assert "15:00" in asked
    assert not unproven_booking(asked, (), AT)
