"""The Ponte beside this sandbox: its settings of the account, asked and changed for the page, which knows no key.

This process is told Ponte's address and key by whoever starts both; alone there is nobody to ask.
"""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from app.sandbox.box import Sandbox
from app.sandbox.steering.say import OrderError

PATIENCE: Final = 10.0  # seconds


def is_beside(box: Sandbox) -> bool:
    """Whether there is one."""
    return bool(box.options.ponte_url)


async def settings_of(box: Sandbox, change: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the account's settings say, after the change.

    Raises:
        OrderError: nobody is there, or Ponte gives no usable answer.
    """
    options = box.options
    if not is_beside(box):
        raise OrderError(409, "No Ponte was named to this sandbox: start both with `ponte run`.")
    headers = {"X-API-Key": options.ponte_key}
    try:
        async with httpx.AsyncClient(base_url=options.ponte_url, trust_env=False, timeout=PATIENCE) as http:
            method = "GET" if change is None else "PATCH"
            answer = await http.request(method, "/admin/account", json=change, headers=headers)
            answer.raise_for_status()
            return dict(answer.json())
    except (httpx.HTTPError, ValueError, TypeError):
        raise OrderError(502, "Ponte does not answer.") from None
