"""People's own knowledge by the command line; the example business is for the simulated account alone."""

from pathlib import Path

import pytest

from app.domain.account import Capabilities
from app.domain.errors import Rejected
from app.domain.topics import Topic, topics_of
from app.everything import furnish
from app.services.accounts.connect import Connected
from app.store.accounts import Account
from app.store.database import Database
from app.store.knowledge import examples
from app.wiring import House
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY

OWN = """\ufeff# Horário de atendimento
Keywords: abre fecha horas

Atendemos das 9h às 18h.

Aos domingos não abrimos.

## Endereço
Rua Exemplo, 1.
"""


@pytest.mark.parametrize("simulated", [True, False])
async def test_only_a_simulated_account_knows_the_example_business(house: House, account: Account, *, simulated: bool):
    await furnish(house, Connected(account.id, Capabilities(), 0, ()), simulated=simulated)
    assert await house.knowledge.all(account.id) == (list(examples()) if simulated else [])


async def test_own_knowledge_takes_the_place_of_the_example_business(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    await house.knowledge.add_examples(account.id)
    (folder / "own.md").write_text(OWN, encoding="utf-8")
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id)]
    said = await ponte("knowledge", "add", *words, "--file", "own.md", **environment)
    assert (said.code, said.out) == (0, f"Account {account.id} learned 2 topics in pt-BR.\n")
    found = await house.knowledge.search(account.id, "que horas abre?", locale="pt-BR")
    assert [passage.text for passage in found] == ["Atendemos das 9h às 18h.\n\nAos domingos não abrimos."]
    listed = (await ponte("knowledge", "list", *words, **environment)).rows()
    assert listed == [["pt-BR", "Horário de atendimento"], ["pt-BR", "Endereço"]]
    cleared = await ponte("knowledge", "clear", *words, **environment)
    assert cleared.out == f"Account {account.id} forgot 2 topics.\n"
    assert await house.knowledge.all(account.id) == []
    audit = await house.database.fetch("select who, what, details ->> 'topics' from event_log order by id")
    assert [tuple(row) for row in audit] == [
        ("operator", "knowledge_added", "2"),
        ("operator", "knowledge_cleared", "2"),
    ]


async def test_knowledge_for_nobody_and_of_no_file_is_told(ponte: Ponte, database: Database, folder: Path):
    environment = {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": KEY}
    (folder / "own.md").write_text(OWN, encoding="utf-8")
    (folder / "zeros").write_bytes(b"# A\0")
    nobody = await ponte("knowledge", "add", "--account", "7", "--file", "own.md", **environment)
    nobody.told("There is no account 7.", "ponte accounts list")
    (await ponte("knowledge", "add", "--account", "7", "--file", "none", **environment)).told("none cannot be read")
    (await ponte("knowledge", "add", "--account", "7", "--file", "zeros", **environment)).told("zeros is no text")


def test_a_topic_has_a_title_keywords_if_any_and_an_answer_of_many_lines():
    assert topics_of("# A\r\nkeywords: b c\r\none\r\n\r\ntwo\r\n# D\nthree #4", "en") == [
        Topic("en", "A", "one\n\ntwo", "b c"),
        Topic("en", "D", "three #4"),
    ]


@pytest.mark.parametrize("text", ["", "no title", "above\n# A\nb", "# A", "# A\nkeywords: b\n# C\nd"])
def test_a_text_that_is_no_list_of_topics_is_refused_with_what_one_looks_like(text: str):
    with pytest.raises(Rejected) as caught:
        topics_of(text, "en")
    assert "# Title" in caught.value.hint
