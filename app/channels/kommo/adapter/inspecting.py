"""Kommo as one sees it who checks a connection: the account and its token, the webhooks, a lead with its fields."""

import base64
import binascii
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from app.channels.http import masked
from app.channels.kommo.adapter.abilities import HUMAN_CODE, OUR_PATH
from app.channels.kommo.client import KommoClient
from app.channels.kommo.payloads import moment
from app.channels.kommo.payloads.crm import FieldValues, LeadCardShape, WebhookShape
from app.domain.account import Connection
from app.domain.inspection import AccountSeen, FieldSeen, HookSeen, LeadSeen


class Claims(BaseModel):
    """What a token says of itself. Read for information only: nobody has checked its signature."""

    exp: float | None = None
    scopes: tuple[str, ...] | None = None


async def account(client: KommoClient, connection: Connection) -> AccountSeen:
    """One call, and what the token itself says."""
    shape, date = await client.account_card(connection)
    claims = claims_of(connection.token)
    return AccountSeen(
        external_ref=shape.id,
        name=shape.name,
        subdomain=shape.subdomain,
        country=shape.country,
        currency=shape.currency,
        timezone=shape.timezone,
        is_technical=shape.is_technical_account,
        vendor_time=_time_of(date),
        scopes=claims.scopes,
        token_expires_at=moment(claims.exp) if claims.exp else None,
    )


def claims_of(token: str) -> Claims:
    """The claims in the middle part of a JWT; none where the token is no JWT."""
    middle = token.split(".")[1:2]
    try:
        text = base64.urlsafe_b64decode(middle[0] + "=" * (-len(middle[0]) % 4)) if middle else b"{}"
        return Claims.model_validate_json(text)
    except (binascii.Error, ValueError, ValidationError):
        return Claims()


def _time_of(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except ValueError:
        return None


async def hooks(client: KommoClient, connection: Connection) -> list[HookSeen]:
    return [_hook(shape) async for shape in client.webhooks(connection)]


def _hook(shape: WebhookShape) -> HookSeen:
    return HookSeen(
        destination=_without_secret(shape.destination),
        events=tuple(shape.settings),
        disabled=shape.disabled,
        is_ours=OUR_PATH in urlsplit(shape.destination).path,
        tells_of_humans=HUMAN_CODE in shape.settings,
    )


def _without_secret(destination: str) -> str:
    """The last step of our own path is a secret."""
    shown = masked(destination)
    head, ours, _ = shown.partition(OUR_PATH)
    return f"{head}{ours}/..." if ours else shown


async def lead(client: KommoClient, connection: Connection, lead_id: str) -> LeadSeen:
    shape: LeadCardShape = await client.lead_card(connection, lead_id=lead_id)
    return LeadSeen(
        id=shape.id,
        name=shape.name,
        is_open=shape.is_open,
        pipeline_id=str(shape.pipeline_id),
        status_id=str(shape.status_id),
        responsible_user_id=shape.responsible_user_id,
        contact_ids=tuple(one.id for one in shape.contacts),
        tags=tuple(tag.name for tag in shape.tags),
        fields=tuple(_field(one) for one in shape.fields),
    )


def _field(shape: FieldValues) -> FieldSeen:
    values = tuple(str(one.value) for one in shape.values if one.value is not None)
    return FieldSeen(shape.field_id, shape.field_name, shape.field_code, values)
