"""The brain of a default install: no key, no model. It answers from the account's own knowledge, word for word.

It greets, thanks, looks up and admits: what it cannot find or open goes to a person. It never makes a sentence about
the business that nobody wrote. The goodbye of a hand-over is the engine's to say.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.agents import honesty
from app.domain import disclosure
from app.domain.brain import Line, Passage, Proposal, ReplyAction, ReplyRequest
from app.domain.courtesy import is_acknowledgement, is_farewell, is_greeting
from app.domain.language import LOCALES, spoken
from app.domain.messages import Author, MessageKind
from app.domain.ports import KnowledgeSearch
from app.domain.questions import asks, clauses, content
from app.domain.wanting_a_person import Found, Way, offer, way_of

_BALLOONS = 3
_TOPICS = 4
_QUESTIONS = 8  # in one turn; what is asked beyond them is admitted

# In the order of LOCALES: pt-BR, es, en.
_HELLO = ("Olá!", "¡Hola!", "Hello!")
_WELCOME = ("Aqui é o assistente virtual{of}.", "Aquí el asistente virtual{of}.", "This is the virtual assistant{of}.")
_OF = (" de {business}", " de {business}", " of {business}")
_OFFER = (
    "Posso ajudar com: {topics}. O que você gostaria de saber?",
    "Puedo ayudarte con: {topics}. ¿Qué te gustaría saber?",
    "I can help with: {topics}. What would you like to know?",
)
_OPEN_OFFER = ("Como posso ajudar?", "¿En qué puedo ayudarte?", "How can I help?")
_COURTESY = (
    "Por nada! Se precisar de mais alguma coisa, é só escrever.",
    "¡De nada! Si necesitas algo más, solo escribe.",
    "You're welcome! If you need anything else, just write.",
)
_NOTED = (
    "Certo! Se precisar de mais alguma coisa, é só escrever.",
    "¡De acuerdo! Si necesitas algo más, solo escribe.",
    "All right! If you need anything else, just write.",
)
_REST = (
    'O resto da sua pergunta eu não sei responder com certeza. Para falar com uma pessoa, escreva "atendente".',
    'El resto de tu pregunta no lo sé con certeza. Para hablar con una persona, escribe "persona".',
    'I\'m not sure about the rest of your question. To talk to a person, write "human".',
)
_UNOPENED = (
    'O arquivo que você enviou eu ainda não consigo abrir. Para falar com uma pessoa, escreva "atendente".',
    'El archivo que enviaste todavía no lo puedo abrir. Para hablar con una persona, escribe "persona".',
    'I can\'t open the file you sent yet. To talk to a person, write "human".',
)


class OfflineBrain:
    """Implements `agents.base.Brain` on full-text search. `business` is the name it greets in; it may be empty."""

    name = "offline"

    def __init__(self, knowledge: KnowledgeSearch, business: str = "") -> None:
        self._knowledge = knowledge
        self._business = business

    async def reply(self, request: ReplyRequest) -> Proposal:
        """A person for whoever asks for one, courtesy for courtesy, an answer for a question, else the truth.

        A first message it leaves to the account's own template: it makes no sentences that nobody wrote.
        """
        if request.occasion is not None:
            return Proposal(ReplyAction.NONE, locale=request.locale, reason="template")
        texts = [line.text for line in request.burst if line.text.strip()]
        locale = spoken(texts, request.locale)
        found = way_of(texts)
        if found.way is Way.ESCALATE:
            return _hand_over(f"asked_for_person:{found.rule}", locale)
        proposal = await self._spoken_to(request, texts, locale)
        return _offered(proposal, found) if proposal.balloons and found.way is Way.OFFER else proposal

    async def _spoken_to(self, request: ReplyRequest, texts: Sequence[str], locale: str) -> Proposal:
        """The truth for who asks whether this is a bot, and then whatever else was asked."""
        asked = [text for text in texts if honesty.asks_if_bot(text)]
        subjects = [text for text in texts if not _is_courtesy(text) and not honesty.asks_only_that(text)]
        if not asked:
            return await self._taken_up(request, texts, subjects, locale=locale)
        told = disclosure.answer(locale, request.business or self._business)
        rest = await self._answer(request, subjects, locale) if subjects else None
        said = () if rest is None else rest.balloons or (_in(locale, _REST),)
        return _reply([told, *said], locale, reason="asked_if_bot")

    async def _taken_up(
        self, request: ReplyRequest, texts: Sequence[str], subjects: list[str], *, locale: str
    ) -> Proposal:
        if subjects:
            return await self._answer(request, subjects, locale)
        if _has_media(request.burst):
            return _hand_over("media", locale)
        return await self._be_courteous(request, texts, locale)

    async def _answer(self, request: ReplyRequest, subjects: list[str], locale: str) -> Proposal:
        """What is known of every subject, in the order asked, and an honest word about what is not."""
        found, missed = await self._look_up(request, subjects, locale)
        if not found:
            return _hand_over("media" if _has_media(request.burst) else "unknown", locale)
        spoken = found[0].locale
        said = [passage.text for passage in found]
        if any(is_greeting(line.text) for line in request.burst) and not _has_spoken(request.history):
            said[0] = f"{_in(spoken, _HELLO)} {said[0]}"
        caveats = [_in(spoken, _UNOPENED)] * _has_media(request.burst) + [_in(spoken, _REST)] * missed
        return _reply(_balloons(said, caveats[:1]), spoken, reason="partly_known" if caveats else "known")

    async def _look_up(self, request: ReplyRequest, subjects: list[str], locale: str) -> tuple[list[Passage], bool]:
        """The passages for each subject and for all together, none twice, and whether a question found none."""
        asked = list(dict.fromkeys(clause for text in subjects for clause in clauses(text)))
        best = await self._best(request, [*asked[:_QUESTIONS], " ".join(subjects)], locale)
        # Fragments may make sense only together: "quanto custa", "a limpeza".
        *each, whole = best
        found: dict[str, Passage] = {}
        for passage in filter(None, each):
            found.setdefault(passage.title, passage)
        unanswered = [one for one, passage in zip(asked, each, strict=False) if passage is None] + asked[_QUESTIONS:]
        missed = any(map(asks, unanswered))
        if whole is not None and (missed or not found):
            missed = missed and whole.title in found
            found.setdefault(whole.title, whole)
        return list(found.values()), missed

    async def _best(self, request: ReplyRequest, questions: Sequence[str], locale: str) -> list[Passage | None]:
        """The best passage for each, in the language that is spoken or else in the one of the conversation so far."""
        tongues = list(dict.fromkeys((locale, request.locale)))
        told = await self._knowledge.look_up(request.account_id, questions, locales=tongues, limit=1)
        return [next(iter(found), None) for found in told]

    async def _be_courteous(self, request: ReplyRequest, texts: Sequence[str], locale: str) -> Proposal:
        if any(is_farewell(text) for text in texts):
            return _reply([_in(locale, _COURTESY)], locale, reason="farewell")
        if any(is_greeting(text) for text in texts):
            return _reply([await self._greeting(request, locale)], locale, reason="greeting")
        if any("?" in text for text in texts):
            return _hand_over("unknown", locale)
        return _reply([_in(locale, _NOTED)], locale, reason="noted")

    async def _greeting(self, request: ReplyRequest, locale: str) -> str:
        """Hello, who is speaking, and what the account really knows about."""
        topics = await self._knowledge.topics(request.account_id, locale=locale, limit=_TOPICS)
        named = ", ".join(topic[:1].lower() + topic[1:] for topic in topics)
        business = request.business or self._business
        of = _in(locale, _OF).format(business=business) if business else ""
        offer = _in(locale, _OFFER).format(topics=named) if topics else _in(locale, _OPEN_OFFER)
        return " ".join((_in(locale, _HELLO), _in(locale, _WELCOME).format(of=of), offer))


def _is_courtesy(text: str) -> bool:
    return is_greeting(text) or is_farewell(text) or is_acknowledgement(text) or not content(text)


def _has_media(burst: Sequence[Line]) -> bool:
    """Whether something is there that cannot be read: of a voice that was heard there are the words."""
    return any(line.kind is not MessageKind.TEXT and not line.transcript for line in burst)


def _has_spoken(history: Sequence[Line]) -> bool:
    return any(line.author is not Author.CUSTOMER for line in history)


def _offered(proposal: Proposal, found: Found) -> Proposal:
    """The answer, and a person beside it for whoever is cross."""
    balloons = (*proposal.balloons, offer(proposal.locale))
    return replace(proposal, balloons=balloons, reason=f"offered:{found.rule}")


def _in(locale: str, sentences: tuple[str, str, str]) -> str:
    return sentences[LOCALES.index(locale)]


def _balloons(said: Sequence[str], caveats: Sequence[str]) -> list[str]:
    """At most three balloons: what does not fit shares the last one, and a caveat always has the end."""
    room = _BALLOONS - len(caveats)
    kept = [*said[: room - 1], "\n\n".join(said[room - 1 :])]
    return [*(text for text in kept if text), *caveats]


def _reply(balloons: Sequence[str], locale: str, *, reason: str) -> Proposal:
    return Proposal(ReplyAction.REPLY, tuple(balloons), locale=locale, reason=reason)


def _hand_over(reason: str, locale: str) -> Proposal:
    return Proposal(ReplyAction.HANDOFF, locale=locale, reason=reason)
