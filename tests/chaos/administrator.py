"""The person who looks after the CRM: a webhook that Kommo has switched off is switched on again.

Kommo gives up on a hook after a hundred bad answers, and this run has many more of them than a real installation.
Without this person, most of a run would prove reconciliation only.
"""

import asyncio

import httpx

PAUSE = 2.0


async def look_after(box: str, token: str, mended: list[str]) -> None:
    """Until it is cancelled. Appends the address of each hook that was switched on again."""
    async with httpx.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {token}"}, timeout=10) as http:
        while True:
            await asyncio.sleep(PAUSE)
            try:
                mended += await _mend(http, f"{box}/api/v4/webhooks")
            except httpx.HTTPError:  # a fault struck the administrator, too
                continue


async def _mend(http: httpx.AsyncClient, address: str) -> list[str]:
    found = (await http.get(address)).raise_for_status().json()
    dead = [hook for hook in found["_embedded"]["webhooks"] if hook["disabled"]]
    for hook in dead:
        order = {"destination": hook["destination"], "settings": hook["settings"]}
        (await http.post(address, json=order)).raise_for_status()
    return [hook["destination"] for hook in dead]
