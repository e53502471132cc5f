"""Logs and metrics carry ids: no customer text, phone, name or token. What really comes out: `tests/jobs`."""

import ast

import pytest

from tests.architecture.source import modules

LOGGERS = {"log", "logger", "logging", "structlog"}
METERS = {"Counter", "Gauge", "Histogram", "Summary", "Info"}
CALLS = {"debug", "info", "warning", "error", "exception", "critical", "bind"}
PRIVATE = {"text", "texts", "words", "phone", "token", "secret", "password", "name", "body", "message", "email", "note"}


def log_calls(tree: ast.AST) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CALLS
        and LOGGERS & {part.strip("_") for part in ast.unparse(node.func.value).replace("(", ".").split(".")}
    ]


def leaks(tree: ast.AST) -> list[str]:
    """A private keyword, or an event that is composed at run time, in which anything could stand."""
    return [
        ast.unparse(call)
        for call in log_calls(tree)
        if PRIVATE & {keyword.arg for keyword in call.keywords}
        or any(not isinstance(argument, ast.Constant) for argument in call.args)
    ]


def labels(tree: ast.AST) -> set[str]:
    """The names of the labels that metrics are kept by."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in METERS]
    lists = [part for call in calls for part in call.args if isinstance(part, ast.List)]
    return {str(item.value) for one in lists for item in one.elts if isinstance(item, ast.Constant)}


def test_no_metric_is_kept_by_what_a_customer_said_or_is() -> None:
    found = {label for module in modules("app") for label in labels(module.tree)}

    assert found
    assert not found & (PRIVATE | {"contact", "lead", "chat", "conversation", "user"})


def test_no_log_call_names_what_a_customer_said_or_is() -> None:
    found = {module.name: leaks(module.tree) for module in modules("app")}

    assert not {name: calls for name, calls in found.items() if calls}


@pytest.mark.parametrize(
    "line",
    [
        "log.info('turn.sent', text=row.text)",
        "self._log.warning('kommo.refused', token=token)",
        "structlog.get_logger().info(f'from {phone}')",
        "logger.bind(phone=contact.phone)",
    ],
)
def test_the_rule_bites(line: str) -> None:
    assert leaks(ast.parse(line))
