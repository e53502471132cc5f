"""Somebody who works at the panel: reads its pages and fills in its forms as a browser would."""

import re
from html import unescape
from typing import Any, Self

import httpx

from tests.sandbox.player import Player

ADMIN, PASSWORD = "admin", "simulated-panel"


class Clerk:
    """One browser's worth of cookies; every answer is the page after the redirects."""

    def __init__(self, sandbox: Player) -> None:
        self.sandbox = sandbox
        self.http = httpx.AsyncClient(
            base_url=sandbox.http.base_url, trust_env=False, timeout=20, follow_redirects=True
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.http.aclose()

    async def log_in(self, password: str = PASSWORD, user: str = ADMIN) -> str:
        return await self.send("ingresar", usuario=user, clave=password)

    async def open(self, path: str) -> str:
        return unescape((await self.http.get(f"/panel/{path}")).text)

    async def send(self, path: str, **fields: str) -> str:
        return unescape((await self.http.post(f"/panel/{path}", data=fields)).text)

    async def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', await self.open("crear"))
        return found[1] if found else ""

    async def create(self, name: str, password: str = "secreta99", again: str | None = None) -> str:
        fields = {"nombre": name, "clave": password, "clave_repetida": password if again is None else again}
        return await self.send("crear", csrf=await self.token(), **fields)

    async def charge(self, name: str, amount: str) -> str:
        return await self.send(f"saldo/{name}", csrf=await self.token(), monto=amount)

    async def steer(self, path: str, order: dict[str, Any] | None = None) -> Any:
        return await self.sandbox.steer(f"panel/{path}", order or {})

    async def names(self) -> list[str]:
        return [user["username"] for user in (await self.http.get("/_sandbox/panel/users")).json()]

    async def journal(self) -> list[tuple[str, str, bool]]:
        entries = (await self.http.get("/_sandbox/panel/journal")).json()
        return [(entry["username"], entry["end"], entry["answered"]) for entry in entries]

    async def glance(self) -> dict[str, Any]:
        return (await self.http.get("/_sandbox/panel")).json()


def shown_names(page: str) -> list[str]:
    return re.findall(r'<td data-testid="username">([^<]*)</td>', page)
