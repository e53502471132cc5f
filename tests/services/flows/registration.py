"""A registration with validation and a one-time password: another flow for the same engine, made of data, too."""

import re
from datetime import timedelta
from pathlib import Path

from app.domain.flows import ErrandDone
from app.domain.language import fold
from app.services.flows.model import Answer, Data, Flow, Go, Person, Step, Task, Unclear, Value
from app.services.flows.sentences import load_file

_PERSON = Person("registration_failed", "person")
_LATE = Person("registration_late", "person")
_MOST_SENT = 3
_MOST_WRONG = 3


def accept_contact(text: str, data: Data) -> Answer:
    if mail := re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text):
        return Value({"contact": mail[0].lower()})
    if mobile := re.search(r"(?<!\d)(?:\+?91)?([6-9]\d{9})(?!\d)", re.sub(r"[\s-]", "", text)):
        return Value({"contact": f"+91{mobile[1]}"})
    return Unclear()


def accept_code(text: str, data: Data) -> Answer:
    if fold(text).strip() == "resend":
        return Go("send") if int(data.get("sent", "0")) < _MOST_SENT else Unclear("sent_enough")
    code = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    return Value({"code": code[0]}) if code else Unclear()


def count_sends(data: Data, seed: int) -> Data:
    return {"sent": str(int(data.get("sent", "0")) + 1)}


def sent(done: ErrandDone, data: Data) -> Go | Person:
    if done.status == "success":
        return Go("otp")
    return Go("send", quietly=True) if int(data["sent"]) < _MOST_SENT else _PERSON


def checked(done: ErrandDone, data: Data) -> Go | Person:
    if done.status == "success":
        return Go("completed")
    wrong = int(data.get("wrong", "0")) + 1
    if done.status != "wrong" or wrong >= _MOST_WRONG:
        return _PERSON
    return Go("otp", {"wrong": str(wrong)}, says=("code_refused",))


def registration() -> Flow:
    words = Path(__file__).parent / "registration.yaml"
    asked = {"remind": "remind", "reminders": (timedelta(minutes=10), timedelta(hours=1)), "lost": _PERSON}
    return Flow(
        "registration",
        "welcome",
        {
            "welcome": Step(says=("welcome",), next="contact"),
            "contact": Step(says=("ask_contact",), accept=accept_contact, next="send", again="contact_wrong", **asked),
            "send": Step(
                says=("sending",),
                task=Task(
                    "otp_send", ("contact",), sent, prepare=count_sends, asked="otp_request", answered="otp_sent"
                ),
                next="otp",
                busy="busy",
                patience=timedelta(minutes=2),
                late=_LATE,
                needs=("contact",),
            ),
            "otp": Step(
                says=("ask_code",), accept=accept_code, next="check", again="code_wrong", needs=("contact",), **asked
            ),
            "check": Step(
                says=("checking",),
                task=Task("otp_check", ("contact", "code"), checked),
                next="completed",
                busy="busy",
                patience=timedelta(minutes=2),
                late=_LATE,
                needs=("contact", "code"),
            ),
            "completed": Step(says=("welcome_in",), tags=("REGISTERED",), fields={"Contact": "contact"}),
        },
        load_file("registration", words, known=frozenset({"contact"})),
        columns={"contact": "contact", "status": "status"},
        restart=frozenset({"restart"}),
        more=("code_refused", "sent_enough"),
    )
