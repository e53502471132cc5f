"""The language and the clock of the account, so that the page speaks as the notes on it do, and tells the same time."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from app.sandbox.box import Sandbox
from app.sandbox.steering.beside import is_beside, settings_of


class Language(BaseModel):
    """As the account has them; empty where no Ponte is beside this sandbox."""

    locale: str = ""
    timezone: str = ""


class LanguageOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    locale: Literal["pt-BR", "es", "en"]


def add_language(router: APIRouter, box: Sandbox) -> None:
    @router.get("/language", summary="In which language and time zone does Ponte write its notes?")
    async def _language() -> Language:
        return _of(await settings_of(box)) if is_beside(box) else Language()

    @router.post("/language", summary="Have it write them in another language")
    async def _switch(order: LanguageOrder) -> Language:
        return _of(await settings_of(box, {"locale": order.locale}))


def _of(settings: dict[str, Any]) -> Language:
    return Language(locale=str(settings.get("locale", "")), timezone=str(settings.get("timezone", "")))
