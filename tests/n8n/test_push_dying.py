"""An n8n that dies at any call of a push: what was changed is told, what was not too, and nothing is made twice."""

from collections import Counter

import pytest

from app.domain.errors import AppError
from app.n8n.workflows.catalogue import catalogue
from app.n8n.workflows.deployment import Deployment
from app.services.workflows.pushing import PushStopped, Report
from tests.n8n.stand_in import Death, StandIn, standing_in
from tests.n8n.test_push import push, secrets

OURS = [one for one in catalogue(Deployment("https://bot.example.com")) if one.key in ("erros", "responder")]
FLOWS = [one.name for one in OURS]
GIVEN = secrets()[:2]
KEYS = [one.credential.name for one in GIVEN]


async def pushed(n8n: StandIn) -> Report:
    return await push(n8n, GIVEN, ours=OURS)


async def died(n8n: StandIn, death: Death) -> Report | None:
    """The report of a push in which n8n dies; None where it ended before anything was written."""
    n8n.death = death
    try:
        return await pushed(n8n)
    except PushStopped as stopped:
        return stopped.report
    except AppError:
        return None
    finally:
        n8n.death = None


def is_told(report: Report, thing: str, verb: str, *, is_done: bool) -> bool:
    """Whether the report says of this that it was done, or that it was not, as it is; or that it cannot know."""
    if any(line.startswith(f"{thing}: {verb} or not") for line in report.unclear):
        return True
    is_denied = any(line.startswith(f"{thing}: ") and f"not {verb}" in line for line in report.undone)
    return is_denied is not is_done


def untruths(report: Report, n8n: StandIn) -> list[str]:
    """Of what the report says the things that are not so."""
    kept = {one["name"] for one in n8n.credentials.values()}
    flows = {one["name"]: one["active"] for one in n8n.workflows.values()}
    facts = [(f"credential {name}", "created", name in kept) for name in KEYS]
    facts += [(f"workflow {name}", "created", name in flows) for name in FLOWS]
    facts += [(f"workflow {name}", "published", flows.get(name, False)) for name in FLOWS]
    wrong = [f"{thing} {verb}" for thing, verb, is_done in facts if not is_told(report, thing, verb, is_done=is_done)]
    claimed = {line for line in report.done if line.endswith(": created")}
    true = {f"{thing}: created" for thing, verb, is_done in facts if verb == "created" and is_done}
    return wrong + sorted(claimed - true)


async def calls_of_a_push() -> int:
    async with standing_in() as n8n:
        n8n.death = Death(at=0, is_done=False, is_for_good=False)
        await pushed(n8n)
        return n8n.death.calls


@pytest.mark.parametrize(
    ("is_done", "is_for_good", "status"),
    [
        pytest.param(True, True, None, id="for good, with what was asked done"),
        pytest.param(False, True, None, id="for good, before it was done"),
        pytest.param(True, False, None, id="for a moment, with what was asked done"),
        pytest.param(False, False, None, id="for a moment, before it was done"),
        pytest.param(True, False, 502, id="a proxy says so, with what was asked done"),
    ],
)
async def test_at_whatever_call_it_dies_the_report_is_true_and_the_next_push_ends_it(
    status: int | None, *, is_done: bool, is_for_good: bool
):
    for number in range(1, await calls_of_a_push() + 1):
        async with standing_in() as n8n:
            report = await died(n8n, Death(number, is_done, is_for_good, status))

            if report is None:
                assert (n8n.workflows, n8n.credentials) == ({}, {}), number
            else:
                assert untruths(report, n8n) == [], (number, report)
                assert len(report.unclear) <= (1 if is_for_good else 0), (number, report)
                assert report.undone or report.unclear, (number, report)
            await pushed(n8n)
            names = Counter(one["name"] for one in (*n8n.workflows.values(), *n8n.credentials.values()))
            assert names == Counter([*FLOWS, *KEYS]), number
            assert all(one["active"] and one["tags"] for one in n8n.workflows.values()), number
            again = await pushed(n8n)
            assert not again.changed, (number, again)


async def test_a_change_whose_answer_was_lost_is_told_as_it_is():
    """The key was changed in n8n, which never shows what a credential holds; a changed workflow can be looked at."""
    newer = [*secrets("ponte_two")[:1], GIVEN[1]]
    for number in range(4, 12):
        async with standing_in() as n8n:
            await pushed(n8n)
            n8n.death = Death(number, is_done=True, is_for_good=False)
            try:
                report = await push(n8n, newer, ours=OURS)
            except PushStopped as stopped:
                report = stopped.report
            except AppError:
                continue
            n8n.death = None
            if n8n.writes[-1].startswith("PATCH"):
                assert [line.split(", ")[0] for line in report.unclear] == [f"credential {KEYS[0]}: updated or not"]
            else:
                assert f"credential {KEYS[0]}: updated" in report.done
            await push(n8n, newer, ours=OURS)
            assert not (await push(n8n, newer, ours=OURS)).changed


async def test_a_tag_that_is_missing_is_set_by_the_next_push_and_other_tags_stay():
    async with standing_in() as n8n:
        await pushed(n8n)
        n8n.tags["Mine"] = "t-mine"
        n8n.named(FLOWS[1])["tags"] = [{"id": "t-mine", "name": "Mine"}]

        assert (await pushed(n8n)).done == [f"workflow {FLOWS[1]}: tagged"]
        assert [one["name"] for one in n8n.named(FLOWS[1])["tags"]] == ["Mine", "Ponte"]
        assert not (await pushed(n8n)).changed
