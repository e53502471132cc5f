"""What holds for every test: only loopback sockets, and in CI nothing is skipped."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Fixtures that many rooms share: the database, and a whole installation beside a simulated Kommo.
pytest_plugins = ["tests.database", "tests.house"]

ROOT = Path(__file__).parent.parent
IN_CI = os.environ.get("CI") == "true"
LOOPBACK = ("127.", "::1", "localhost", "::ffff:127.")

# Tests start hundreds of processes of Ponte. Where a shell forbids bytecode each would compile everything anew, half of
# its start: it is kept out of sight instead. Workers of xdist and all processes inherit this.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    os.environ.setdefault("PYTHONPYCACHEPREFIX", str(ROOT / ".pytest_cache" / "bytecode"))

_strangers: list[str] = []


def _watch_sockets(event: str, args: tuple[object, ...]) -> None:
    """An audit hook sees every connection of this process, from C code too; a caught error still fails the test."""
    if event not in {"socket.connect", "socket.sendto"} or not isinstance(args[1], tuple):
        return
    host = str(args[1][0])
    if host and not host.startswith(LOOPBACK):
        _strangers.append(host)
        raise PermissionError(f"a test may only speak to loopback, not to {host}")


sys.addaudithook(_watch_sockets)


@pytest.fixture(autouse=True)
def only_loopback() -> Iterator[None]:
    """Fail the test that spoke, or tried to speak, to another machine."""
    _strangers.clear()
    yield
    assert not _strangers, f"this test tried to reach {_strangers}"


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The vendors' documents and recorded bodies, which a stranger's clone does not have."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the vendors' documents in ../shared are not here")
    return folder


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a skipped test is a failure: what cannot be proved there is proved nowhere."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if IN_CI and reporter is not None and reporter.stats.get("skipped") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if IN_CI and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("CI=true: the skipped tests above count as failures", red=True)
