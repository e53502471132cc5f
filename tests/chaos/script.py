"""What customers say and what the scripted brain answers: numbered, so that a checker can tell what answers what."""

import asyncio
import random
import re

from app.domain.brain import Proposal, ReplyAction, ReplyRequest

_NUMBER = re.compile(r"\bm(\d+)\b")
_REPLY = re.compile(r"^\[(\d+)\.(\d+) (\d)/(\d)\]")
_ENDINGS = ("quanto custa?", "quero saber o preço.", "e", "oi", "tem para amanhã?", "vocês abrem no sábado?")


def customer_text(number: int, chance: random.Random) -> str:
    return f"m{number} {chance.choice(_ENDINGS)}"


def numbers_in(text: str) -> list[int]:
    return [int(found) for found in _NUMBER.findall(text)]


def place_of(text: str) -> tuple[str, int] | None:
    """Which turn a balloon of the brain belongs to, and its place in it; None for any other message."""
    found = _REPLY.match(text)
    return (f"{found[1]}.{found[2]}", int(found[3])) if found else None


class ScriptedBrain:
    """Names the messages that it was asked about. What it says depends on the turn alone, however often it is asked."""

    name = "scripted"

    async def reply(self, request: ReplyRequest) -> Proposal:
        turn = f"{request.conversation_id}.{request.turn}"
        chance = random.Random(turn)
        await asyncio.sleep(random.choice((0.0, 0.05, 0.2, 0.5)))
        if chance.random() < 0.005:
            return Proposal(ReplyAction.HANDOFF, reason="unknown")
        if chance.random() < 0.003:
            raise RuntimeError("the brain is tired")
        count = 2 if chance.random() < 0.3 else 1
        said = " ".join(f"m{number}" for line in request.burst for number in numbers_in(line.text))
        balloons = tuple(f"[{turn} {place}/{count}] {said}" for place in range(1, count + 1))
        return Proposal(ReplyAction.REPLY, balloons)
