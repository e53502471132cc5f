"""How a new customer comes to a user on the client's panel: greeting, information, name, user name, account details.

The panel is somebody else's: the errand `provision` asks for the user, and its result is `success` (with
`generated_username`, and `password` or `response_message`), `conflict` (another candidate, ten at the most, or as many
as its `names_left` allow) or `error` (a person goes on). A password passes through the words and is never kept.
"""

from datetime import timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

from app.domain.flows import ErrandDone
from app.domain.language import vocabulary, words
from app.domain.provisioning import Status
from app.domain.usernames import candidate, clean_username
from app.services.flows.model import Answer, Data, Flow, Go, NotMine, Person, Step, Task, Unclear, Value
from app.services.flows.name_candidates import Why
from app.services.flows.names import Verdict, first_of, read_name
from app.services.flows.sentences import load_file

KEY: Final = "onboarding"
ERRAND: Final = "provision"
MAX_ATTEMPTS: Final = 10

_WORDS: Final = Path(__file__).parent / "words" / "onboarding.yaml"
_VALUES: Final = frozenset({"name", "first_name", "maybe", "options", "username", "password", "details"})
_YES: Final = vocabulary(
    """si sii sim yes yep yeah yup claro correcto exacto exato isso eso ok okay dale certo correto right correct sip aja
    uhum afirmativo obvio sure"""
)
_NO: Final = vocabulary("no nao non nop nope not")
_RESTART: Final = frozenset(
    {
        "reiniciar",
        "empezar de nuevo",
        "volver a empezar",
        "comenzar de nuevo",
        "recomecar",
        "comecar de novo",
        "restart",
        "start over",
        "start again",
    }
)


@cache
def onboarding() -> Flow:
    """The flow, its words loaded from the file beside it."""
    return Flow(
        KEY,
        "greeting",
        {
            "greeting": Step(says=("greeting",), next="informational", log="onboarding_begun"),
            "informational": Step(says=("information",), next="name"),
            "name": _name_step(),
            "username": _username_step(),
            "account": Step(
                says=("success", "account_username", "account_password", "account_details", "account_start"),
                next="done",
                needs=("username",),
                fields={"Username": "username"},
                tags=("USUARIO AGENDADO",),
            ),
            "done": Step(log="onboarding_done"),
        },
        load_file(KEY, _WORDS, known=_VALUES),
        columns={
            "extracted_name": "name",
            "candidate_username": "candidate_username",
            "generated_username": "generated_username",
            "attempt": "attempt_number",
            "status": "status",
            "error_detail": "error_detail",
        },
        restart=_RESTART,
        came_late="came_late",
        learns=("name", "username"),
        more=("which_name", "is_it_you", "name_refused", "no_username", "person_error"),
    )


def _name_step() -> Step:
    return Step(
        says=("ask_name",),
        accept=accept_name,
        next="username",
        again="ask_name_again",
        remind="remind_name",
        reminders=(timedelta(minutes=15), timedelta(hours=3)),
        tries=3,
        lost=Person("name_unclear", "person_name"),
    )


def _username_step() -> Step:
    return Step(
        says=("creating",),
        task=Task(
            ERRAND,
            ("captured_user_name", "candidate_username", "attempt_number"),
            provisioned,
            prepare=new_candidate,
            asked="rpa_request",
            answered="rpa_response",
        ),
        next="account",
        busy="still_creating",
        patience=timedelta(minutes=10),
        late=Person("provisioning_late", "person_late"),
        needs=("name",),
    )


def accept_name(text: str, data: Data) -> Answer:
    """The customer's name, one clarifying question, or a person: a wrong name is worse than asking."""
    found = read_name(text)
    if found.verdict is Verdict.NAME:
        return _named(found.name)
    if (maybe := data.get("maybe")) and _agrees(text):
        return _named(maybe)
    if found.why is Why.QUESTION:
        return NotMine()
    if found.verdict is Verdict.AMBIGUOUS:
        return Person("name_unclear", "person_name") if "asked_which" in data else _asks_which(found.options)
    if found.why is Why.REFUSED and "refused" not in data:
        return Unclear("name_refused", {"refused": "1"})
    return Person("name_unclear", "person_name") if {"asked_which", "refused"} & set(data) else Unclear()


def _agrees(text: str) -> bool:
    said = set(words(text))
    return bool(said & _YES) and not said & _NO


def _named(name: str) -> Answer:
    if clean_username(name) is None:
        return Unclear("no_username")
    return Value({"name": name, "captured_user_name": name, "first_name": first_of(name)})


def _asks_which(options: tuple[str, ...]) -> Answer:
    if len(options) == 1:
        return Unclear("is_it_you", {"asked_which": "1", "maybe": options[0]})
    if options:
        return Unclear("which_name", {"asked_which": "1", "options": " / ".join(options)})
    return Unclear(keep={"asked_which": "1"})


def new_candidate(data: Data, seed: int) -> Data:
    """The user name to try next: the name and four digits of the seed that have not been tried before.

    A step that a salesperson resets asks for the same one again, so that no second user is made.
    """
    if data.get("candidate_username"):
        return {}
    tried = set(data.get("tried", "").split())
    hashed = int.from_bytes(blake2b(f"{seed}:{len(tried)}".encode(), digest_size=8).digest(), "big")
    digits = next(
        shown for each in range(MAX_ATTEMPTS + 1) if (shown := f"{(hashed + each * 7919) % 10_000:04}") not in tried
    )
    return {
        "candidate_username": candidate(data["name"], digits),
        "attempt_number": str(len(tried) + 1),
        "tried": " ".join([*data.get("tried", "").split(), digits]),
    }


def provisioned(done: ErrandDone, data: Data) -> Go | Person:
    """What the panel says means for the customer."""
    if done.status == Status.SUCCESS:
        username = done.data.get("generated_username") or data["candidate_username"]
        password = done.data.get("password", "")
        details = "" if password else done.data.get("response_message", "")
        told = {"password": password, "details": details}
        return Go("account", {"username": username, "generated_username": username}, told)
    is_spent = done.data.get("names_left") == "0" or len(data.get("tried", "").split()) >= MAX_ATTEMPTS
    if done.status == Status.CONFLICT and not is_spent:
        return Go("username", {"candidate_username": ""}, quietly=True)
    return Person("username_conflicts" if done.status == Status.CONFLICT else "provisioning_error", "person_error")
