"""What the simulated model plays of itself in an n8n workflow that asks for a shaped answer: times, knowledge, people.

So the exported `responder` workflow answers sensibly out of the box: it looks up free times when asked for one, what
the company says when asked anything else, and hands over to whoever asks for a person. What its script says goes first.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, Final, cast

from app.domain.language import LOCALES, fold, spoken

SHAPED: Final = "format_final_json_response"  # n8n's tool for an answer in the shape that was asked for
_BURST = re.compile(r"as JSON: (\[.*\])")
_TIMES = re.compile(
    r"\b(?:horarios? (?:livre|disponive|disponible)"
    r"|marcar|agendar|vagas?|turnos?|citas?|reservar|remarcar|appointments?"
    r"|book|schedule|free (?:time|slot)|slots?|que horas? (?:tem|tienen)|tem horario|tienen horario)"
)
_PERSON = re.compile(r"\b(?:atendente|pessoa|humano|persona|humana|human|person|someone|vendedora?)\b")
_FREE = re.compile(r"^- (.+?) with ", re.MULTILINE)  # as free_slots lists them
_SAID = re.compile(r"The company says:\s+(.+?)\s+Answer from this only", re.DOTALL)
_OFFER = (
    "Tenho estes horários: {}. Qual prefere?",
    "Tengo estos horarios: {}. ¿Cuál prefieres?",
    "Free: {}. Which one?",
)
_GREETING = ("Olá! Em que posso ajudar?", "¡Hola! ¿En qué puedo ayudarte?", "Hello! How can I help you?")
_MOST = 3


def step_in(tools: Sequence[str], asked: str, told: Sequence[str]) -> dict[str, Any]:
    """The call that comes next: of a tool that is there, or of the one for the answer. Pure.

    `asked` is the newest message of the user, `told` what tools have answered since.
    """
    burst = _burst(asked)
    words = fold(" ".join(burst))
    at = LOCALES.index(spoken(burst, LOCALES[0]))
    if _PERSON.search(words):
        return _answer("handoff", "")
    if told:
        return _from(told[-1], at)
    if _TIMES.search(words) and "free_slots" in tools:
        return {"name": "free_slots", "arguments": {}}
    if words and "lookup_knowledge" in tools:
        return {"name": "lookup_knowledge", "arguments": {"question": " ".join(burst)[:500]}}
    return _answer("reply", _GREETING[at])


def _from(told: str, at: int) -> dict[str, Any]:
    """What a tool told, in a customer's words; a person where it told nothing."""
    plain = told.replace("\\n", "\n").replace('\\"', '"')
    if times := list(dict.fromkeys(_FREE.findall(plain)))[:_MOST]:
        return _answer("reply", _OFFER[at].format(", ".join(times)))
    if said := _SAID.search(plain):
        title, _, body = said[1].partition("\n")
        return _answer("reply", (body or title).split("\n\n")[0].strip())
    return _answer("handoff", "")


def _answer(action: str, reply: str) -> dict[str, Any]:
    return {"name": SHAPED, "arguments": {"output": {"action": action, "reply": reply}}}


def _burst(asked: str) -> list[str]:
    """The customer's lines in the workflow's question; the question itself where it holds no list."""
    found = _BURST.search(asked)
    if found is None:
        return [asked]
    try:
        lines = cast("list[object]", json.loads(found[1]))
    except ValueError:
        return [found[1]]
    return [str(cast("dict[str, object]", one).get("text", "")) if isinstance(one, dict) else str(one) for one in lines]
