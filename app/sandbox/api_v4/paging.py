"""Lists as the vendor pages them: `page`, `limit`, HAL links, and 204 where there is nothing."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from app.sandbox.exchange import Answer, Call, hal, nothing
from app.sandbox.validation import LARGEST_LIST, whole_number

T = TypeVar("T")


def page_of(
    call: Call,
    items: Sequence[T],
    *,
    name: str,
    show: Callable[[T], dict[str, Any]],
    most: int = LARGEST_LIST,
    counted: bool = False,
) -> Answer:
    """The asked page of the items; `counted` lists name their totals, the others only say that there is more."""
    query = dict(call.query())
    page = whole_number(query.get("page", "1"), name="page")
    limit = whole_number(query.get("limit", str(min(most, 50))), name="limit", most=most)
    shown = items[(page - 1) * limit : page * limit]
    if not shown:
        return nothing()
    links = {"self": {"href": href(call, page)}}
    if page * limit < len(items):
        links["next"] = {"href": href(call, page + 1)}
    body: dict[str, Any] = {"_page": page}
    if counted:
        body |= {"_page_count": -(-len(items) // limit), "_total_items": len(items)}
    return hal(body | {"_links": links, "_embedded": {name: [show(item) for item in shown]}})


def href(call: Call, page: int) -> str:
    kept = [(key, value) for key, value in call.query() if key != "page"]
    return f"{call.base_url}{call.path}?{urlencode([*kept, ('page', str(page))])}"
