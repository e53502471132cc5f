"""A transaction is short: nothing inside one waits for the network.

An AST rule. A block is an `async with` on a call named `transaction`, or on one of our own context managers that
yields inside such a block. In it no await may touch a thing that goes over the network, and no sleep.
"""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.architecture.source import APP, modules

NETWORK_OBJECTS = {
    "channel", "channels", "brain", "brains", "agent", "client", "http", "httpx", "governor", "notifier", "model",
    "browser", "n8n", "kommo", "webhook",
}  # fmt: skip
NETWORK_CALLS = {"sleep", "read_back", "send_message", "urlopen", "to_thread", "wait_for", "gather"}
PROTOCOLS = (APP / "channels" / "base.py", APP / "agents" / "base.py", APP / "domain" / "brain.py")


@cache
def protocol_calls() -> set[str]:
    """What the protocols of the outside worlds promise is what goes outside."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PROTOCOLS if path.exists()]
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)}


def names(node: ast.AST) -> list[str]:
    """`self._channel.send` -> self, channel, send."""
    found = [
        n.attr if isinstance(n, ast.Attribute) else n.id
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute | ast.Name)
    ]
    return [name.strip("_") for name in found]


def opens_transaction(node: ast.AST, openers: set[str]) -> bool:
    calls = [item.context_expr for item in node.items] if isinstance(node, ast.AsyncWith) else []
    return any(isinstance(call, ast.Call) and names(call.func)[0] in openers for call in calls)


def blocks(tree: ast.AST, openers: set[str]) -> Iterator[ast.AsyncWith]:
    yield from (n for n in ast.walk(tree) if isinstance(n, ast.AsyncWith) and opens_transaction(n, openers))


@cache
def own_openers() -> set[str]:
    """`transaction`, and every context manager of ours that yields inside one."""
    openers = {"transaction"}
    functions = [function for module in modules("app") for function in module.functions()]
    for function in functions:
        inside = [node for block in blocks(function, openers) for node in ast.walk(block)]
        if any(isinstance(node, ast.Yield) for node in inside):
            openers.add(function.name)
    return openers


def network_waits(tree: ast.AST, openers: set[str], outside: set[str]) -> list[str]:
    found: list[str] = []
    for block in blocks(tree, openers):
        for statement in block.body:
            for node in ast.walk(statement):
                call = node.value if isinstance(node, ast.Await) else None
                if isinstance(call, ast.Call) and goes_outside(call, outside):
                    found.append(f"{call.lineno}: {ast.unparse(call)}")
    return found


def goes_outside(call: ast.Call, outside: set[str]) -> bool:
    """By the names on the way to the call. A statement sent with the transaction itself is the database's."""
    method, *way = names(call.func)
    if method in NETWORK_CALLS or NETWORK_OBJECTS & set(way):
        return True
    given = {name for argument in call.args for name in names(argument)}
    return method in outside and not {"tx", "connection"} & (given | set(way))


def test_no_transaction_waits_for_the_network() -> None:
    openers, outside = own_openers(), protocol_calls()
    found = {module.name: network_waits(module.tree, openers, outside) for module in modules("app")}

    assert not {name: waits for name, waits in found.items() if waits}


@pytest.mark.parametrize(
    "line",
    [
        "await self._channel.send(connection, to, text)",
        "await channel.note(tx, lead)",
        "reply = await self._brain.reply(question)",
        "await asyncio.sleep(1)",
        "await self._http.post(url)",
        "await governor.take(lane)",
        "for row in rows:\n            await row.sender.read_back(since)",
    ],
)
def test_the_rule_bites(line: str) -> None:
    code = f"async def act(self):\n    async with self._database.transaction() as tx:\n        {line}\n"

    assert network_waits(ast.parse(code), {"transaction"}, protocol_calls())


def test_the_rule_lets_the_database_be() -> None:
    code = "async def act():\n    async with database.transaction() as tx:\n        await outbox.claim(tx, row)\n"

    assert not network_waits(ast.parse(code), {"transaction"}, protocol_calls())


def test_the_rule_sees_the_transaction_of_the_store() -> None:
    assert any(list(blocks(module.tree, own_openers())) for module in modules("app"))
