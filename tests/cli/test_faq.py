"""`ponte faq`: what is known is listed, stood by, and forgotten."""

import pytest

from app.store.accounts import Account
from app.store.database import Database
from app.wiring import House
from tests.builders import a_channel_event
from tests.cli.conftest import Ponte
from tests.house import deliver, work_off


@pytest.fixture
def known(database: Database, secret_key: str) -> dict[str, str]:
    return {"DATABASE_URL": database.dsn, "PONTE_SECRET_KEYS": secret_key, "KOMMO_RATE": "0"}


async def learnt(house: House, account: Account, *gists: str) -> int:
    """Answers that were learned from a conversation; the first one's id."""
    await deliver(house.database, account, a_channel_event("Quanto custa?"))
    await work_off(house, but=("send", "crm"))
    numbers = [
        await house.database.fetchval(
            """insert into faq_answers (account_id, locale, gist, question, balloons, brain, is_known, conversation_id,
            turn, expires_at) select $1, 'pt-BR', $2, $2, '{R$ 200.,Por sessão.}', 'agent', true, id, 1,
            now() + interval '1 day' from conversations returning id""",
            *(account.id, gist),
        )
        for gist in gists
    ]
    return numbers[0]


async def test_answers_are_listed_stood_by_and_forgotten(
    ponte: Ponte, house: House, account: Account, known: dict[str, str]
):
    of = ("--account", str(account.id))
    first = await learnt(house, account, "quanto custa", "onde fica")
    rows = (await ponte("faq", "list", *of, **known)).rows()
    assert [(row[1], row[4]) for row in rows] == [("waiting", "onde fica"), ("waiting", "quanto custa")]
    assert rows[1][5] == "R$ 200. | Por sessão."
    said = await ponte("faq", "approve", str(first), *of, **known)
    assert said.out.strip() == f"Answer {first} is given from now on."
    rows = (await ponte("faq", "list", *of, **known)).rows()
    assert [(row[0], row[1]) for row in rows][1] == (str(first), "approved")
    assert (await ponte("faq", "forget", str(first), *of, **known)).code == 0
    assert [row[4] for row in (await ponte("faq", "list", *of, **known)).rows()] == ["onde fica"]
    assert "forgot 1 answers" in (await ponte("faq", "forget", "--all", *of, **known)).out
    assert "No answer is known yet" in (await ponte("faq", "list", *of, **known)).err


async def test_what_cannot_be_is_said(ponte: Ponte, account: Account, known: dict[str, str]):
    of = ("--account", str(account.id))
    (await ponte("faq", "forget", *of, **known)).told("Which answer?", "--all")
    (await ponte("faq", "forget", "7", "--all", *of, **known)).told("Which answer?")
    (await ponte("faq", "forget", "7", *of, **known)).told("7")
    (await ponte("faq", "approve", "7", *of, **known)).told("7")
    (await ponte("faq", "list", "--account", "999", **known)).told("There is no account 999.")
