"""The files of deploy/, each read by the program it is for; and nginx really run before a small API."""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from configparser import RawConfigParser
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from app.cli import command as command_of
from app.settings import Settings
from tests.architecture.deployment import DEPLOY, HOST, UNITS, nginx_folder, program, ran, unit_path, units

EVERY_FILE = sorted(path for path in DEPLOY.rglob("*") if path.is_file())


def unit(name: str) -> RawConfigParser:
    parser = RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]  # systemd's keys have capitals
    parser.read(DEPLOY / "systemd" / f"{name}.service", encoding="utf-8")
    return parser


def seconds(name: str, key: str) -> float:
    return float(unit(name)["Service"][key])


def test_nginx_takes_its_sample(tmp_path: Path) -> None:
    said = ran([program("nginx"), "-t", "-p", str(tmp_path), "-c", str(nginx_folder(tmp_path))])

    assert said.returncode == 0, said.stdout
    assert "[warn]" not in said.stdout


def test_nginx_would_not_take_a_wrong_one(tmp_path: Path) -> None:
    main = nginx_folder(tmp_path)
    sample = tmp_path / "ponte.conf"
    sample.write_text(sample.read_text().replace("proxy_buffering off", "proxy_bufering off"))

    assert ran([program("nginx"), "-t", "-p", str(tmp_path), "-c", str(main)]).returncode != 0


def test_caddy_takes_its_sample_and_would_put_it_just_so(tmp_path: Path) -> None:
    sample = str(DEPLOY / "caddy" / "Caddyfile")
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    said = ran([program("caddy"), "validate", "--adapter", "caddyfile", "--config", sample], **home)

    assert said.returncode == 0, said.stdout
    assert "Valid configuration" in said.stdout
    assert '"level":"warn"' not in said.stdout
    assert ran([program("caddy"), "fmt", sample], **home).stdout == Path(sample).read_text(encoding="utf-8")


def test_systemd_takes_the_units_without_a_word(tmp_path: Path) -> None:
    files = [str(path) for path in units(tmp_path)]
    said = ran([program("systemd-analyze"), "verify", "--man=no", *files], SYSTEMD_UNIT_PATH=unit_path(tmp_path))

    assert (said.returncode, said.stdout) == (0, "")


def test_systemd_would_not_take_a_wrong_one(tmp_path: Path) -> None:
    wrong = units(tmp_path)[0]
    wrong.write_text(wrong.read_text().replace("ProtectSystem=strict", "ProtectSistem=strict"))
    said = ran([program("systemd-analyze"), "verify", "--man=no", str(wrong)], SYSTEMD_UNIT_PATH=unit_path(tmp_path))

    assert "ProtectSistem" in said.stdout


@pytest.mark.parametrize(("name", "most"), [("ponte-api", 20), ("ponte-worker", 20), ("ponte-browser", 30)])
def test_a_unit_is_hardened(tmp_path: Path, name: str, most: int) -> None:
    """systemd's own measure, in tenths: 0 is closed, 100 open."""
    units(tmp_path)
    command = [program("systemd-analyze"), "security", "--offline=true", f"--threshold={most}", "--no-pager"]
    said = ran([*command, str(tmp_path / f"{name}.service")], SYSTEMD_UNIT_PATH=unit_path(tmp_path))

    assert said.returncode == 0, said.stdout


def test_each_unit_comes_after_the_network_the_database_and_the_units_before_it() -> None:
    for index, name in enumerate(UNITS):
        after = unit(name)["Unit"]["After"].split()
        assert after == ["network-online.target", "postgresql.service", *(f"{one}.service" for one in UNITS[:index])]
        assert unit(name)["Unit"]["Wants"] == "network-online.target"


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_waits_longer_than_its_process_drains(name: str) -> None:
    drain = Settings.model_fields["drain_seconds"].default

    assert seconds(name, "TimeoutStopSec") >= drain + 5
    assert unit(name)["Service"]["KillMode"] == "mixed"
    assert unit(name)["Service"]["Restart"] == "always"


@pytest.mark.parametrize("name", UNITS)
def test_what_a_unit_starts_is_a_command_with_these_options(name: str) -> None:
    service = unit(name)["Service"]
    started = [service[key] for key in ("ExecStart", "ExecStartPre") if key in service]
    for program_and_words in started:
        _, command, *words = program_and_words.split()
        known = {option for parameter in command_of(command).params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_logrotate_takes_its_sample(tmp_path: Path) -> None:
    sample = (DEPLOY / "logrotate" / "ponte").read_text(encoding="utf-8")
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in UNITS:
        assert unit(name)["Service"]["StandardOutput"] == f"append:/var/log/ponte/{name}.log"
        (logs / f"{name}.log").write_text("{}\n")
    mine = tmp_path / "ponte"
    # The user `ponte` is an installation's; the rest stays as it is.
    mine.write_text(sample.replace("/var/log/ponte", str(logs)).replace("    su ponte ponte\n", ""))
    mine.chmod(0o644)
    said = ran([program("logrotate"), "--debug", "--state", str(tmp_path / "state"), str(mine)])

    assert said.returncode == 0, said.stdout
    assert "error:" not in said.stdout
    assert all(f"considering log {logs}/{name}.log" in said.stdout for name in UNITS)


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: path.name)
def test_a_sample_names_no_real_host_and_no_other_home(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    hosts = set(re.findall(r"\b[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|br|ar)\b", text))

    assert hosts <= {HOST}
    assert not re.search(r"/(home|root|work|tmp)/", text)


def test_every_file_is_in_the_readme() -> None:
    words = (DEPLOY / "README.md").read_text(encoding="utf-8")

    assert not [
        path for path in EVERY_FILE if path.name != "README.md" and f"{path.parent.name}/{path.name}" not in words
    ]


class Api:
    """What nginx sends on: the heads of requests as they came, and answers that come in two parts."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.go_on = asyncio.Event()
        self.port = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.heads.append(head.lower())
        length = re.search(r"content-length: ([0-9]+)", self.heads[-1])
        await reader.readexactly(int(length[1]) if length else 0)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: one\n\n")
        await writer.drain()
        if head.startswith("GET /mcp"):
            await self.go_on.wait()
        writer.write(b"data: two\n\n")
        writer.close()


@pytest_asyncio.fixture
async def api() -> AsyncIterator[Api]:
    made = Api()
    async with await asyncio.start_server(made.answer, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made
        made.go_on.set()


@pytest_asyncio.fixture
async def caller(api: Api, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of nginx with the sample, in front of the small API."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        tls = free.getsockname()[1]
    main = nginx_folder(tmp_path, api=api.port, tls=tls)
    nginx = await asyncio.create_subprocess_exec(program("nginx"), "-p", str(tmp_path), "-c", str(main))
    trust = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
    transport = httpx.AsyncHTTPTransport(verify=trust, retries=8)
    try:
        async with httpx.AsyncClient(transport=transport, base_url=f"https://127.0.0.1:{tls}") as client:
            client.headers["Host"] = HOST
            yield client
    finally:
        nginx.terminate()
        await nginx.wait()


NAMED = {"sni_hostname": HOST}


async def test_nginx_tells_the_api_who_calls_and_under_which_name(caller: httpx.AsyncClient, api: Api) -> None:
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    answer = await caller.get("/health", headers=forged, extensions=NAMED)

    assert answer.text == "data: one\n\ndata: two\n\n"
    assert f"host: {HOST}\r\n" in api.heads[0]
    assert "x-forwarded-for: 127.0.0.1\r\n" in api.heads[0]
    assert "x-forwarded-proto: https\r\n" in api.heads[0]
    assert "203.0.113.9" not in api.heads[0]


async def test_nginx_passes_events_on_as_they_come(caller: httpx.AsyncClient, api: Api) -> None:
    async with caller.stream("GET", "/mcp", extensions=NAMED) as answer:
        parts = answer.aiter_text()
        assert await anext(parts) == "data: one\n\n"
        api.go_on.set()
        assert await anext(parts) == "data: two\n\n"


async def test_nginx_stops_what_is_far_too_large(caller: httpx.AsyncClient, api: Api) -> None:
    just = await caller.post("/webhooks/whatsapp/hook", content=b"x" * (3 << 20), extensions=NAMED)
    far = await caller.post("/webhooks/whatsapp/hook", content=b"x" * (5 << 20), extensions=NAMED)

    assert (just.status_code, far.status_code, len(api.heads)) == (200, 413, 1)


async def test_nginx_writes_no_secret_of_an_address_down(caller: httpx.AsyncClient, api: Api, tmp_path: Path) -> None:
    await caller.get("/webhooks/kommo/a-secret-part?code=a-secret-code", extensions=NAMED)
    await caller.post("/webhooks/kommo/a-secret-part", content=b"x" * (3 << 20), extensions=NAMED)
    api.go_on.set()
    logs = {name: (tmp_path / name).read_text() for name in ("ponte.access.log", "ponte.error.log", "main.log")}

    assert '"GET /webhooks" 200' in logs["ponte.access.log"]
    assert not [name for name, text in logs.items() if "a-secret" in text]
