"""The knowledge table answers what the example business knows, in three languages, and nothing else."""

import asyncio
import re
import shutil
import unicodedata
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from app.domain.brain import Passage
from app.domain.errors import Retryable
from app.domain.ids import AccountId
from app.domain.language import LOCALES
from app.domain.topics import Topic
from app.store.database import Database
from app.store.embedded import embedded
from app.store.knowledge import PostgresKnowledge, examples, fused
from app.store.migrations import migrate
from app.store.queries import statements


@pytest.fixture(scope="module")
def dsn(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Iterator[str]:
    cluster = embedded(tmp_path_factory.mktemp("knowledge"))
    cluster.start()
    try:
        yield cluster.dsn()
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home)


@pytest.fixture(scope="module")
async def database(dsn: str, root: Path) -> AsyncIterator[Database]:
    roles = (root / "supabase" / "embedded_roles.sql").read_text()
    database = Database(dsn)
    await database.execute(roles)
    await migrate(dsn)
    yield database
    await database.close()


async def _account(database: Database, ref: str) -> AccountId:
    sql = "insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash) values ($1,$1,$1,$1,$2)"
    return AccountId(await database.fetchval(sql + " returning id", ref, ref.encode()))


@pytest.fixture(scope="module")
async def account(database: Database) -> AccountId:
    account = await _account(database, "examples")
    assert await PostgresKnowledge(database).add_examples(account)
    return account


@pytest.fixture
def knowledge(database: Database) -> PostgresKnowledge:
    return PostgresKnowledge(database)


KNOWN = [
    ("pt-BR", "qual o horário de atendimento?", "Horário de atendimento"),
    ("pt-BR", "que horas vocês abrem?", "Horário de atendimento"),
    ("pt-BR", "Boa tarde, gostaria de saber se vocês abrem aos sábados, por favor", "Horário de atendimento"),
    ("pt-BR", "ABREM DOMINGO?", "Horário de atendimento"),
    ("pt-BR", "qual o horario", "Horário de atendimento"),
    ("pt-BR", "qual o horaro de atendimento", "Horário de atendimento"),
    ("pt-BR", "onde fica a clínica?", "Endereço"),
    ("pt-BR", "qual o endereco de vcs", "Endereço"),
    ("pt-BR", "me passa o endreço", "Endereço"),
    ("pt-BR", "como faço pra chegar aí", "Endereço"),
    ("pt-BR", "Quanto custa a limpeza?", "Preços"),
    ("pt-BR", "qto custa uma limpesa", "Preços"),
    ("pt-BR", "qual o valor do clareamento", "Preços"),
    ("pt-BR", "queria um orçamento", "Preços"),
    ("pt-BR", "quero marcar uma consulta", "Como agendar"),
    ("pt-BR", "como faço para agendar?", "Como agendar"),
    ("pt-BR", "preciso remarcar minha consulta", "Remarcar ou cancelar consulta"),
    ("pt-BR", "posso cancelar minha consulta?", "Remarcar ou cancelar consulta"),
    ("pt-BR", "vocês aceitam cartão?", "Formas de pagamento"),
    ("pt-BR", "parcela em quantas vezes?", "Formas de pagamento"),
    ("pt-BR", "aceita pix", "Formas de pagamento"),
    ("pt-BR", "atende convênio?", "Convênios e planos"),
    ("pt-BR", "vocês aceitam plano odontológico", "Convênios e planos"),
    ("pt-BR", "tem estacionamento?", "Estacionamento"),
    ("pt-BR", "onde posso parar o carro", "Estacionamento"),
    ("pt-BR", "estou com muita dor de dente", "Urgência"),
    ("pt-BR", "meu dente quebrou", "Urgência"),
    ("pt-BR", "vocês fazem implante?", "Tratamentos"),
    ("pt-BR", "colocam aparelho transparente?", "Tratamentos"),
    ("pt-BR", "atendem crianças?", "Crianças"),
    ("pt-BR", "o que preciso levar na primeira consulta?", "Primeira consulta"),
    ("es", "¿Cuál es el horario?", "Horario de atención"),
    ("es", "abren los sabados?", "Horario de atención"),
    ("es", "¿dónde están ubicados?", "Dirección"),
    ("es", "cual es la direccion", "Dirección"),
    ("es", "cuanto cuesta la limpieza", "Precios"),
    ("es", "¿Cuánto sale un blanqueamiento?", "Precios"),
    ("es", "quiero reservar una cita", "Cómo reservar"),
    ("es", "necesito cancelar mi cita", "Cambiar o cancelar la cita"),
    ("es", "¿aceptan tarjeta?", "Formas de pago"),
    ("es", "¿trabajan con seguros?", "Seguros y planes"),
    ("es", "hay estacionamiento?", "Estacionamiento"),
    ("es", "me duele mucho una muela", "Urgencias"),
    ("es", "atienden niños?", "Niños"),
    ("en", "What are your opening hours?", "Opening hours"),
    ("en", "are you open on saturday", "Opening hours"),
    ("en", "where are you located?", "Address"),
    ("en", "whats the adress", "Address"),
    ("en", "How much is a cleaning?", "Prices"),
    ("en", "I'd like to book an appointment", "How to book"),
    ("en", "I need to reschedule my appointment", "Reschedule or cancel"),
    ("en", "do you take credit cards?", "Payment"),
    ("en", "do you accept insurance?", "Insurance"),
    ("en", "is there parking", "Parking"),
    ("en", "my tooth hurts a lot", "Emergencies"),
    ("en", "do you see children?", "Children"),
]
STRANGE = [
    ("pt-BR", "vocês vendem tapetes persas?"),
    ("pt-BR", "qual a capital da França?"),
    ("pt-BR", "me conta uma piada"),
    ("pt-BR", "o pedido 4471 já saiu para entrega?"),
    ("pt-BR", "quem ganhou o jogo ontem?"),
    ("pt-BR", "tem vaga de emprego para motorista de caminhão?"),
    ("pt-BR", "asdfgh qwerty"),
    ("pt-BR", "oi, tudo bem?"),
    ("pt-BR", "😊"),
    ("es", "¿venden alfombras?"),
    ("es", "¿quién ganó el partido?"),
    ("es", "cuéntame un chiste"),
    ("en", "do you sell carpets?"),
    ("en", "who won the game last night?"),
    ("en", "tell me a joke"),
    ("en", "what is the capital of France"),
]


@pytest.mark.parametrize(("locale", "question", "title"), KNOWN)
async def test_a_question_finds_its_topic_first(
    knowledge: PostgresKnowledge, account: AccountId, locale: str, question: str, title: str
):
    for form in ("NFC", "NFD"):
        found = await knowledge.search(account, unicodedata.normalize(form, question), locale=locale)
        assert [passage.title for passage in found][:1] == [title], found
        assert found[0].locale == locale


@pytest.mark.parametrize(("locale", "question"), STRANGE)
async def test_a_strangers_question_finds_nothing(
    knowledge: PostgresKnowledge, account: AccountId, locale: str, question: str
):
    assert await knowledge.search(account, question, locale=locale) == []


async def test_the_best_comes_first_and_never_more_than_asked_for(knowledge: PostgresKnowledge, account: AccountId):
    found = await knowledge.search(account, "consulta", locale="pt-BR", limit=3)
    assert len(found) == 3
    assert [passage.score for passage in found] == sorted((passage.score for passage in found), reverse=True)
    assert len(await knowledge.search(account, "consulta", locale="pt-BR", limit=1)) == 1


async def test_one_accounts_knowledge_is_not_anothers(database: Database, knowledge: PostgresKnowledge):
    other = await _account(database, "other")
    assert await knowledge.search(other, "qual o horário de atendimento?", locale="pt-BR") == []
    assert await knowledge.topics(other, locale="pt-BR") == []


async def test_a_language_is_searched_by_itself(knowledge: PostgresKnowledge, account: AccountId):
    assert await knowledge.search(account, "how much is a cleaning?", locale="pt-BR") == []


async def test_what_the_account_adds_is_found_and_replaces_the_same_title(
    database: Database, knowledge: PostgresKnowledge
):
    own = await _account(database, "own")
    await knowledge.add(own, Topic("pt-BR", "Entrega", "Entregamos em 3 dias.", "frete envio"))
    await knowledge.add(own, Topic("pt-BR", "Entrega", "Entregamos em 2 dias.", "frete envio"))
    assert [p.text for p in await knowledge.search(own, "como é o frete?", locale="pt-BR")] == ["Entregamos em 2 dias."]


async def test_examples_are_for_an_account_that_knows_nothing(database: Database, knowledge: PostgresKnowledge):
    fresh = await _account(database, "fresh")
    assert await knowledge.add_examples(fresh)
    assert not await knowledge.add_examples(fresh)
    await knowledge.add(fresh, Topic("pt-BR", "Endereço", "Rua Nova, 1."))
    await knowledge.clear_examples(fresh)
    assert await knowledge.topics(fresh, locale="pt-BR") == ["Endereço"]


async def test_two_processes_may_bring_the_examples_at_once(database: Database, knowledge: PostgresKnowledge):
    twice = await _account(database, "twice")
    await asyncio.gather(*(knowledge.add_examples(twice) for _ in range(4)))
    assert len(await knowledge.topics(twice, locale="en", limit=100)) == len(examples()) // 3


def test_the_example_business_says_the_same_in_every_language():
    by_locale = {locale: [topic for topic in examples() if topic.locale == locale] for locale in LOCALES}
    assert len({len(topics) for topics in by_locale.values()}) == 1
    assert all(topic.body and topic.keywords for topic in examples())
    assert all(len({topic.title for topic in topics}) == len(topics) for topics in by_locale.values())


async def test_a_long_story_and_odd_signs_are_searched_safely(knowledge: PostgresKnowledge, account: AccountId):
    for question in ("dente " * 20_000, "'; drop table knowledge; -- :* & | !", "\x00\ud800" * 40, "%_\\"):
        await knowledge.search(account, question, locale="pt-BR")
    assert await knowledge.topics(account, locale="pt-BR")


async def test_the_search_reads_only_the_accounts_own_rows(database: Database, account: AccountId):
    await database.execute(
        """insert into accounts (name, channel, external_ref, base_url, webhook_secret_hash)
        select 'x', 'crowd', n::text, 'x', sha256(('crowd' || n)::bytea) from generate_series(1, 2000) n"""
    )
    await database.execute(
        """insert into knowledge (account_id, locale, title, body)
        select a.id, 'pt-BR', 'Assunto ' || n, 'texto' from accounts a, generate_series(1, 20) n
        where a.channel = 'crowd'"""
    )
    await database.execute("analyze knowledge")
    plan = await database.fetch(
        "explain " + statements("knowledge")["search"], account, "pt-BR", ["horario"], 3, 0.4, 0.4
    )
    assert "Seq Scan on knowledge" not in "\n".join(row[0] for row in plan)


async def test_anonymous_readers_see_no_knowledge(dsn: str, database: Database, account: AccountId):
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("grant select on knowledge to anon; set role anon")
        assert await connection.fetchval("select count(*) from knowledge") == 0
    finally:
        await connection.close()


async def test_extensions_that_were_there_before_are_used_where_they_are(dsn: str, database: Database, root: Path):
    await database.execute("create database elsewhere")
    connection = await asyncpg.connect(dsn, database="elsewhere")
    try:
        await connection.execute(
            "create extension unaccent; create schema tools; create extension pg_trgm schema tools"
        )
        await connection.execute("create table accounts (id bigint primary key)")
        folder = root / "supabase" / "migrations"
        await connection.execute((folder / "20261121000300_create_knowledge.sql").read_text())
        assert await connection.fetchval("select knowledge_plain('AÇÃO')") == "acao"
        assert await connection.fetchval("select knowledge_likeness('limpeza', 'limpesa')") > 0.4
    finally:
        await connection.close()


MEANINGS = ("preço|grana|custa", "rua|onde", "x")
PRICES, ADDRESS = Topic("pt-BR", "Preços", "A limpeza: 180."), Topic("pt-BR", "Endereço", "Rua Nova, 1.")


class Meaning:
    """An embedding model that knows three meanings; with `broken` it gives no vectors, with `hanging` no word."""

    model = "meaning-1"
    broken = False
    hanging = False
    asked = 0

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += 1
        if self.hanging:
            await asyncio.Event().wait()
        if self.broken:
            raise Retryable("Not now.")
        return [
            [
                float(bool(re.search(words, text, re.IGNORECASE))) + 0.01
                for words in ("preço|grana|custa", "rua|onde", "x")
            ]
            for text in texts
        ]


async def _taught(database: Database, ref: str, meaning: Meaning) -> tuple[PostgresKnowledge, AccountId]:
    own = await _account(database, ref)
    knowledge = PostgresKnowledge(database, meaning)
    await knowledge.learn(
        own, [Topic("pt-BR", "Preços", "A limpeza: 180."), Topic("pt-BR", "Endereço", "Rua Nova, 1.")]
    )
    return knowledge, own


async def test_with_an_embedding_model_meaning_finds_what_words_do_not(database: Database):
    knowledge, own = await _taught(database, "meaning", Meaning())
    assert await knowledge.search(own, "quanta grana preciso levar", locale="pt-BR") == []
    assert await knowledge.embed(own) == 2
    found = await knowledge.search(own, "quanta grana preciso levar", locale="pt-BR")
    assert [passage.title for passage in found] == ["Preços"]
    assert await knowledge.search(own, "quanta grana preciso levar", locale="en") == []


async def test_only_what_has_changed_is_embedded_again(database: Database):
    knowledge, own = await _taught(database, "again", Meaning())
    assert [await knowledge.embed(own), await knowledge.embed(own)] == [2, 0]
    await knowledge.add(own, Topic("pt-BR", "Preços", "A limpeza: 200."))
    assert await knowledge.embed(own) == 1
    assert await knowledge.clear(own) == 2
    assert await database.fetchval("select count(*) from knowledge_vectors where account_id = $1", own) == 0


async def test_a_model_that_fails_leaves_the_search_by_words(database: Database):
    meaning = Meaning()
    knowledge, own = await _taught(database, "broken", meaning)
    await knowledge.embed(own)
    meaning.broken = True
    assert [p.title for p in await knowledge.search(own, "qual o endereço?", locale="pt-BR")] == ["Endereço"]


async def test_a_model_that_hangs_is_waited_for_once_and_left_alone_for_a_while(database: Database):
    meaning = Meaning()
    knowledge, own = await _taught(database, "hanging", meaning)
    await knowledge.embed(own)
    meaning.hanging = True
    asked = ["qual o endereço?", "e a limpeza?", "quanta grana?"]
    address, prices, nothing = await knowledge.look_up(own, asked, locales=("pt-BR", "es"))
    assert ([one.title for one in address], [one.title for one in prices], nothing) == (["Endereço"], ["Preços"], [])
    assert [one.title for one in await knowledge.search(own, "qual o endereço?", locale="pt-BR")] == ["Endereço"]
    assert meaning.asked == 2


async def test_after_its_rest_a_model_that_failed_is_asked_again(database: Database):
    meaning = Meaning()
    _, own = await _taught(database, "rested", meaning)
    knowledge = PostgresKnowledge(database, meaning, rest=timedelta(0))
    await knowledge.embed(own)
    meaning.broken = True
    assert await knowledge.search(own, "quanta grana?", locale="pt-BR") == []
    meaning.broken = False
    assert [one.title for one in await knowledge.search(own, "quanta grana?", locale="pt-BR")] == ["Preços"]


async def test_the_questions_of_a_turn_get_their_vectors_in_one_call(database: Database):
    meaning = Meaning()
    knowledge, own = await _taught(database, "at-once", meaning)
    await knowledge.embed(own)
    found = await knowledge.look_up(own, ["quanta grana?", "em que rua?", "é"], locales=("en", "pt-BR"))
    assert [[one.title for one in each] for each in found] == [["Preços"], ["Endereço"], []]
    assert meaning.asked == 2


async def test_an_account_without_vectors_costs_no_call(database: Database):
    meaning = Meaning()
    knowledge, own = await _taught(database, "dry", meaning)
    await knowledge.search(own, "qual o endereço?", locale="pt-BR")
    assert meaning.asked == 0


async def test_what_stands_in_both_lists_comes_first():
    one, two, three = (Passage(title, "", "en", 1.0) for title in "abc")
    assert fused([one, two], [three, two]) == [two, one, three]
    assert fused([], [one]) == [one]


async def test_without_pgvector_the_migration_passes_and_words_are_searched(database: Database, dsn: str, root: Path):
    await database.execute("create database plain template template0")
    connection = await asyncpg.connect(dsn, database="plain")
    try:
        text = (root / "supabase" / "migrations" / "20261121001710_create_knowledge_vectors.sql").read_text()
        await connection.execute("create function guard_tables() returns void language sql as ''")
        await connection.execute(text.replace("'vector'", "'no_such_extension'"))
        assert await connection.fetchval("select to_regclass('knowledge_vectors')") is None
        assert await connection.fetchval("select prepare_knowledge_vectors()") is False
    finally:
        await connection.close()


async def test_the_table_of_vectors_is_guarded_like_every_other(database: Database):
    row = await database.fetchrow(
        """select c.relrowsecurity, (select count(*) from pg_policy where polrelid = c.oid) as policies
        from pg_class c where c.relname = 'knowledge_vectors'"""
    )
    assert row is not None
    assert row["relrowsecurity"]
    assert row["policies"] == await database.fetchval(
        "select count(*) from pg_policy where polrelid = 'knowledge'::regclass"
    )


async def test_what_was_learned_of_a_source_is_replaced_as_a_whole(database: Database, knowledge: PostgresKnowledge):
    own = await _account(database, "sources")
    page = "https://example.com/a"
    old = [Topic("en", title, "text of it", source=page) for title in ("Old", "Both")]
    await knowledge.learn(own, [*old, Topic("en", "Mine", "by hand")], replacing=[page])
    await knowledge.learn(own, [Topic("en", "Both", "new text", source=page)], replacing=[page])
    assert [(topic.title, topic.source) for topic in await knowledge.all(own)] == [("Mine", ""), ("Both", page)]
