"""The brain of a default install, on a real search: it answers what is written down, and admits what is not."""

import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.agents.base import Brain
from app.agents.offline import OfflineBrain
from app.domain.brain import Line, Proposal, ReplyAction, ReplyRequest
from app.domain.errors import Retryable
from app.domain.ids import AccountId, ConversationId
from app.domain.language import LOCALES, guess
from app.domain.messages import Author, MessageKind
from app.store.database import Database
from app.store.embedded import embedded
from app.store.knowledge import PostgresKnowledge, examples
from app.store.migrations import migrate

NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
BODIES = {(topic.locale, topic.title): topic.body for topic in examples()}


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    cluster = embedded(tmp_path_factory.mktemp("offline"))
    cluster.start()
    try:
        yield cluster.dsn()
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home)


@pytest.fixture(scope="module")
async def database(dsn: str, root: Path) -> AsyncIterator[Database]:
    database = Database(dsn)
    await database.execute((root / "supabase" / "embedded_roles.sql").read_text())
    await migrate(dsn)
    for ref in ("with examples", "empty"):
        await database.execute(
            "insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash) values ($1,$1,$1,$1,$2)",
            *(ref, ref.encode()),
        )
    await PostgresKnowledge(database).add_examples(AccountId(1))
    yield database
    await database.close()


@pytest.fixture
def brain(database: Database) -> Brain:
    return OfflineBrain(PostgresKnowledge(database), "Clínica Exemplo")


def _request(*said: str | MessageKind, locale: str = "pt-BR", account: int = 1, history: tuple[Line, ...] = ()):
    burst = tuple(
        Line(Author.CUSTOMER, "", NOW, one) if isinstance(one, MessageKind) else Line(Author.CUSTOMER, one, NOW)
        for one in said
    )
    return ReplyRequest(
        *(AccountId(account), ConversationId(1), 1, 0, burst, history, locale, "America/Sao_Paulo"),
        *(NOW, NOW + timedelta(seconds=20)),
    )


def _is_handed_over(proposal: Proposal, reason: str) -> bool:
    said = (proposal.action, proposal.reason.partition(":")[0], proposal.balloons)
    return said == (ReplyAction.HANDOFF, reason, ())


async def test_a_question_is_answered_in_the_words_of_the_account(brain: Brain):
    proposal = await brain.reply(_request("Qual o horário de atendimento?"))
    assert proposal.action is ReplyAction.REPLY
    assert proposal.balloons == (BODIES["pt-BR", "Horário de atendimento"],)


@pytest.mark.parametrize(
    ("text", "locale", "title"),
    [
        ("qual o endereço?", "pt-BR", "Endereço"),
        ("¿Dónde están ubicados?", "es", "Dirección"),
        ("Where are you located?", "en", "Address"),
    ],
)
async def test_the_answer_is_in_the_customers_language(brain: Brain, text: str, locale: str, title: str):
    proposal = await brain.reply(_request(text, locale="pt-BR"))
    assert proposal.locale == locale
    assert proposal.balloons == (BODIES[locale, title],)


async def test_a_text_without_a_language_is_answered_in_the_conversations(brain: Brain):
    proposal = await brain.reply(_request("parking?", locale="en"))
    assert proposal.balloons == (BODIES["en", "Parking"],)


async def test_fragments_that_make_sense_only_together_get_one_answer(brain: Brain):
    proposal = await brain.reply(_request("oi", "eu queria saber", "quanto custa", "a limpeza"))
    assert proposal.balloons == ("Olá! " + BODIES["pt-BR", "Preços"],)


async def test_different_questions_get_a_balloon_each(brain: Brain):
    proposal = await brain.reply(_request("qual o horário?", "e o endereço?", "aceitam cartão?"))
    titles = ("Horário de atendimento", "Endereço", "Formas de pagamento")
    assert proposal.balloons == tuple(BODIES["pt-BR", title] for title in titles)


async def test_one_message_may_ask_two_things(brain: Brain):
    proposal = await brain.reply(_request("Qual o horário e o endereço?"))
    assert proposal.balloons == tuple(BODIES["pt-BR", title] for title in ("Horário de atendimento", "Endereço"))


async def test_many_questions_never_make_more_than_three_balloons(brain: Brain):
    asked = ("qual o horário?", "onde fica?", "tem estacionamento?", "aceitam pix?", "atendem crianças?", "e convênio?")
    proposal = await brain.reply(_request(*asked))
    assert len(proposal.balloons) == 3
    assert BODIES["pt-BR", "Convênios e planos"] in proposal.balloons[2]


async def test_what_is_not_known_beside_what_is_known_is_admitted(brain: Brain):
    proposal = await brain.reply(_request("qual o horário?", "vocês vendem tapetes persas?"))
    assert proposal.action is ReplyAction.REPLY
    assert proposal.balloons[0] == BODIES["pt-BR", "Horário de atendimento"]
    assert "não sei" in proposal.balloons[1]
    assert proposal.reason == "partly_known"


async def test_a_name_beside_a_question_is_no_question(brain: Brain):
    proposal = await brain.reply(_request("Meu nome é Bruna Exemplo e quero saber quanto custa a limpeza?"))
    assert proposal.balloons == (BODIES["pt-BR", "Preços"],)


async def test_what_nobody_wrote_down_goes_to_a_person(brain: Brain):
    assert _is_handed_over(await brain.reply(_request("vocês vendem tapetes persas?")), "unknown")
    assert _is_handed_over(await brain.reply(_request("?")), "unknown")


async def test_an_account_that_knows_nothing_says_so(brain: Brain):
    assert _is_handed_over(await brain.reply(_request("qual o horário?", account=2)), "unknown")


@pytest.mark.parametrize(
    "text", ["quero falar com um atendente", "hablar con una persona", "speak to a human", "representative"]
)
async def test_who_asks_for_a_person_gets_one_whatever_else_was_asked(brain: Brain, text: str):
    assert _is_handed_over(await brain.reply(_request("qual o horário?", text)), "asked_for_person")


async def test_a_wish_for_a_person_in_pieces_is_understood(brain: Brain):
    assert _is_handed_over(await brain.reply(_request("quero falar", "com um", "atendente")), "asked_for_person")


@pytest.mark.parametrize("kind", [MessageKind.VOICE, MessageKind.PICTURE, MessageKind.FILE])
async def test_what_it_cannot_open_goes_to_a_person(brain: Brain, kind: MessageKind):
    assert _is_handed_over(await brain.reply(_request(kind)), "media")
    assert _is_handed_over(await brain.reply(_request("oi", kind)), "media")
    assert _is_handed_over(await brain.reply(_request("vocês vendem tapetes?", kind)), "media")


async def test_a_picture_beside_a_question_is_not_passed_over_in_silence(brain: Brain):
    proposal = await brain.reply(_request(MessageKind.PICTURE, "quanto custa a limpeza?"))
    assert proposal.balloons[0] == BODIES["pt-BR", "Preços"]
    assert "não consigo abrir" in proposal.balloons[1]


@pytest.mark.parametrize(("text", "locale"), [("Oi, tudo bem?", "pt-BR"), ("¡Hola!", "es"), ("good morning", "en")])
async def test_a_greeting_is_returned_with_what_it_can_help_with(brain: Brain, text: str, locale: str):
    proposal = await brain.reply(_request(text))
    first = next(topic.title for topic in examples() if topic.locale == locale)
    assert proposal.reason == "greeting"
    assert first.lower() in proposal.balloons[0].lower()
    assert "Clínica Exemplo" in proposal.balloons[0]
    assert guess(proposal.balloons[0]) == locale


async def test_the_account_is_greeted_in_by_its_own_name(brain: Brain):
    asked = replace(_request("oi"), business="Clínica Sorriso")
    assert "Clínica Sorriso" in (await brain.reply(asked)).balloons[0]


async def test_a_greeting_promises_nothing_that_the_account_does_not_know(brain: Brain, database: Database):
    assert "Como posso ajudar?" in (await brain.reply(_request("oi", account=2))).balloons[0]
    nameless = await OfflineBrain(PostgresKnowledge(database)).reply(_request("oi", account=2))
    assert nameless.balloons == ("Olá! Aqui é o assistente virtual. Como posso ajudar?",)


async def test_who_has_been_greeted_is_not_greeted_again(brain: Brain):
    history = (Line(Author.BOT, "Olá!", NOW),)
    proposal = await brain.reply(_request("oi", "qual o horário?", history=history))
    assert proposal.balloons == (BODIES["pt-BR", "Horário de atendimento"],)


@pytest.mark.parametrize("text", ["obrigada!", "gracias", "thanks", "tchau", "ok", "👍", "perfecto"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_courtesy_is_returned_shortly(brain: Brain, text: str, locale: str):
    proposal = await brain.reply(_request(text, locale=locale))
    assert proposal.action is ReplyAction.REPLY
    assert len(proposal.balloons) == 1
    assert len(proposal.balloons[0]) < 80


async def test_asking_twice_gives_the_same_answer(brain: Brain):
    request = _request("qual o horário?", "e o endereço?")
    assert await brain.reply(request) == await brain.reply(request)


async def test_who_asks_whether_it_is_a_bot_is_told_so(brain: Brain):
    proposal = await brain.reply(_request("você é um robô?"))
    assert (len(proposal.balloons), proposal.reason) == (1, "asked_if_bot")
    assert "um programa, não uma pessoa" in proposal.balloons[0]
    both = await brain.reply(_request("Are you a bot?", "Where are you located?", locale="en"))
    assert both.balloons[1:] == (BODIES["en", "Address"],)
    assert "a program, not a person" in both.balloons[0]


async def test_who_complains_is_answered_and_offered_a_person(brain: Brain):
    proposal = await brain.reply(_request("que absurdo, qual o endereço?"))
    assert proposal.balloons[0] == BODIES["pt-BR", "Endereço"]
    assert "atendente" in proposal.balloons[-1]
    assert proposal.reason == "offered:complaint"


class Failing:
    """An embedding model that gives vectors once, and then fails whenever it is asked."""

    model = "failing-1"
    asked = 0

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += 1
        if self.asked > 1:
            raise Retryable("Not now.")
        return [[1.0, 0.1] for _ in texts]


async def test_a_failing_embedding_model_is_asked_once_for_all_the_questions_of_a_turn(database: Database):
    failing = Failing()
    knowledge = PostgresKnowledge(database, failing)
    assert await knowledge.embed(AccountId(1)) > 0
    said = "¿Cuánto cuesta la limpieza dental? ¿Dónde están ustedes ubicados? ¿Aceptan tarjeta? ¿Cuál es el horario?"
    proposal = await OfflineBrain(knowledge, "Clínica Exemplo").reply(_request(said))
    assert (proposal.action, proposal.locale) == (ReplyAction.REPLY, "es")
    assert failing.asked == 2


async def test_of_very_many_questions_the_first_are_answered_and_the_rest_is_admitted(brain: Brain):
    many = " ".join(f"Onde fica o aeroporto número {number}?" for number in range(40))
    proposal = await brain.reply(_request(f"Quanto custa a limpeza? {many}"))
    assert proposal.reason == "partly_known"


async def test_a_voice_that_was_heard_is_answered_as_if_it_had_been_written(brain: Brain):
    words = "qual o endereço?"
    heard = Line(Author.CUSTOMER, words, NOW, MessageKind.VOICE, seconds=4, transcript=words)
    proposal = await brain.reply(replace(_request(words), burst=(heard,)))
    assert proposal.balloons == (BODIES["pt-BR", "Endereço"],)
