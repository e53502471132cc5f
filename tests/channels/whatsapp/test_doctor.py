"""What the doctor says of the business account behind a number, whose templates are listed."""

import json
from dataclasses import replace

import pytest

from app.channels.whatsapp.adapter import WhatsAppChannel
from app.domain.account import Connection
from app.domain.checkup import Status
from app.store.accounts import Account
from app.wiring import House
from tests.channels.whatsapp.conftest import Phone


def knowing(connection: Connection, waba_id: str) -> Connection:
    return replace(connection, token=json.dumps({"token": "simulated-token", "waba_id": waba_id}))


async def test_a_business_account_that_is_this_token_s_is_fine(channel: WhatsAppChannel, phone: Phone):
    (line,) = await channel.inspect(knowing(phone.connection, "100200300400500"))
    assert (line.name, line.status) == ("business", Status.OK)


async def test_a_wrong_business_account_is_told_with_where_to_mend_it(channel: WhatsAppChannel, phone: Phone):
    (line,) = await channel.inspect(knowing(phone.connection, "999"))
    assert line.status is Status.FAILED
    assert "WHATSAPP_WABA_ID" in line.todo
    assert "simulated-token" not in line.message + line.todo


@pytest.mark.parametrize("code", [10, 200])
async def test_a_token_that_may_not_read_it_is_told_which_right_it_lacks(
    channel: WhatsAppChannel, phone: Phone, code: int
):
    await phone.order("trouble", fault="refuse", what="read", status=403, code=code)
    (line,) = await channel.inspect(knowing(phone.connection, "100200300400500"))
    assert line.status is Status.FAILED
    assert "whatsapp_business_management" in line.todo


@pytest.mark.parametrize("code", [131031, 368, 33])
async def test_a_locked_account_is_not_taken_for_a_missing_right(channel: WhatsAppChannel, phone: Phone, code: int):
    await phone.order("trouble", fault="refuse", what="read", status=403, code=code)
    (line,) = await channel.inspect(knowing(phone.connection, "100200300400500"))
    assert (line.name, line.status) == ("business", Status.FAILED)
    assert "WhatsApp Manager" in line.todo


@pytest.mark.parametrize("code", [80007, 131000])
async def test_what_meta_will_not_say_now_is_told_of_the_business_account_and_not_of_the_number(
    channel: WhatsAppChannel, phone: Phone, code: int
):
    await phone.order("trouble", fault="refuse", what="read", status=400, code=code, times=3)
    (line,) = await channel.inspect(knowing(phone.connection, "100200300400500"))
    assert (line.name, line.status) == ("business", Status.FAILED)
    assert "again" in line.todo


async def test_one_that_was_not_named_is_no_fault(channel: WhatsAppChannel, phone: Phone):
    (line,) = await channel.inspect(phone.connection)
    assert line.status is Status.NOT_CONFIGURED
    assert "WHATSAPP_WABA_ID" in line.todo


async def test_of_360dialog_nothing_is_said_and_nothing_asked(channel: WhatsAppChannel, phone: Phone):
    assert await channel.inspect(phone.dialog) == []
    assert await channel.inspect(knowing(phone.dialog, "999")) == []
    assert await phone.calls() == []


async def test_the_doctor_has_the_line_beside_the_number_s(house: House, account: Account):
    report = await house.doors.doctor.report(account.id)
    lines = {line.name: line for line in report.lines if line.account_id == account.id}
    assert (lines["whatsapp"].status, lines["business"].status) == (Status.OK, Status.NOT_CONFIGURED)
