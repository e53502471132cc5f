"""Which panels the browser visits: public ones, this machine's, and those of an own network that an operator names."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr, ValidationError

from app.channels.guard import Refused
from app.settings import Settings
from app.wiring.browser import gatekeeper_of, private_hosts

INTRANET = "10.0.0.7,panel.intranet.example:8443,[fd00::7]"


@pytest_asyncio.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


def settings(hosts: str) -> Settings:
    return Settings(panel_private_hosts=hosts, ponte_secret_keys=SecretStr("x"), ponte_data=Path(".ponte"))


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.7/admin",
        "http://10.0.0.7",
        "https://panel.intranet.example:8443/admin",
        "https://PANEL.intranet.example:8443",
        "https://[fd00::7]/admin",
        "http://127.0.0.1:8100/panel",
    ],
)
async def test_a_host_that_the_operator_names_is_visited(http: httpx.AsyncClient, url: str):
    await gatekeeper_of(settings(INTRANET), http).may_visit(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://10.0.0.8/admin",
        "https://10.0.0.7:8443",
        "http://panel.intranet.example/admin",
        "https://[fd00::8]",
        "https://169.254.169.254/latest",
    ],
)
async def test_every_other_host_of_a_private_network_is_refused(http: httpx.AsyncClient, url: str):
    with pytest.raises(Refused):
        await gatekeeper_of(settings(INTRANET), http).may_visit(url)


@pytest.mark.parametrize("url", ["https://10.0.0.7", "http://panel.intranet.example"])
async def test_without_the_setting_none_is_visited(http: httpx.AsyncClient, url: str):
    with pytest.raises(Refused):
        await gatekeeper_of(settings(""), http).may_visit(url)


def test_a_host_without_a_port_is_at_the_usual_ones():
    assert private_hosts(" a.example , b.example:81 ,") == {("a.example", 443), ("a.example", 80), ("b.example", 81)}


@pytest.mark.parametrize("wrong", ["*", "*.example", "10.0.0.0/8", "https://10.0.0.7", "10.0.0.7/admin", "a b", "a;b"])
def test_what_is_not_one_host_is_refused_by_the_settings(wrong: str):
    with pytest.raises(ValidationError, match="hosts, separated by commas"):
        settings(wrong)
