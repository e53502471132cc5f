"""The words that a registration understands wherever it stands: HI, HELP, RESTART, SUPPORT, YES, NO, and languages.

They count as whole messages, in English and Hindi, in any case and with any signs around them. Pure.
"""

from enum import StrEnum
from typing import Final

from app.domain.language import fold


class Word(StrEnum):
    """What a whole message means."""

    HELLO = "hello"
    HELP = "help"
    RESTART = "restart"
    SUPPORT = "support"
    YES = "yes"
    NO = "no"
    RESEND = "resend"
    ENGLISH = "en"
    HINDI = "hi"
    PERSON = "person"


_SAID: Final = {
    Word.HELLO: "hi/hello/hey/start/begin/namaste/नमस्ते/नमस्कार/हैलो/हेलो/शुरू/शुरू करें",
    Word.HELP: "help/help me/madad/मदद/मदद चाहिए/मदद करें",
    Word.RESTART: "restart/start over/start again/begin again/"
    "फिर से/फिर से शुरू/फिर से शुरू करें/दोबारा शुरू करें/रीस्टार्ट",
    Word.SUPPORT: "support/सपोर्ट/सहायता",
    Word.YES: "yes/y/yes please/ok/okay/confirm/correct/right/haan/haa/ha/han/ji/haan ji/"
    "हाँ/हां/हा/जी/जी हाँ/जी हां/सही/सही है/ठीक है",
    Word.NO: "no/n/nope/not correct/wrong/nahi/nahin/नहीं/नही/ना/जी नहीं/गलत/ग़लत/गलत है",
    Word.RESEND: "resend/resend otp/resend code/send again/new code/दोबारा भेजें/फिर भेजें/फिर से भेजें/रीसेंड",
    Word.ENGLISH: "english/in english/अंग्रेजी/अंग्रेज़ी/इंग्लिश",
    Word.HINDI: "hindi/in hindi/हिंदी/हिन्दी/हिंदी में",
    Word.PERSON: "एजेंट/इंसान/एजेंट से बात/एजेंट से बात करनी है/मुझे एजेंट से बात करनी है/इंसान से बात करनी है/"
    "मुझे इंसान से बात करनी है/किसी से बात करनी है/किसी व्यक्ति से बात करनी है/agent se baat karni hai/"
    "kisi se baat karni hai/insaan se baat karni hai",
}  # fmt: skip
_SIGNS: Final = " .,!?;:।*_-\"'()👍🙏"


def _plain(text: str) -> str:
    return fold(text).strip(_SIGNS)


_MEANING: Final = {_plain(said): word for word, ways in _SAID.items() for said in ways.split("/")}


def word_of(text: str) -> Word | None:
    """What a message means as a whole; of several in a row, the last, if all of them are such words."""
    meant = [_MEANING.get(_plain(line)) for line in text.splitlines() if _plain(line)]
    return meant[-1] if meant and all(meant) else None
