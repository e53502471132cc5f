"""Salesbots: list them, run them, stop them. They are made in the vendor's screen only."""

from typing import Any, Literal

from app.sandbox.api_v4.paging import page_of
from app.sandbox.entities import Bot
from app.sandbox.errors import not_a_choice, refuse
from app.sandbox.exchange import PLAIN, Answer, Call, nothing
from app.sandbox.salesbot import run_bot, stop_bot
from app.sandbox.validation import Strict, read, read_list, texts
from app.sandbox.world import World

MOST_RUNS = 100


class Run(Strict):
    entity_id: int
    entity_type: Literal["leads", "contacts"]


class ManyRun(Run):
    bot_id: int


class Stop(Strict):
    entity_id: int
    entity_type: Literal["leads"]


def list_bots(world: World, call: Call) -> Answer:
    del world
    kinds = texts(call, "filter[type_functionality]")
    if not call.account.may_run_bots() or (kinds and "regular" not in kinds):
        return nothing()
    return page_of(call, list(call.account.bots.values()), name="items", show=bot_view)


def bot_view(bot: Bot) -> dict[str, Any]:
    return {
        "id": bot.id,
        "name": bot.name,
        "type_functionality": "regular",
        "is_visual_editor": True,
        "settings": {"active": bot.is_active},
    }


def run_one(world: World, call: Call) -> Answer:
    bot = bot_of(call)
    asked = read(Run, call)
    check_entity(call, asked, request_id="0")
    run_bot(world, call.account, bot, entity=(asked.entity_type, asked.entity_id))
    return accepted()


def run_many(world: World, call: Call) -> Answer:
    refuse_by_plan(call)
    asked = read_list(ManyRun, call, most=MOST_RUNS)
    for n, one in enumerate(asked):
        if one.bot_id not in call.account.bots:
            raise not_a_choice("bot_id", request_id=str(n))
        check_entity(call, one, request_id=str(n))
    for one in asked:
        run_bot(world, call.account, call.account.bots[one.bot_id], entity=(one.entity_type, one.entity_id))
    return accepted()


def stop(world: World, call: Call) -> Answer:
    del world
    bot_of(call)
    asked = read(Stop, call)
    stop_bot(call.account, entity=(asked.entity_type, asked.entity_id))
    return accepted()


def accepted() -> Answer:
    """Plain text, where everything else answers JSON."""
    return Answer(202, b"Accepted", PLAIN)


def bot_of(call: Call) -> Bot:
    refuse_by_plan(call)
    bot = call.account.bots.get(call.numbers[0])
    if bot is None or not bot.is_active:
        raise refuse(404, "Bot not found.")
    return bot


def refuse_by_plan(call: Call) -> None:
    if not call.account.may_run_bots():
        raise refuse(402, "Salesbots are not available in the current plan.")


def check_entity(call: Call, asked: Run, *, request_id: str) -> None:
    known: dict[int, Any] = dict(call.account.leads if asked.entity_type == "leads" else call.account.contacts)
    if asked.entity_id not in known:
        raise not_a_choice("entity_id", request_id=request_id)
