"""What does not fit is refused as the vendor refuses it."""

import pytest

from tests.sandbox.player import Json, Player


def first_error(body: Json) -> tuple[str, str]:
    [found, *_] = body["validation-errors"][0]["errors"]
    return found["code"], found["path"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}])
async def test_a_wrong_token_is_told_so_in_problem_json(player: Player, headers: dict[str, str]) -> None:
    answer = await player.http.get("/api/v4/account", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["title"] == "Unauthorized"


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({}, "NotBlank", "text"),
        ({"text": "  "}, "NotBlank", "text"),
        ({"text": 5}, "InvalidType", "text"),
        ({"text": "x" * 4097}, "TooLong", "text"),
        ({"text": "x", "message": "y"}, "UnexpectedField", "message"),
        ({"text": "x", "attachment": {"type": "picture"}}, "FieldMissing", "attachment.drive_uuid"),
    ],
)
async def test_a_message_that_does_not_fit_is_refused_field_by_field(
    player: Player, *, body: Json, code: str, path: str
) -> None:
    said = await player.say("maria", "Oi")

    answer = await player.api("POST", f"talks/{said['talk_id']}/send_message", body)

    assert answer.status_code == 400
    assert first_error(answer.json()) == (code, path)
    assert len(await player.messages(said["talk_id"])) == 1


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"price": "10"}, "InvalidType", "price"),
        ({"colour": 1}, "UnexpectedField", "colour"),
        ({"status_id": 1}, "NotSupportedChoice", "status_id"),
        ({"responsible_user_id": 9}, "NotSupportedChoice", "responsible_user_id"),
        (
            {"custom_fields_values": [{"field_id": 1, "values": [{"value": "x"}]}]},
            "NotSupportedChoice",
            "custom_fields_values.0.field_id",
        ),
        ({"tags_to_add": [{"name": ""}]}, "NotBlank", "tags_to_add.0.name"),
    ],
)
async def test_a_lead_change_that_does_not_fit_changes_nothing(
    player: Player, *, body: Json, code: str, path: str
) -> None:
    said = await player.say("maria", "Oi")
    before = (await player.api("GET", f"leads/{said['lead_id']}")).json()

    answer = await player.api("PATCH", f"leads/{said['lead_id']}", {"name": "Novo", **body})

    assert answer.status_code == 400
    assert first_error(answer.json()) == (code, path)
    assert (await player.api("GET", f"leads/{said['lead_id']}")).json() == before


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"note_type": "common"}, "FieldMissing", "params"),
        ({"note_type": "common", "params": {}}, "FieldMissing", "params.text"),
        ({"note_type": "common", "params": {"text": " "}}, "NotBlank", "params.text"),
        ({"note_type": "letter", "params": {"text": "x"}}, "NotSupportedChoice", "note_type"),
        ({"note_type": "extended_service_message", "params": {"text": "x"}}, "FieldMissing", "params.service"),
        ({"note_type": "common", "params": {"text": "x"}, "created_by": 777}, "NotSupportedChoice", "created_by"),
    ],
)
async def test_a_note_that_does_not_fit_is_refused(player: Player, *, body: Json, code: str, path: str) -> None:
    said = await player.say("maria", "Oi")

    answer = await player.api("POST", f"leads/{said['lead_id']}/notes", [body])

    assert answer.status_code == 400
    assert first_error(answer.json()) == (code, path)
    assert (await player.api("GET", f"leads/{said['lead_id']}/notes")).status_code == 204


async def test_a_body_that_is_no_json_or_not_declared_as_such_is_refused(player: Player) -> None:
    headers = {"Authorization": f"Bearer {player.account['token']}"}
    broken = {**headers, "Content-Type": "application/json"}
    form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}

    assert (await player.http.post("/api/v4/leads/notes", content=b"{", headers=broken)).status_code == 400
    assert (await player.http.post("/api/v4/leads/notes", content=b"a=1", headers=form)).status_code == 415


async def test_unknown_paths_and_verbs_are_404_and_405(player: Player) -> None:
    assert (await player.api("GET", "chats")).status_code == 404
    assert (await player.api("DELETE", "leads")).status_code == 405
    assert (await player.api("POST", "talks/1/send_message", {"text": "x"})).status_code == 404


async def test_what_is_not_there_is_204_without_a_body(player: Player) -> None:
    for path in ("leads/1", "contacts/1", "contacts?query=nobody", "events", "webhooks", "leads/notes/1"):
        answer = await player.api("GET", path)
        assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("query", ["page=0", "limit=251", "limit=x", "filter[created_at][from]=soon"])
async def test_a_query_that_does_not_fit_is_refused(player: Player, query: str) -> None:
    said = await player.say("maria", "Oi")

    assert (await player.api("GET", f"talks/{said['talk_id']}/messages?{query}")).status_code == 400


async def test_lists_are_walked_by_their_next_links(player: Player) -> None:
    said = await player.say("maria", "0")
    for n in range(1, 5):
        await player.say("maria", str(n))
    headers = {"Authorization": f"Bearer {player.account['token']}"}
    url, seen = f"{player.http.base_url}/api/v4/talks/{said['talk_id']}/messages?limit=2".replace("//api", "/api"), []

    while url:
        page = (await player.http.get(url, headers=headers)).json()
        seen += [message["text"] for message in page["_embedded"]["messages"]]
        url = page["_links"].get("next", {}).get("href")

    assert seen == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("order", "status"),
    [
        ({"plan": "advanced"}, 402),
        ({"quota": 0}, 402),
        ({"capabilities": {"talks_send": False}}, 403),
    ],
)
async def test_a_plan_or_scope_that_does_not_allow_it_refuses_to_send(
    player: Player, *, order: Json, status: int
) -> None:
    said = await player.say("maria", "Oi")
    await player.steer("accounts", {"id": player.account["id"], **order})

    answer = await player.api("POST", f"talks/{said['talk_id']}/send_message", {"text": "x"})

    assert answer.status_code == status


async def test_the_quota_is_used_up_message_by_message(player: Player) -> None:
    said = await player.say("maria", "Oi")
    await player.steer("accounts", {"id": player.account["id"], "quota": 2})

    sent = [await player.api("POST", f"talks/{said['talk_id']}/send_message", {"text": "x"}) for _ in range(3)]

    assert [answer.status_code for answer in sent] == [202, 202, 402]
    assert "Over chat API limit" in sent[-1].json()["detail"]


async def test_an_account_without_the_outgoing_hook_refuses_the_subscription(player: Player) -> None:
    await player.steer("accounts", {"id": player.account["id"], "capabilities": {"outgoing_hook": False}})
    body = {"destination": "http://127.0.0.1:9/x", "settings": ["add_message", "add_outgoing_message"]}

    answer = await player.api("POST", "webhooks", body)

    assert answer.status_code == 400
    assert first_error(answer.json()) == ("NotSupportedChoice", "settings.1")


@pytest.mark.parametrize("destination", ["ftp://127.0.0.1/x", "nonsense", "http://exämple.com/x", "http://[::1/x"])
async def test_an_address_that_is_none_is_refused(player: Player, destination: str) -> None:
    answer = await player.api("POST", "webhooks", {"destination": destination, "settings": ["add_message"]})

    assert first_error(answer.json()) == ("InvalidUrl", "destination.destination")


async def test_tags_are_replaced_whole_or_changed_one_by_one(player: Player) -> None:
    said = await player.say("maria", "Oi")
    path = f"leads/{said['lead_id']}"

    async def tags(body: Json) -> list[str]:
        assert (await player.api("PATCH", path, body)).status_code == 200
        lead = (await player.api("GET", path)).json()
        return sorted(tag["name"] for tag in lead["_embedded"]["tags"])

    assert await tags({"tags_to_add": [{"name": "a"}, {"name": "b"}]}) == ["a", "b"]
    assert await tags({"tags_to_delete": [{"name": "a"}], "tags_to_add": [{"name": "c"}]}) == ["b", "c"]
    assert await tags({"_embedded": {"tags": [{"name": "d"}]}}) == ["d"]
    assert await tags({"_embedded": {"tags": None}}) == []
