"""Tasks: something for a salesperson to do by a time."""

from typing import Any, Literal

from pydantic import Field

from app.sandbox.api_v4.paging import page_of
from app.sandbox.errors import not_a_choice
from app.sandbox.exchange import Answer, Call, hal
from app.sandbox.validation import Strict, numbers, read_list, request_id_of, texts
from app.sandbox.world import World


class NewTask(Strict):
    text: str = Field(min_length=1)
    complete_till: int
    entity_id: int | None = None
    entity_type: Literal["leads", "contacts"] | None = None
    task_type_id: int = 1
    responsible_user_id: int | None = None
    duration: int = 0
    created_by: int | None = None
    request_id: str | int | None = None


def add_tasks(world: World, call: Call) -> Answer:
    asked = read_list(NewTask, call)
    for n, task in enumerate(asked):
        check(call, task, request_id=request_id_of({"request_id": task.request_id}, n))
    made = [store(world, call, task) for task in asked]
    shown = [
        {"id": one["id"], "request_id": request_id_of({"request_id": task.request_id}, n), "_links": one["_links"]}
        for n, (one, task) in enumerate(zip(made, asked, strict=True))
    ]
    call.account.touch()
    return hal({"_links": call.href("tasks"), "_embedded": {"tasks": shown}})


def check(call: Call, task: NewTask, *, request_id: str) -> None:
    account = call.account
    known: dict[int, Any] = dict(account.contacts if task.entity_type == "contacts" else account.leads)
    if task.entity_id is not None and task.entity_id not in known:
        raise not_a_choice("entity_id", request_id=request_id)
    user = account.users.get(task.responsible_user_id or account.current_user_id)
    if user is None or not user.is_active:
        raise not_a_choice("responsible_user_id", request_id=request_id)
    if task.task_type_id != 1:
        raise not_a_choice("task_type_id", request_id=request_id)


def store(world: World, call: Call, task: NewTask) -> dict[str, Any]:
    now, task_id = world.clock.stamp(), next(world.next.task)
    made: dict[str, Any] = {
        "id": task_id,
        "created_by": call.account.current_user_id,
        "updated_by": call.account.current_user_id,
        "created_at": now,
        "updated_at": now,
        "responsible_user_id": task.responsible_user_id or call.account.current_user_id,
        "group_id": 0,
        "entity_id": task.entity_id,
        "entity_type": task.entity_type,
        "duration": task.duration,
        "is_completed": False,
        "task_type_id": task.task_type_id,
        "text": task.text,
        "result": [],
        "complete_till": task.complete_till,
        "account_id": call.account.id,
        "_links": call.href(f"tasks/{task_id}"),
    }
    call.account.tasks.append(made)
    return made


def list_tasks(world: World, call: Call) -> Answer:
    del world
    cards, kinds = numbers(call, "filter[entity_id]"), texts(call, "filter[entity_type]")
    found = [
        task
        for task in call.account.tasks
        if (not cards or task["entity_id"] in cards) and (not kinds or task["entity_type"] in kinds)
    ]
    return page_of(call, found, name="tasks", show=dict)
