"""Alerts as mail, over SMTP: to the addresses in ALERT_MAIL_TO."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from app.alerts.base import AlertWay
from app.domain.alerts import Alert
from app.domain.errors import NeedsHuman, Retryable

BUDGET: Final = 20.0  # seconds for one mail
_REFUSED: Final = 500  # replies from here on are for good


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where mail is handed in, from whom and to whom."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    is_tls: bool = False  # from the first byte; else STARTTLS where the server offers it


def mailbox(url: str, *, sender: str, recipients: str) -> Mailbox:
    """Out of `smtp://user:password@host:587` (or `smtps://`, TLS from the first byte) and the addresses.

    Raises:
        NeedsHuman: something is missing in it.
    """
    parts = urlsplit(url)
    to = tuple(one.strip() for one in recipients.split(",") if one.strip())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or not sender or not to:
        raise NeedsHuman(
            "Mail alerts are set up half.",
            hint="They need SMTP_URL (smtp://user:password@host:587), ALERT_MAIL_FROM and ALERT_MAIL_TO.",
        )
    is_tls = parts.scheme == "smtps"
    user, password = (unquote(one) if one else None for one in (parts.username, parts.password))
    return Mailbox(parts.hostname, parts.port or (465 if is_tls else 587), sender, to, user, password, is_tls)


class AlertMail(AlertWay):
    """One mail for each alert."""

    name: str = "mail"

    def __init__(self, box: Mailbox) -> None:
        self._box = box

    async def tell(self, alert: Alert) -> None:
        """A password goes only over TLS: a server that offers none, where one is set, is refused."""
        box = self._box
        try:
            await aiosmtplib.send(
                message_of(alert, box),
                hostname=box.host,
                port=box.port,
                username=box.user,
                password=box.password,
                use_tls=box.is_tls,
                start_tls=None if box.is_tls or not box.user else True,
                timeout=BUDGET,
            )
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPNotSupported) as error:
            raise NeedsHuman(f"The mail server refuses us ({type(error).__name__}).", hint="Check SMTP_URL.") from None
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= _REFUSED:
                raise NeedsHuman(
                    f"The mail server refuses the alert ({error.code}).",
                    hint="Check ALERT_MAIL_FROM and ALERT_MAIL_TO.",
                ) from None
            raise Retryable(f"The mail server is busy ({error.code}).") from None
        except aiosmtplib.SMTPRecipientsRefused:
            raise NeedsHuman("The mail server takes no recipient.", hint="Check ALERT_MAIL_TO.") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Retryable(f"The mail server does not answer ({type(error).__name__}).") from None


def message_of(alert: Alert, box: Mailbox) -> EmailMessage:
    """The alert as mail. Pure."""
    message = EmailMessage(policy=SMTP)
    message["From"] = box.sender
    message["To"] = ", ".join(box.recipients)
    message["Subject"] = f"[Ponte] {' '.join(alert.text.split())[:120]}"
    message["Message-ID"] = f"<{alert.id}@ponte.invalid>"
    message["Date"] = alert.at
    lines = [alert.text, "", f"{alert.cause} | {'well' if alert.is_well else 'broken'}"]
    lines.append(f"account {alert.account_id} ({alert.account_name})")
    lines += [f"conversation {alert.conversation_id}"] if alert.conversation_id else []
    lines += [f"lead {alert.lead_id}"] if alert.lead_id else []
    message.set_content("\n".join(lines))
    return message
