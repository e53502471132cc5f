"""People's own knowledge by the command line; the example business is for the simulated account alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from app.domain.account import Capabilities
from app.domain.errors import Rejected
from app.domain.topics import Topic, addresses_of, text_of, topics_of, topics_of_csv
from app.services.accounts.connect import Connected
from app.store.accounts import Account
from app.store.database import Database
from app.store.knowledge import examples
from app.wiring import House
from app.wiring.first_accounts import furnish
from tests.cli.conftest import Ponte
from tests.cli.test_cli import KEY
from tests.sandbox.modelling import running

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


async def test_only_a_simulated_account_goes_by_the_example_name_until_people_give_it_another(
    house: House, account: Account
):
    connected = Connected(account.id, Capabilities(), 0, ())
    preferences, names = house.doors.preferences, list[str | None]()
    for simulated, own in ((False, None), (True, "Padaria"), (True, None)):
        await furnish(house, connected, simulated=simulated)
        names.append((await preferences.show(account.id))["business_name"])
        if own is not None:
            await preferences.change(account.id, {"business_name": own}, who="ana")
    assert names == [None, "Loja Exemplo", "Padaria"]


async def test_own_knowledge_takes_the_place_of_the_example_business(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    await house.knowledge.add_examples(account.id)
    (folder / "own.md").write_text(OWN, encoding="utf-8")
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ["--account", str(account.id)]
    said = await ponte("knowledge", "add", *words, "--file", "own.md", **environment)
    assert (said.code, said.out) == (0, f"Account {account.id} (kommo) learned 2 topics in pt-BR.\n")
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
    (await ponte("knowledge", "add", "--account", "7", "--file", "none", **environment)).told(
        "none: The file cannot be read."
    )
    (await ponte("knowledge", "add", "--account", "7", "--file", "zeros", **environment)).told("zeros: Line 1: A NUL")


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


PAGE = b"""<!doctype html><html><head><title>Our shop</title><style>p {}</style></head><body><nav>Home | Contact</nav>
<h1>Delivery</h1><p>We deliver in the whole city on weekdays.</p><p>Orders before noon arrive the same day.</p>
<h2>Returns &amp; exchanges</h2><ul><li>Within thirty days, with the receipt.</li></ul>
<script>alert(1)</script></html>"""


@asynccontextmanager
async def serving_page(body: bytes = PAGE, *, kind: str = "text/html") -> AsyncIterator[str]:
    """A web server that answers every request with one page."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_a_table_and_a_file_are_imported_and_imported_again(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    (folder / "own.csv").write_text('title;body;locale\nPreços;"Limpeza; 180";pt-BR\nPrices;Cleaning 180;en\n')
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ("knowledge", "import", "--account", str(account.id), "--file")
    assert (await ponte(*words, "own.csv", **environment)).out.startswith(
        f"Account {account.id} (kommo) learned 2 topics"
    )
    (folder / "own.csv").write_text("title,body\nPreços,Limpeza 200\n")
    await ponte(*words, "own.csv", **environment)
    assert [(topic.body, topic.source) for topic in await house.knowledge.all(account.id)] == [
        ("Limpeza 200", "own.csv")
    ]
    (folder / "bad.csv").write_text("title,body\nPreços,Limpeza\nsó um\n")
    (await ponte(*words, "bad.csv", **environment)).told("bad.csv: Line 3: There are 1 cells under 2 columns.")
    (folder / "bad.xlsx").write_bytes(b"PK")
    (await ponte(*words, "bad.xlsx", **environment)).told("bad.xlsx: .xlsx is no kind that can be read.", ".csv")
    (folder / "old.md").write_bytes("# Preços\n\nA avaliação custa 80.\n".encode("latin-1"))
    (await ponte(*words, "old.md", **environment)).told("old.md: Line 1: This is not UTF-8.", "UTF-8")
    assert len(await house.knowledge.all(account.id)) == 1


async def test_pages_are_imported_through_the_guard(ponte: Ponte, house: House, account: Account, folder: Path):
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ("knowledge", "import", "--account", str(account.id), "--locale", "en", "--file", "pages.txt")
    async with serving_page() as address:
        await house.database.execute("update accounts set base_url = $1", address)
        (folder / "pages.txt").write_text(f"# our pages\n\n{address}/help\n")
        assert (
            await ponte(*words, **environment)
        ).out == f"Account {account.id} (kommo) learned 2 topics of 1 sources.\n"
    (delivery, returns) = await house.knowledge.all(account.id)
    assert (delivery.title, delivery.source) == ("Delivery", f"{address}/help")
    assert delivery.body == "We deliver in the whole city on weekdays.\nOrders before noon arrive the same day."
    assert (returns.title, returns.body) == ("Returns & exchanges", "Within thirty days, with the receipt.")
    (folder / "pages.txt").write_text("https://127.0.0.1/inside\n")
    (await ponte(*words, **environment)).told("pages.txt: Line 1: The address is not a public one.")
    for bad in ("http://example.com/plain", "https://[::1", "https://exa mple", "https://169.254.169.254/latest"):
        (folder / "pages.txt").write_text(f"# ours\n{bad}\n")
        (await ponte(*words, **environment)).told("pages.txt: Line 2: ")
    async with serving_page(b"%PDF", kind="application/pdf") as address:
        await house.database.execute("update accounts set base_url = $1", address)
        (folder / "pages.txt").write_text(f"\n{address}/a.pdf\n")
        (await ponte(*words, **environment)).told("Line 2: ")
    assert len(await house.knowledge.all(account.id)) == 2


async def test_a_page_is_read_in_its_own_encoding_or_refused(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ("knowledge", "import", "--account", str(account.id), "--file", "pages.txt")
    body = "<h1>Preços</h1><p>Avaliação: 80.</p>".encode("latin-1")
    for kind, told in (("text/html; charset=ISO-8859-1", "learned 1 topics"), ("text/html", "Line 1: The page cannot")):
        async with serving_page(body, kind=kind) as address:
            await house.database.execute("update accounts set base_url = $1", address)
            (folder / "pages.txt").write_text(f"{address}/precos\n")
            said = await ponte(*words, **environment)
            assert told in said.out + said.err
    assert [(one.title, one.body) for one in await house.knowledge.all(account.id)] == [("Preços", "Avaliação: 80.")]


async def test_what_is_imported_is_embedded_where_a_model_for_it_is_set(
    ponte: Ponte, house: House, account: Account, folder: Path
):
    (folder / "own.md").write_text(OWN, encoding="utf-8")
    environment = {"DATABASE_URL": house.database.dsn, "PONTE_SECRET_KEYS": KEY}
    words = ("--account", str(account.id))
    (await ponte("knowledge", "embed", *words, **environment)).told("PONTE_EMBEDDING_MODEL is not set.")
    async with running() as model:
        environment |= {"OPENAI_BASE_URL": model.url, "PONTE_EMBEDDING_MODEL": "embed-1"}
        said = await ponte("knowledge", "import", *words, "--file", "own.md", **environment)
        assert "2 topics are searched by their meaning too." in said.out
        assert (await ponte("knowledge", "embed", *words, **environment)).out == "0 topics were embedded.\n"
        await model.tell({"when": "embeddings", "fault": "401"})
        (folder / "own.md").write_text(OWN + "\n# Mais\nOutra coisa.", encoding="utf-8")
        said = await ponte("knowledge", "import", *words, "--file", "own.md", **environment)
    assert (said.code, "learned 3 topics" in said.out, "Not embedded" in said.err) == (0, True, True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("above\n# A\nb", 1),
        ("# A\nb\n# C\n", 3),
        ("# A\nb\n\n# A\nc", 4),
        ("# A\nb\n#  \nc", 3),
        ("# " + "x" * 201 + "\nb", 1),
    ],
)
def test_a_fault_in_topics_is_told_with_its_line(text: str, line: int):
    with pytest.raises(Rejected) as caught:
        topics_of(text, "en")
    assert caught.value.message.startswith(f"Line {line}: ")


@pytest.mark.parametrize(
    ("raw", "line", "why"),
    [
        (b"", 1, "empty"),
        (b"\xef\xbb\xbf \n\n", 1, "empty"),
        (b"# A\nb\n# C\nd\0", 4, "NUL"),
        ("# A\nb\n# Preço\nd".encode("latin-1"), 3, "UTF-8"),
        ("# A".encode("utf-16"), 1, "UTF-8"),
    ],
)
def test_bytes_that_are_no_text_are_told_with_their_line(raw: bytes, line: int, why: str):
    with pytest.raises(Rejected, match=f"Line {line}: .*{why}"):
        text_of(raw)


def test_a_file_of_any_system_is_read():
    assert topics_of(text_of(b"\xef\xbb\xbf# A\r\nb\r# C\rd"), "en") == [Topic("en", "A", "b"), Topic("en", "C", "d")]


@pytest.mark.parametrize(
    ("head", "why"),
    [
        ("title,answer", "There is no column “answer”."),
        ("title,keywords", "The column body is missing."),
        ("body", "The column title is missing."),
        ("title,body,title", "The column title comes twice."),
    ],
)
def test_a_tables_columns_are_named_where_they_are_wrong(head: str, why: str):
    with pytest.raises(Rejected) as caught:
        topics_of_csv(f"{head}\na,b\n", "en")
    assert caught.value.message == f"Line 1: {why}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("name,body\na,b", 1),
        ("title,body\n", 1),
        ("title,body\na,b\nc,", 3),
        ("title,body\na,b\n,c", 3),
        ("title,body,locale\na,b,fr", 2),
        ("title,body\na,b\na,c", 3),
        ('title,body\na,"b', 2),
        ('title,body\na,"two\nlines"\nc,d,e', 4),
        ('title,body\na,"two\nlines"\n,"empty\ntitle"', 4),
    ],
)
def test_a_fault_in_a_table_is_told_with_its_line(text: str, line: int):
    with pytest.raises(Rejected) as caught:
        topics_of_csv(text, "en")
    assert caught.value.message.startswith(f"Line {line}: ")


def test_a_list_of_pages_names_its_lines_and_refuses_what_is_none():
    assert addresses_of("# ours\n\nhttps://a.example/x \nhttps://b.example") == [
        (3, "https://a.example/x"),
        (4, "https://b.example"),
    ]
    for text, line in (
        ("https://a.example\nfile:///etc", 2),
        ("# nothing", 1),
        ("https://a.example\n\nhttps://a.example", 3),
    ):
        with pytest.raises(Rejected, match=f"Line {line}: "):
            addresses_of(text)
