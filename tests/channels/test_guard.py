"""No URL of a stranger leads into the house, away from where it pointed, or to more than we can hold."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.channels.guard import Answer, Bounds, Guard, Refused, is_public
from app.domain.errors import NotFound, NotStarted, OutcomeUnknown, Rejected, Retryable

HOST = "files.example"
SMALL = Bounds(largest=1000, within=timedelta(seconds=5), types=("image/",))


def page(body: bytes = b"x", *more: str, status: str = "200 OK", content_type: str = "image/png") -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-type: {content_type}", "connection: close", *more]
    return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def answering(answer: bytes, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server that says one thing; yields its port and what it heard."""
    heard: list[bytes] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        heard.append(head)
        writer.write(answer)
        if answer == b"":
            await reader.read()
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def finding(*addresses: str) -> Any:
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


# --- where a URL may lead ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2001::1"),
        *("", "localhost", "1.2.3"),
    ],
)
def test_an_address_of_ours_or_of_nobody_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        f"http://{HOST}/x",
        f"ftp://{HOST}/x",
        "file:///etc/passwd",
        "https:///x",
        f"https://ana:senha@{HOST}/x",
        f"https://{HOST}@10.0.0.1/x",
        "//files.example/x",
        "javascript:alert(1)",
        "https://[::1/x",
        "",
    ],
)
async def test_what_is_no_plain_https_address_is_refused(http: httpx.AsyncClient, url: str):
    guard = Guard(http, resolve=finding("8.8.8.8"))
    with pytest.raises(Refused):
        await guard.get(url, bounds=SMALL)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"]
)
async def test_this_machine_is_not_reached_however_it_is_written(http: httpx.AsyncClient, host: str):
    async with answering(page()) as (port, heard):
        for url in (f"https://{host}:{port}/x", f"http://{host}:{port}/x"):
            with pytest.raises((Refused, Retryable)):
                await Guard(http).get(url, bounds=SMALL)
    assert heard == []


async def test_one_private_address_among_public_ones_is_enough_to_refuse(http: httpx.AsyncClient):
    guard = Guard(http, resolve=finding("8.8.8.8", "10.0.0.1"))
    with pytest.raises(Refused):
        await guard.get(f"https://{HOST}/x", bounds=SMALL)


async def test_a_name_that_nobody_knows_may_be_known_later(http: httpx.AsyncClient):
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError

    with pytest.raises(Retryable):
        await Guard(http, resolve=resolve).get(f"https://{HOST}/x", bounds=SMALL)


# --- the call goes to the address that was checked, under the name that was asked for ---------------------------------


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for a name, and a client's that trusts only it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    whole = folder / f"{host}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    whole.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(whole)
    client = ssl.create_default_context(cafile=str(whole))
    client.verify_flags &= ~ssl.VERIFY_X509_STRICT if hasattr(ssl, "VERIFY_X509_STRICT") else client.verify_flags
    return server, client


@pytest.mark.parametrize(("certified", "passes"), [(HOST, True), ("other.example", False)])
async def test_the_checked_address_is_called_and_must_prove_the_name(tmp_path: Path, certified: str, passes: bool):
    server, trusted = certificate(tmp_path, certified)
    async with (
        answering(page(b"png"), tls=server) as (port, heard),
        httpx.AsyncClient(verify=trusted, trust_env=False) as http,
    ):
        guard = Guard(http, resolve=finding("127.0.0.1"), may_call=lambda _: True)
        asked = guard.get(f"https://{HOST}:{port}/a/b?c=d", bounds=SMALL)
        if not passes:
            with pytest.raises(NotStarted):
                await asked
            return
        assert await asked == Answer(200, "image/png", b"png")
    assert heard[0].startswith(b"GET /a/b?c=d HTTP/1.1\r\n")
    assert f"host: {HOST}:{port}".encode() in heard[0].lower()


# --- what an answer may be: tried at home, where a sandbox lives ------------------------------------------------------


async def fetched(http: httpx.AsyncClient, answer: bytes, bounds: Bounds = SMALL) -> Answer:
    async with answering(answer) as (port, _):
        home = f"http://127.0.0.1:{port}"
        return await Guard(http).get(f"{home}/x", bounds=bounds, home=home)


async def test_a_good_answer_comes_whole(http: httpx.AsyncClient):
    answer = await fetched(http, page(b"png", content_type="Image/PNG; charset=x"))
    assert answer == Answer(200, "image/png", b"png", "x")


@pytest.mark.parametrize("home", ["http://127.0.0.1:1", "https://127.0.0.1:{port}", "http://localhost:{port}", ""])
async def test_home_is_one_origin_and_nothing_beside_it(http: httpx.AsyncClient, home: str):
    async with answering(page()) as (port, heard):
        with pytest.raises(Refused):
            await Guard(http).get(f"http://127.0.0.1:{port}/x", bounds=SMALL, home=home.format(port=port))
    assert heard == []


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (page(status="302 Found", content_type="text/html"), Refused, "redirected"),
        (page(b"x" * 1001), Refused, "too_large"),
        (page(b"", "content-length: 1001"), Refused, "too_large"),
        (page(b"x", content_type="text/html"), Refused, "wrong_type"),
        (page(b"x", "content-encoding: gzip"), Refused, "packed"),
        (page(b"", status="404 Not Found"), NotFound, "not_found"),
        (page(b"", status="410 Gone"), Rejected, "rejected"),
        (page(b"", status="503 Busy"), Retryable, "try_again"),
        (page(b"half", "content-length: 9"), Retryable, "try_again"),
        (b"no http\r\n", Retryable, "try_again"),
    ],
)
async def test_an_answer_that_is_not_acceptable_says_why(
    http: httpx.AsyncClient, answer: bytes, error: type[Exception], code: str
):
    more = b"location: http://10.0.0.1/\r\n"
    with pytest.raises(error) as raised:
        await fetched(http, answer.replace(b"connection: close\r\n", b"connection: close\r\n" + more))
    assert getattr(raised.value, "code", "") == code
    assert "10.0.0.1" not in str(raised.value)


async def test_an_answer_that_never_comes_ends_with_its_time(http: httpx.AsyncClient):
    with pytest.raises(Retryable):
        await fetched(http, b"", Bounds(within=timedelta(milliseconds=100)))


async def test_who_sends_is_told_that_it_may_have_arrived(http: httpx.AsyncClient):
    async with answering(b"") as (port, heard):
        home = f"http://127.0.0.1:{port}"
        bounds = Bounds(within=timedelta(milliseconds=200))
        with pytest.raises(OutcomeUnknown):
            await Guard(http).post(f"{home}/x", content=b"{}", headers={}, bounds=bounds, home=home)
    assert len(heard) == 1
    with pytest.raises(NotStarted):
        await Guard(http).post(f"{home}/x", content=b"{}", headers={}, bounds=bounds, home=home)
