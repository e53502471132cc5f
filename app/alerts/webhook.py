"""Alerts as JSON to ALERT_WEBHOOK_URL. `text` is what Slack, Mattermost and the like show; the rest is for programs."""

import asyncio
from typing import Final

import httpx

from app.alerts.base import AlertWay
from app.domain.alerts import Alert
from app.domain.errors import NeedsHuman, Retryable

BUDGET: Final = 10.0  # seconds for one call


class AlertWebhook(AlertWay):
    """The operator's own address, out of the settings."""

    name: str = "webhook"

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url

    async def tell(self, alert: Alert) -> None:
        """Redirects are not followed; the id lets the other side know a repeat."""
        try:
            async with asyncio.timeout(BUDGET):
                response = await self._http.post(self._url, json=body_of(alert), headers={"Idempotency-Key": alert.id})
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise Retryable(f"ALERT_WEBHOOK_URL does not answer ({type(error).__name__}).") from None
        if response.status_code >= 500 or response.status_code == 429:  # noqa: PLR2004
            raise Retryable(f"ALERT_WEBHOOK_URL answered with {response.status_code}.")
        if response.status_code >= 300:  # noqa: PLR2004
            raise NeedsHuman(f"ALERT_WEBHOOK_URL refuses ({response.status_code}).", hint="Check the address.")


def body_of(alert: Alert) -> dict[str, object]:
    """The alert as JSON. Pure."""
    return {
        "text": alert.text,
        "id": alert.id,
        "state": "well" if alert.is_well else "broken",
        "cause": alert.cause,
        "account_id": alert.account_id,
        "account": alert.account_name,
        "conversation_id": alert.conversation_id,
        "lead_id": alert.lead_id,
        "at": alert.at.isoformat(),
    }
