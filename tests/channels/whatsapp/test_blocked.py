"""Who has blocked us, told in the answer to an approved template: nobody writes first to them any more."""

from datetime import time

from app.domain.outreach import Trigger
from app.domain.templates import NewTemplate
from app.services.proactive.desk import Wish
from app.store.accounts import Account
from app.wiring import House
from tests.channels.whatsapp.conftest import MARIA, Phone
from tests.house import work_until_quiet

BLOCKED = 131050


async def invited(house: House, account: Account, key: str) -> tuple[str, str | None, tuple[str, ...]]:
    """A customer who has never written is written to first; what became of it."""
    desk = house.doors.proactive.desk
    wish = Wish("convite", phone=f"+{MARIA}", data={"name": "Maria"}, locale="pt-BR")
    started = await desk.start(account.id, wish, key=key, who="test")
    await work_until_quiet(house)
    one, _ = await desk.status(account.id, started.id)
    return one.state.value, one.way, one.reasons


async def test_a_template_that_is_refused_because_the_customer_has_blocked_us_is_their_opt_out(
    house: House, account: Account, phone: Phone
):
    templates = house.doors.proactive.templates
    await phone.order("templates", name="boas_vindas", language="pt_BR", places=1)
    trigger = Trigger("convite", quiet_from=time(0), quiet_until=time(0))
    await templates.save_trigger(account.id, trigger, who="test")
    text = NewTemplate("convite", "pt-BR", 0, "Olá {name}.", approved_name="boas_vindas")
    await templates.save(account.id, text, who="test")
    await phone.order("trouble", fault="refuse", code=BLOCKED)
    assert await invited(house, account, "k1") == ("denied", "template", ("opted_out",))
    opted_out = "select external_id from contacts where opted_out_at is not null"
    assert await house.database.fetchval(opted_out) == MARIA
    assert (await invited(house, account, "k2"))[2] == ("opted_out",)
    assert await phone.sent() == []
