"""What a 422 says: a sentence for each thing that is wrong, with the field's name and what it may be."""

from typing import Any

import httpx
import pytest

from app.routes.wrong_input import sentences
from tests.routes.calls import error_of

Key = dict[str, str]


def one(kind: str, *loc: str | int, msg: str = "Input should be odd", **ctx: Any) -> dict[str, Any]:
    return {"type": kind, "loc": loc, "msg": msg, "ctx": ctx, "input": "the secret of the caller"}


SENTENCES = {
    "`action` is missing.": one("missing", "body", "action"),
    "`x` is not known here; leave it out.": one("extra_forbidden", "body", "x"),
    "`text` must be a text.": one("string_type", "body", "text"),
    "`minutes` must be a whole number.": one("int_parsing", "body", "minutes"),
    "`limit` in the query must be 200 or less.": one("less_than_equal", "query", "limit", le=200),
    "`id` in the path must be 1 or more.": one("greater_than_equal", "path", "id", ge=1),
    "`areas[0]` must have 1 character or more.": one("string_too_short", "body", "areas", 0, min_length=1),
    "`scopes` must have 3 entries at most.": one("too_long", "body", "scopes", max_length=3, field_type="List"),
    "`wish` must have 1 character or more.": one("too_short", "body", "wish", min_length=1, field_type="Value"),
    "`action` must be 'pause' or 'resume'.": one("literal_error", "body", "action", expected="'pause' or 'resume'"),
    "`from` in the query must be a day, such as 2026-11-21.": one("date_from_datetime_parsing", "query", "from"),
    "`until` must be a time with its zone, such as 2026-11-21T15:41:17-03:00.": one("timezone_aware", "body", "until"),
    "`at` must be a time of day, such as 09:00.": one("time_parsing", "body", "at"),
    "The body must be an object.": one("model_attributes_type", "body"),
    "The body: give minutes or until, not both.": one(
        "value_error", "body", msg="Value error, give minutes or until, not both"
    ),
    "The body is not JSON that can be read.": one("json_invalid", "body", 17),
    "`odd` is not valid: input should be odd.": one("something_new", "body", "odd"),
}


@pytest.mark.parametrize(("said", "error"), SENTENCES.items(), ids=SENTENCES.keys())
def test_each_kind_is_a_sentence_and_shows_nothing_of_the_input(said: str, error: dict[str, Any]):
    assert sentences([error]) == said


async def test_several_things_are_told_at_once(web: httpx.AsyncClient, node: Key):
    answer = await web.post("/bot-control", json={"minutes": "soon", "colour": "red"}, headers=node)
    said = error_of(answer, 422)["message"]
    assert "`action` is missing." in said
    assert "`minutes` must be a whole number." in said
    assert "`colour` is not known here" in said
