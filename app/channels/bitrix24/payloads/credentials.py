"""What an account's token holds. No message quotes it."""

import hashlib
import hmac
import re
from typing import Final, Literal

from pydantic import ConfigDict, Field, ValidationError

from app.channels.bitrix24.payloads import Shape
from app.domain.errors import NeedsHuman

LONGEST_BOT_TOKEN: Final = 40
BOT_CODE: Final = "ponte"
Mode = Literal["fetch", "push", "poll"]

_WEBHOOK = re.compile(r"[0-9]{1,12}/[A-Za-z0-9_-]{4,80}")
_HOW: Final = "It is <user id>/<secret>, the last two steps of the incoming webhook's address."


class Credentials(Shape):
    """What an account's token holds: the webhook's user and secret alone, or a JSON text with how it is to be used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    webhook: str = Field(repr=False)
    mode: Mode = "fetch"
    bot_token: str = Field(default="", max_length=LONGEST_BOT_TOKEN, repr=False)
    bot_code: str = Field(default=BOT_CODE, pattern=r"^[a-z0-9_]{1,40}$")
    bot_name: str = Field(default="Ponte", max_length=50)

    @property
    def user_id(self) -> str:
        """Whose rights the webhook has."""
        return self.webhook.partition("/")[0]

    @property
    def key_of_bot(self) -> str:
        """The bot's own secret: the one that was set, else one that follows from the webhook's."""
        made = hmac.new(self.webhook.encode(), b"imbot", hashlib.sha256).hexdigest()
        return self.bot_token or made[:LONGEST_BOT_TOKEN]


def credentials_of(token: str) -> Credentials:
    """What the token says. No message quotes it.

    Raises:
        NeedsHuman: it is no webhook.
    """
    try:
        found = Credentials.model_validate_json(token) if token.startswith("{") else Credentials(webhook=token)
    except ValidationError:
        raise NeedsHuman("The account's token cannot be read.", hint=_HOW) from None
    if not _WEBHOOK.fullmatch(found.webhook.strip("/")):
        raise NeedsHuman("The account's token is no webhook of Bitrix24.", hint=_HOW)
    return found.model_copy(update={"webhook": found.webhook.strip("/")})
