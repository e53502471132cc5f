"""OAuth: a code works once, and so does every refresh token."""

import httpx

from tests.sandbox.player import Json, Player


async def exchange(player: Player, granted: Json, **more: str) -> httpx.Response:
    named = {key: granted[key] for key in ("client_id", "client_secret", "redirect_uri")}
    return await player.http.post("/oauth2/access_token", json={**named, **more})


async def test_a_code_opens_the_account_once(player: Player) -> None:
    granted = await player.steer("grant", {"redirect_uri": "http://127.0.0.1/back"})
    code = {"grant_type": "authorization_code", "code": granted["code"]}

    first, second = await exchange(player, granted, **code), await exchange(player, granted, **code)
    account = await player.api("GET", "account", token=first.json()["access_token"])

    assert (first.json()["token_type"], account.json()["id"]) == ("Bearer", player.account["id"])
    assert second.status_code == 400


async def test_a_refresh_token_used_twice_is_revoked(player: Player) -> None:
    granted = await player.steer("grant", {"redirect_uri": "http://127.0.0.1/back"})
    pair = (await exchange(player, granted, grant_type="authorization_code", code=granted["code"])).json()
    again = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}

    renewed, reused = await exchange(player, granted, **again), await exchange(player, granted, **again)

    assert renewed.json()["refresh_token"] != pair["refresh_token"]
    assert (reused.status_code, reused.json()["hint"]) == (401, "Token has been revoked")


async def test_a_wrong_secret_or_redirect_is_refused_and_nothing_of_it_is_kept(player: Player) -> None:
    granted = await player.steer("grant", {"redirect_uri": "http://127.0.0.1/back"})
    code = {"grant_type": "authorization_code", "code": granted["code"]}

    answers = [
        await exchange(player, {**granted, "client_secret": "wrong"}, **code),
        await exchange(player, {**granted, "redirect_uri": "http://127.0.0.1/else"}, **code),
        await exchange(player, granted, grant_type="password"),
    ]

    assert [answer.status_code for answer in answers] == [401, 400, 400]
    assert granted["code"] not in str(await player.record())
