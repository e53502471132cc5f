"""Whoever provisions is asked once for a turn, behind the fence, and never in a dry run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from app.domain.clock import SystemClock
from app.domain.ids import AccountId, ConversationId
from app.domain.ports import Opening, Provisioned
from app.services.tools.toolbox import Tools
from tests.services.tools.conftest import Ask, Open, ana_writes


@dataclass
class Panel:
    """A platform that creates an access for each key, once."""

    made: dict[tuple[int, int, str], str] = field(default_factory=dict[tuple[int, int, str], str])
    before: Callable[[], Awaitable[None]] | None = None

    async def provision(
        self,
        account_id: AccountId,
        conversation_id: ConversationId,
        *,
        name: str,
        email: str,
        key: str,
        within: Opening,
    ) -> Provisioned:
        if self.before is not None:
            await self.before()
        if email.endswith("@refused.example"):
            return Provisioned(ok=False, outcome="refused", text="The platform refuses this address. Ask for another.")
        async with within():
            whose = self.made.setdefault((account_id, conversation_id, key), f"{name} <{email}>")
        return Provisioned(ok=True, outcome="created", text=f"The access of {whose} is ready.")


def with_panel(open_turn: Open, panel: Panel) -> Open:
    house = open_turn.house
    tools = Tools(
        house.database,
        SystemClock(),
        scheduling=house.doors.scheduling,
        ownership=house.staff.ownership,
        knowledge=house.knowledge,
        provisioner=panel,
    )
    return replace(open_turn, house=replace(house, toolbox=tools))


async def test_one_turn_makes_one_access_whatever_it_is_asked_again(ask: Ask):
    panel = Panel()
    turn = with_panel(await ask(), panel)
    first = await turn.call("provision_user", name="Maria", email="maria@example.com")
    again = await turn.call("provision_user", name="Maria S.", email="other@example.com")
    assert first.ok
    assert first == again
    assert first.data["outcome"] == "created"
    assert list(panel.made.values()) == ["Maria <maria@example.com>"]


async def test_a_refusal_says_what_to_do(ask: Ask):
    turn = with_panel(await ask(), Panel())
    answer = await turn.call("provision_user", email="maria@refused.example")
    assert not answer.ok
    assert answer.data["code"] == "refused"
    assert "Ask for another" in answer.text


async def test_neither_a_turn_that_is_over_nor_a_dry_one_makes_an_access(ask: Ask):
    panel = Panel()
    turn = with_panel(await ask(), panel)
    assert (await turn.dry().call("provision_user", email="maria@example.com")).data["dry_run"] is True
    await turn.call("hand_over")
    assert (await turn.call("provision_user", email="maria@example.com")).data["code"] == "bot_off"
    assert panel.made == {}


async def test_no_access_is_made_for_a_turn_that_a_salesperson_overtook_before_it_was_kept(ask: Ask):
    turn = await ask()
    panel = Panel(before=lambda: ana_writes(turn))
    answer = await with_panel(turn, panel).call("provision_user", email="maria@example.com")
    assert answer.data["code"] == "bot_off"
    assert panel.made == {}
