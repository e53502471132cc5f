"""A transaction is short: nothing inside one waits for the network.

An AST rule. Inside a transaction is the body of an `async with` on a call named `transaction` (or on a context manager
of ours that yields inside one), and the body of every async function that is given a `tx`. There, whatever is awaited

- must be given the transaction, for then it is the database's, and
- must not be reached through a thing that goes over the network.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pytest

from tests.architecture.source import modules

NETWORK = {
    "channel", "channels", "brain", "brains", "agent", "client", "http", "httpx", "governor", "notifier", "model",
    "browser", "n8n", "asyncio", "sleep",
}  # fmt: skip

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Block:
    """Code inside a transaction, and the names under which it holds it."""

    body: list[ast.stmt]
    held: set[str]


def words(node: ast.AST) -> list[str]:
    """`self._channel.send` -> send, channel, self: the outermost first."""
    parts = [
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute | ast.Name)
    ]
    return [part.strip("_") for part in parts]


def names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def opened(node: ast.AsyncWith, openers: set[str]) -> list[set[str]]:
    """For each item that opens a transaction the names it is held by: what stands after `as`, or its connection."""
    items = [i for i in node.items if isinstance(i.context_expr, ast.Call) and words(i.context_expr.func)[0] in openers]
    return [names(item.optional_vars or item.context_expr) for item in items]


def blocks(tree: ast.AST, openers: set[str]) -> Iterator[Block]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncWith):
            yield from (Block(node.body, held) for held in opened(node, openers))
        if isinstance(node, ast.AsyncFunctionDef) and "tx" in {argument.arg for argument in node.args.args}:
            yield Block(node.body, {"tx"})


@cache
def own_openers() -> set[str]:
    """`transaction`, and every context manager of ours that yields inside one."""
    openers = {"transaction"}
    for function in [function for module in modules("app") for function in module.functions()]:
        inside = [node for block in blocks(function, openers) for part in block.body for node in ast.walk(part)]
        if any(isinstance(node, ast.Yield) for node in inside):
            openers.add(function.name)
    return openers


def held_in(block: Block) -> set[str]:
    """With what is made of the transaction without waiting: `driver = Driver(tx)`."""
    held = set(block.held)
    for node in [node for statement in block.body for node in ast.walk(statement)]:
        if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Await) and held & names(node.value):
            held.update(*map(names, node.targets))
    return held


def waits(body: list[ast.stmt]) -> Iterator[ast.expr]:
    for node in [node for statement in body for node in ast.walk(statement)]:
        if isinstance(node, ast.Await):
            yield node.value
        if isinstance(node, ast.AsyncFor):
            yield node.iter
        if isinstance(node, ast.AsyncWith):
            yield from (item.context_expr for item in node.items)


def is_the_databases(wait: ast.expr, held: set[str]) -> bool:
    way = words(wait.func) if isinstance(wait, ast.Call) else words(wait)
    return bool(held & names(wait)) and not NETWORK & set(way)


def network_waits(tree: ast.AST, openers: set[str]) -> list[str]:
    return [
        f"{wait.lineno}: {ast.unparse(wait)}"
        for block in blocks(tree, openers)
        for wait in waits(block.body)
        if not is_the_databases(wait, held_in(block))
    ]


def test_no_transaction_waits_for_the_network() -> None:
    found = {module.name: network_waits(module.tree, own_openers()) for module in modules("app")}

    assert not {name: lines for name, lines in found.items() if lines}


def test_the_rule_looks_at_the_transactions_that_there_are() -> None:
    assert any(list(blocks(module.tree, own_openers())) for module in modules("app/services"))
    assert any(list(blocks(module.tree, own_openers())) for module in modules("app/store"))


@pytest.mark.parametrize(
    "line",
    [
        "await self._channel.send(connection, to, text)",
        "await channel.note(tx, lead)",
        "reply = await self._brain.reply(question)",
        "await asyncio.sleep(1)",
        "await self._http.post(url)",
        "await self._governor.take(tx, lane)",
        "await self.anything_else(lead)",
        "async for page in self._pages(lead): pass",
        "async with open_stream(url) as stream: pass",
    ],
)
@pytest.mark.parametrize(
    "opening",
    ["async def act(self):\n async with self._database.transaction() as tx:\n  ", "async def act(self, tx, row):\n  "],
    ids=["block", "parameter"],
)
def test_the_rule_bites(opening: str, line: str) -> None:
    assert network_waits(ast.parse(opening + line), {"transaction"})


@pytest.mark.parametrize(
    "code",
    [
        "async with database.transaction() as tx:\n  await self._outbox.claim(tx, row)",
        "async with connection.transaction():\n  await connection.execute(statement)",
        "async with database.transaction() as tx:\n  driver = Driver(tx)\n  await enqueue(driver, job)",
        "async with database.transaction() as tx:\n  await tx.fetchrow(statement)\n await channel.send(text)",
    ],
)
def test_the_rule_lets_the_database_be(code: str) -> None:
    assert not network_waits(ast.parse(f"async def act(self):\n {code}"), {"transaction"})
