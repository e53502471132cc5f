"""What a registration makes of each answer: of the customer's in its steps, and of the Auth API's. Pure.

The same error text is said once in a session: every step has two of them, and whoever needs a third gets a person.
The counters survive RESTART and every step back, so that nobody is told the same thing twice within a minute.
"""

from typing import Final

from app.domain.flows import ASKED, ErrandDone
from app.domain.language import fold
from app.domain.questions import asks, content
from app.domain.registration import Outcome
from app.services.flows.model import Answer, Data, Go, NotMine, Person, Unclear, Value
from app.services.flows.moving import LANGUAGE
from app.services.flows.registration_fields import (
    is_known_pincode,
    read_code,
    read_name,
    read_phone,
    read_pincode,
    read_sector,
)
from app.services.flows.registration_words import Word, word_of

FIELDS: Final = ("name", "sector", "pincode", "phone")
MOST_CODES: Final = 3
MOST_WRONG: Final = 3
FAILED: Final = Person("registration_failed", "person")
LOST: Final = Person("registration_lost", "person")

_CODE_MISSING: Final = "remind_otp"  # true whether or not one was sent, which the step's own question is not
_ASKED: Final = Person(ASKED, "person")
_READERS: Final = {"name": read_name, "sector": read_sector, "pincode": read_pincode, "phone": read_phone}
_CHANGED: Final = {
    fold(word): field
    for field, ways in {
        "name": "name/my name/1/नाम",
        "sector": "sector/business/2/क्षेत्र/सेक्टर",
        "pincode": "pincode/pin/pin code/3/पिनकोड/पिन/पिन कोड",
        "phone": "phone/mobile/number/phone number/mobile number/4/फोन/फ़ोन/मोबाइल/नंबर",
    }.items()
    for word in ways.split("/")
}


def after(field: str, data: Data) -> str:
    """The next field that is missing, of those that follow first; the confirmation when none is."""
    place = FIELDS.index(field) + 1
    order = (*FIELDS[place:], *FIELDS[:place])
    return next((each for each in order if not data.get(each)), "confirmation")


def accept_field(field: str, text: str, data: Data) -> Answer:
    """One of the fields, or a word of the flow, or a question for the brain."""
    if (meant := _word(field, text, data)) is not None:
        return meant
    if (value := _READERS[field](text)) and not (field == "name" and _is_question(text)):
        if field == "pincode" and not is_known_pincode(value):
            kept = {field: value}
            return Go(after(field, {**data, **kept}), kept, says=("pincode_unknown",))
        return Value({field: value})
    return NotMine() if _is_question(text) else _wrong(field, data)


def accept_confirmation(text: str, data: Data) -> Answer:
    """YES, NO, or what is to be changed."""
    word = word_of(text)
    if word is Word.YES:
        return Value({}) if _may_send(data) else _sent_enough(data)
    if word is Word.NO:
        return Go("confirmation", says=("what_to_change",), quietly=True)
    if (meant := _word("confirmation", text, data)) is not None:
        return meant
    if field := _CHANGED.get(fold(text).strip(" .!।")):
        return Go(field, {field: ""})
    return NotMine() if _is_question(text) else _wrong("confirmation", data)


def accept_code(text: str, data: Data) -> Answer:
    """The one-time password, or RESEND."""
    if word_of(text) is Word.RESEND:
        return _resent(data)
    if (meant := _word("otp", text, data)) is not None:
        return meant
    if code := read_code(text):
        return Value({"code": code})
    return NotMine() if _is_question(text) else _wrong("otp", data)


def _resent(data: Data) -> Answer:
    return Go("sending", says=("resending",), quietly=True) if _may_send(data) else _sent_enough(data)


def _may_send(data: Data) -> bool:
    """Whoever begins anew, or names another phone, has no more passwords than others."""
    return int(data.get("sends", "0")) < MOST_CODES


def _sent_enough(data: Data) -> Answer:
    return LOST if "sent_enough" in data else Unclear("sent_enough", {"sent_enough": "1"})


def _is_question(text: str) -> bool:
    return asks(text) and bool(content(text))


def _word(step: str, text: str, data: Data) -> Answer | None:
    """What a word of the flow does in a step; None: the text is none."""
    word = word_of(text)
    if word is None:
        return None
    asks_anew = (_CODE_MISSING,) if step == "otp" else ()
    does: dict[Word, Answer] = {
        Word.HELP: Go(step, says=(f"help_{step}",), quietly=True),
        Word.SUPPORT: Go(step, says=("support",), quietly=True),
        Word.HELLO: Go(step, says=("hello_again", *asks_anew), quietly=bool(asks_anew)),
        Word.RESTART: Go("welcome", dict.fromkeys((*FIELDS, "code"), "")),
        Word.ENGLISH: Go(step, {LANGUAGE: Word.ENGLISH.value}, says=asks_anew, quietly=bool(asks_anew)),
        Word.HINDI: Go(step, {LANGUAGE: Word.HINDI.value}, says=asks_anew, quietly=bool(asks_anew)),
        Word.PERSON: _ASKED,
    }
    return does.get(word) or _wrong(step, data)


def _wrong(step: str, data: Data) -> Unclear | Person:
    count, said = _counted(f"{step}_wrong", data)
    return Unclear(said, {f"{step}_wrong": str(count)}) if count < MOST_WRONG else LOST


def _counted(what: str, data: Data) -> tuple[int, str]:
    """How often it has happened in this session, and the sentence for that time."""
    count = int(data.get(what, "0")) + 1
    return count, f"{what}_{count}"


def count_sends(data: Data, seed: int) -> Data:  # noqa: ARG001 - the form of all that prepare
    """How many passwords were asked for, this one included."""
    return {"sends": str(int(data.get("sends", "0")) + 1)}


def code_sent(done: ErrandDone, data: Data) -> Go | Person:
    """What the Auth API says to sending. A refusal that comes a second time is a person's matter."""
    if done.status in (Outcome.TOO_SOON, Outcome.HELD_BACK):
        return _not_yet(done.status, data)
    if done.status in data:
        return FAILED
    again = {done.status: "1"}
    means = {
        Outcome.SUCCESS: Go("otp"),
        Outcome.UNKNOWN: Go("otp", again, says=("sent_perhaps",), quietly=True),
        Outcome.LIMITED: Go("otp", again, says=("limited",), quietly=True),
        Outcome.BAD_PHONE: Go("phone", {"phone": "", **again}, says=("phone_refused",), quietly=True),
        Outcome.ALREADY: Go("completed", tell=_link(done), says=("already",)),
    }
    return next((go for outcome, go in means.items() if outcome == done.status), FAILED)


def _not_yet(why: str, data: Data) -> Go | Person:
    """It was not sent, and does not count. Whoever has one of their own just now needs no person, the others do."""
    count, said = _counted(why, data)
    if count >= MOST_WRONG and why == Outcome.HELD_BACK:
        return FAILED
    kept = {why: str(count), "sends": str(max(0, int(data.get("sends", "1")) - 1))}
    return Go("otp", kept, says=(said if count < MOST_WRONG else _CODE_MISSING,), quietly=True)


def code_checked(done: ErrandDone, data: Data) -> Go | Person:
    """What the Auth API says to a password. Whatever it is, the password is kept no longer."""
    if done.status == Outcome.SUCCESS:
        return Go("completed", {"code": ""}, tell=_link(done))
    if done.status in (Outcome.WRONG, Outcome.EXPIRED):
        what = "code_refused" if done.status == Outcome.WRONG else "code_expired"
        count, said = _counted(what, data)
        if count < MOST_WRONG:
            return Go("otp", {"code": "", what: str(count)}, says=(said,), quietly=True)
    return FAILED


def _link(done: ErrandDone) -> Data:
    return {"link": done.data.get("link", "")}
