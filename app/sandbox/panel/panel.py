"""The panel put together: what a write does, whether or not the caller ever hears of it."""

from dataclasses import dataclass
from decimal import Decimal

from app.sandbox.clock import Clock
from app.sandbox.panel.journal import End, Journal, Operation, Write
from app.sandbox.panel.sessions import ADMIN_NAME, ADMIN_PASSWORD, Session, Sessions
from app.sandbox.panel.trouble import LostAnswers, Trouble
from app.sandbox.panel.users import NAME, SHORTEST_PASSWORD, PanelUser, Users, amount_of

CREATED = "Usuario creado exitosamente"
CHARGED = "Saldo cargado exitosamente"
TAKEN = "Username already exists"
BAD_NAME = "El nombre de usuario debe tener entre 3 y 32 letras, números, puntos o guiones."
SHORT_PASSWORD = f"La contraseña debe tener al menos {SHORTEST_PASSWORD} caracteres."
DIFFERENT_PASSWORDS = "Las contraseñas no coinciden."
BAD_AMOUNT = "El monto no es válido."


@dataclass(frozen=True, slots=True)
class Written:
    """How a write ended and what the page says; `lost`: the caller must not hear of it."""

    end: End
    message: str
    lost: LostAnswers | None = None


class Panel:
    """Everything the simulated panel holds, in memory; one loop, so that each write is whole."""

    def __init__(self, clock: Clock, user: str = ADMIN_NAME, password: str = ADMIN_PASSWORD) -> None:
        self.clock = clock
        self._admin = (user, password)
        self.trouble = Trouble()
        self.journal = Journal()
        self.page_size = 20
        self.reset()

    def reset(self) -> None:
        """No users, no sessions, no trouble, the first password."""
        self.users = Users()
        self.sessions = Sessions(self.clock, *self._admin)
        self.trouble.clear()
        self.journal.clear()
        self.page_size = 20

    def create(self, said: dict[str, str], session: Session) -> Written:
        username = said.get("username", "").strip()
        refusal = self._refusal(username, said)
        if refusal is not None:
            return self._note(refusal, "create_user", username=username, session=session)
        self.users.add(PanelUser(username, said["password"], self.clock.now()))
        done = Written("written", CREATED, self.trouble.loses_answer())
        return self._note(done, "create_user", username=username, session=session)

    def _refusal(self, username: str, said: dict[str, str]) -> Written | None:
        if not NAME.fullmatch(username):
            return Written("refused", BAD_NAME)
        if len(said.get("password", "")) < SHORTEST_PASSWORD:
            return Written("refused", SHORT_PASSWORD)
        if said.get("again", said["password"]) != said["password"]:
            return Written("refused", DIFFERENT_PASSWORDS)
        if self.users.find(username) is not None or self.trouble.is_taken(username):
            return Written("conflict", TAKEN)
        return None

    def charge(self, user: PanelUser, text: str, session: Session) -> Written:
        amount = amount_of(text)
        if amount is None:
            return self._note(Written("refused", BAD_AMOUNT), "assign_balance", username=user.username, session=session)
        user.add(amount)
        done = Written("written", CHARGED, self.trouble.loses_answer())
        return self._note(done, "assign_balance", username=user.username, session=session, amount=amount)

    def _note(
        self,
        written: Written,
        operation: Operation,
        *,
        username: str,
        session: Session,
        amount: Decimal | None = None,
    ) -> Written:
        entry = self.entry(operation, written.end, username=username, session=session)
        entry.answered = written.lost is None
        entry.amount = "" if amount is None else f"{amount:.2f}"
        self.journal.add(entry)
        return written

    def entry(self, operation: Operation, end: End, *, username: str, session: Session | None = None) -> Write:
        number = session.number if session else None
        return Write(number=0, at=self.clock.now(), operation=operation, username=username, end=end, session=number)
