"""What channels tell without a word: who has the chat, and what never arrived."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain.conversation import Command, PauseReason, Reacted, Undelivered, Verb
from app.domain.feedback import Thumb
from app.domain.ids import ExternalId
from app.domain.messages import Author, ChannelEvent, EventKind, Trouble
from app.services.conversation.translate import translate
from tests.builders import a_channel_event

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def told(**changes: object) -> object:
    """The one event in the mailbox."""
    event: ChannelEvent = replace(a_channel_event(), at=NOON, **changes)  # type: ignore[arg-type]
    return translate(event, received_at=NOON, locale="pt-BR").events[0].event


@pytest.mark.parametrize(("to", "verb"), [(Author.HUMAN, Verb.TAKE), (Author.BOT, Verb.RELEASE)])
def test_the_channels_own_buttons_steer_as_a_command_does(to: Author, verb: Verb):
    said = told(kind=EventKind.OWNER, author=to, author_name="Ana")
    assert said == Command(verb, "Ana", NOON, reason=PauseReason.HUMAN, wordless=True)


def test_a_message_that_never_arrived_is_told_with_the_reason():
    about = ExternalId("wamid.1")
    assert told(kind=EventKind.RECEIPT, about=about, trouble=Trouble.OPTED_OUT) == Undelivered(
        Trouble.OPTED_OUT, NOON, about
    )
    assert told(kind=EventKind.RECEIPT) == Undelivered(Trouble.REFUSED, NOON)


@pytest.mark.parametrize(("sign", "thumb"), [("👍🏻", Thumb.UP), ("👎", Thumb.DOWN), ("😂", None), ("", None)])
def test_a_sign_on_a_message_is_a_thumb_or_none_and_nobodys_message(sign: str, thumb: Thumb | None):
    about = ExternalId("wamid.1")
    assert told(kind=EventKind.REACTION, text=sign, about=about) == Reacted(about, thumb, NOON)


def test_a_link_moves_the_chat_and_is_no_event():
    assert told(kind=EventKind.LINK) is None
