"""Whether the Auth API answers, told to the doctor and to /health; and what is not needed."""

from dataclasses import dataclass, field

from app.domain.checkup import Answered, Status
from app.domain.errors import NotStarted
from app.services.accounts import symptoms
from app.services.registration.symptoms import AuthApiLines
from app.wiring import House, open_house
from tests.house import settings_for
from tests.sandbox.player import Player


@dataclass
class Knocking:
    """Answers so, or not at all."""

    status: int | None = 404
    asked: list[str] = field(default_factory=list)

    async def knock(self, url: str) -> Answered:
        self.asked.append(url)
        if self.status is None:
            raise NotStarted("Nobody answers.")
        return Answered(self.status, 3.0)


async def test_any_answer_is_one_but_a_fault_of_its_own():
    for status, wanted in ((404, Status.OK), (401, Status.OK), (503, Status.FAILED), (None, Status.FAILED)):
        (line,) = await AuthApiLines(Knocking(status), "https://auth.example.com/x?key=secret").look()
        assert (line.status, "secret" in line.message) == (wanted, False)
    (line,) = await AuthApiLines(Knocking(), None).look()
    assert line.status is Status.NOT_CONFIGURED


async def test_whoever_asks_for_the_health_does_not_knock_there_each_time():
    knocking = Knocking()
    lines = AuthApiLines(knocking, "https://auth.example.com")
    assert await lines.lately() == await lines.lately()
    assert len(knocking.asked) == 1


async def test_the_health_has_it_only_where_one_is_set(house: House, registry: House):
    assert (await registry.doors.health.report()).components["auth_api"].status == "healthy"
    assert "auth_api" not in (await house.doors.health.report()).components


async def test_an_auth_api_that_is_down_is_looked_at_and_stops_nobody(sandbox: Player, house: House, secret_key: str):
    settings = settings_for(house.database.dsn, secret_key, auth_api_url="http://127.0.0.1:9")
    async with open_house(settings) as made:
        report = await made.doors.health.report()
        assert report.components["auth_api"].status == "degraded"
        assert report.status != "unhealthy"


def test_a_redis_is_told_to_be_not_needed():
    line = symptoms.redis()
    assert (line.name, line.status) == ("redis", Status.NOT_CONFIGURED)
    assert "not needed" in line.message
