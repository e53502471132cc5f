"""The simulated consent page, integrations, and bots that ask what to say, as a stranger's client meets them."""

from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.sandbox.player import Json, Player

ORDER = {
    "client_id": "11111111-aaaa-bbbb-cccc-222222222222",
    "client_secret": "integration-secret",
    "redirect_uri": "http://127.0.0.1:9/back",
    "uninstall_uri": "http://127.0.0.1:9/gone",
}


async def press(player: Player, **more: str) -> dict[str, str]:
    told = {"client_id": ORDER["client_id"], "account": str(player.account["id"]), "state": "s", "allow": "yes", **more}
    answer = await player.http.post("/oauth", data=told)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(ORDER["redirect_uri"])
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def redeem(player: Player, **grant: str) -> httpx.Response:
    named = {key: ORDER[key] for key in ("client_id", "client_secret", "redirect_uri")}
    return await player.http.post("/oauth2/access_token", json={**named, **grant})


async def pair(player: Player) -> Json:
    back = await press(player)
    return (await redeem(player, grant_type="authorization_code", code=back["code"])).json()


async def test_who_allows_is_sent_back_with_a_code_for_the_chosen_account(player: Player) -> None:
    await player.steer("integration", ORDER)
    other = await player.steer("accounts", {"subdomain": "outra"})
    back = await press(player, account=str(other["id"]))
    assert (back["state"], back["platform"], back["client_id"]) == ("s", "2", ORDER["client_id"])
    assert back["referer"] == urlsplit(str(player.http.base_url)).netloc
    access = (await redeem(player, grant_type="authorization_code", code=back["code"])).json()["access_token"]
    assert (await player.api("GET", "account", token=access)).json()["id"] == other["id"]


async def test_who_denies_is_sent_back_without_one(player: Player) -> None:
    await player.steer("integration", ORDER)
    assert await press(player, allow="no") == {"error": "access_denied", "state": "s"}


async def test_the_page_shows_what_it_was_given_as_text(player: Player) -> None:
    await player.steer("integration", ORDER)
    page = await player.http.get("/oauth", params={"client_id": ORDER["client_id"], "state": '"><script>'})
    assert "<script>" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert (await player.http.get("/oauth", params={"client_id": "unknown-one"})).status_code == 404


async def test_an_expired_access_token_is_refused_and_its_refresh_token_stays_good(player: Player) -> None:
    await player.steer("integration", ORDER)
    had = await pair(player)
    assert (await player.steer("expire", {}))["tokens"] == 1
    assert (await player.api("GET", "account", token=had["access_token"])).status_code == 401
    again = await redeem(player, grant_type="refresh_token", refresh_token=had["refresh_token"])
    assert (await player.api("GET", "account", token=again.json()["access_token"])).status_code == 200
    assert (await player.api("GET", "account")).status_code == 200  # the long-lived one has no part in it


async def test_an_integration_that_is_taken_out_has_nothing_left(player: Player) -> None:
    await player.steer("integration", ORDER)
    had, waiting = await pair(player), await press(player)
    await player.steer("uninstall", {"client_id": ORDER["client_id"]})
    assert (await player.api("GET", "account", token=had["access_token"])).status_code == 401
    assert (await redeem(player, grant_type="refresh_token", refresh_token=had["refresh_token"])).status_code == 401
    assert (await redeem(player, grant_type="authorization_code", code=waiting["code"])).status_code == 400


async def test_a_bot_that_waits_goes_on_once(player: Player) -> None:
    await player.steer("integration", ORDER)
    said = await player.say("maria", "Oi")
    step = {"client_id": ORDER["client_id"], "chat": "maria", "url": "http://127.0.0.1:9/ask"}
    asked = await player.steer("widget", step)
    assert asked["status"] == 0  # nobody listens there
    path = asked["return_url"].partition("/api/v4/")[2]
    first = await player.api("POST", path, {"data": {"message": "x" * 500}})
    again = await player.api("POST", path, {"data": {"message": "y"}})
    assert (first.status_code, first.text, again.status_code) == (202, "Accepted", 404)
    words = [one["text"] for one in await player.messages(said["talk_id"]) if one["author"]["type"] == "bot"]
    assert words == ["x" * 500]


async def test_a_bots_own_show_takes_eighty_letters(player: Player) -> None:
    await player.steer("integration", ORDER)
    await player.say("maria", "Oi")
    asked = await player.steer(
        "widget", {"client_id": ORDER["client_id"], "chat": "maria", "url": "http://127.0.0.1:9/"}
    )
    show = {"handler": "show", "params": {"type": "text", "value": "x" * 81}}
    answer = await player.api(
        "POST", asked["return_url"].partition("/api/v4/")[2], {"data": {}, "execute_handlers": [show]}
    )
    assert answer.status_code == 400


async def test_the_page_is_as_wide_as_the_phone_it_is_read_on(player: Player) -> None:
    await player.steer("integration", ORDER)
    page = await player.http.get("/oauth", params={"client_id": ORDER["client_id"]})
    assert 'name="viewport" content="width=device-width, initial-scale=1"' in page.text
    assert "style-src 'unsafe-inline'" in page.headers["content-security-policy"]
