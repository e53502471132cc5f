"""What `ponte run` connects at its start: Kommo's account or the simulated one, and the channels that `.env` names."""

import hashlib
from typing import Any

import httpx
import structlog
from pydantic import TypeAdapter

from app.domain.errors import NeedsHuman
from app.services.accounts.connect import Connected
from app.services.provisioning.panels import PanelChange
from app.settings import Settings, secret
from app.store.accounts import NewAccount
from app.wiring.house import House, open_house

_log = structlog.get_logger()
EXAMPLE_NAME = "Loja Exemplo"
# By whom the sandbox's panel is used: it holds nothing of anybody.
SIMULATED_PANEL = ("admin", "simulated-panel")
_LISTED = TypeAdapter(list[dict[str, Any]])


def sandbox_token(settings: Settings) -> str:
    """The simulated account's token: the same at every start, so that a child that is started again still knows us."""
    return f"sandbox-{(secret(settings.ponte_webhook_secret) or '')[-24:]}"


def sandbox_key(settings: Settings) -> str:
    """The key that the sandbox's page uses: never PONTE_API_KEY, which may open an account with real customers."""
    seed = f"sandbox page:{secret(settings.ponte_webhook_secret) or ''}"
    return f"sandbox_{hashlib.sha256(seed.encode()).hexdigest()}"


async def connect_first(settings: Settings, *, api: str, box: str | None) -> str | None:
    """Connect them; returns the URL of Kommo's webhook.

    With an integration and no token there is none yet: administrators connect theirs at /oauth/kommo/start.
    """
    hook = secret(settings.ponte_webhook_secret) or ""
    webhook = f"{(settings.public_url or api).rstrip('/')}/webhooks/kommo/{hook}"
    async with open_house(settings) as house:
        if box is not None:
            return await _beside_sandbox(house, box, f"{api}/webhooks/kommo/{hook}")
        kommo = _kommo(settings, hook) if settings.kommo_token else None
        await connect_real(house, kommo, webhook_url=webhook if settings.public_url else None)
        return webhook if kommo else None


async def connect_real(house: House, kommo: NewAccount | None, *, webhook_url: str | None) -> None:
    """Kommo first, so that the keys of `.env` open its account; then what else is named."""
    if kommo is not None:
        connected = await house.connecting.connect(kommo, webhook_url=webhook_url)
        await furnish(house, connected, simulated=False)
    await house.workshop.named.connect_all()


async def _beside_sandbox(house: House, box: str, webhook: str) -> str:
    """The simulated account and the named channels. Where one has real customers, the keys of `.env` are for that."""
    hook = secret(house.settings.ponte_webhook_secret) or ""
    is_alone = not house.settings.names_a_channel()
    if not is_alone:
        await house.connecting.free_keys(hook)
        await house.workshop.named.connect_all()
    new = await _simulated(box, house.settings, hook)
    connected = await house.connecting.connect(new, webhook_url=webhook, with_keys=is_alone)
    await house.accounts.add_key(
        connected.account_id, sandbox_key(house.settings), label="Sandbox page", scopes=["admin"]
    )
    if connected.keeps_address:  # the simulated vendor has forgotten where its hooks went
        base = webhook.partition("/webhooks/")[0]
        webhook = await house.doors.rotating.start_again(connected.account_id, who="operator", at=base)
    await furnish(house, connected, simulated=True)
    if is_alone:  # those that are named are simulated as well, and may wait
        await house.workshop.named.connect_all()
    change = PanelChange("sandbox", f"{box}/panel", *SIMULATED_PANEL)
    await house.doors.provisioning.panels.set(connected.account_id, change, who="operator", is_operator=True)
    return webhook


async def furnish(house: House, connected: Connected, *, simulated: bool) -> None:
    """In a simulated account, whose customers are nobody's, the example business to know and its name to go by."""
    if simulated:
        await house.knowledge.add_examples(connected.account_id)
        account = await house.accounts.get(connected.account_id)
        if "business_name" not in account.settings:  # what people have set since stays
            named = {"business_name": house.settings.business_name or EXAMPLE_NAME}
            await house.doors.preferences.change(account.id, named, who="operator")
    if connected.warning:
        _log.warning("account.not_subscribed", account_id=int(connected.account_id))


def _kommo(settings: Settings, hook: str) -> NewAccount:
    token, subdomain = secret(settings.kommo_token), settings.kommo_subdomain
    if not token or not subdomain:
        raise NeedsHuman("KOMMO_TOKEN is set but KOMMO_SUBDOMAIN is not.", hint="Set both, or neither for the sandbox.")
    changes = {"burst_scale": settings.burst_scale}
    return NewAccount(subdomain, "kommo", "", f"https://{subdomain}.kommo.com", token, hook, settings=changes)


async def _simulated(box: str, settings: Settings, hook: str) -> NewAccount:
    """The sandbox's default account."""
    async with httpx.AsyncClient(trust_env=False) as http:
        listed = (await http.get(f"{box}/_sandbox/accounts")).json()
    first = _LISTED.validate_python(listed)[0]
    return NewAccount(
        *(first["subdomain"], "kommo", str(first["id"]), box, first["token"], hook),
        salesbot_id=first.get("bot_id"),
        salesbot_field_id=first.get("field_id"),
        # No messenger stands behind the sandbox, so its pauses are only for show.
        settings={"burst_scale": settings.burst_scale, "balloon_spacing": settings.burst_scale},
    )
