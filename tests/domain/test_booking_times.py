"""Which days and hours a claim tells, and whether the booking behind its receipt has them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.booking_times import LiveReceipt, told_otherwise
from app.domain.receipts import unproven_booking

RECEIPT = "AG-7KM2Q9XD"
NOW = datetime(2026, 12, 14, 15, tzinfo=UTC)  # a Monday; clocks in São Paulo show noon
START = datetime(2026, 12, 15, 18, tzinfo=UTC)  # tomorrow at three in the afternoon
LIVE = [LiveReceipt(RECEIPT, START, START + timedelta(hours=1), ("America/Sao_Paulo",))]
# {R} is the receipt, "\\n" a line that ends.
TRUE = """
Agendado: terça, 15/12 às 15:00 com Ana. Código {R}.
Agendado amanhã às 15h! Recibo {R}
Sua consulta está marcada para terça-feira, 15 de dezembro, das 15h às 16h. {R}
Agendado para amanhã às 15h. Chegue às 14h50. {R}
Agendado para amanhã às 15h, chegue às 14h50. {R}
Agendado para amanhã às 15h (atendemos até 19h). {R}
Agendado para amanhã às 15h. Atendemos das 8h às 19h. {R}
Remarquei de segunda às 10h para terça às 15h. {R}
Confirmei hoje sua visita de amanhã às 15h. A consulta dura 1h. {R}
Sua segunda consulta está agendada para terça às 15h, dura 1h. {R}
Pronto, agendado! {R}\\nData: 15/12\\nHorário: 15h\\nLocal: Rua X, 12
Agendado! {R}\\nTerça, 15/12 às 15h com Ana
Agendado amanhã às 15h, {R}.\\nOutros horários livres:\\n- Sexta às 9h
Agendado, {R}.\\nOutros horários livres:\\n- Sexta às 9h
Seu horário de amanhã às 15h está confirmado ({R}), mas se preferir tenho 16h ou 17h.
Booked: Tuesday, Dec 15 at 15:00 with Ana. Code {R}.
You're booked for tomorrow at 3 pm. {R}
You're booked for Tuesday, December 15th at 3:00 PM at 12 Main Street. {R}
Agendado: martes, 15/12 a las 15:00 con Ana. Código {R}.
Tu cita está confirmada para mañana a las 3 de la tarde. {R}
Confirmei as 2 sessões, a primeira amanhã às 15h. {R}
Agendado amanhã às três da tarde. {R}
Agendado amanhã às 15h, avise com 24h de antecedência. {R}
Agendado para 15/12 às 15h. Cancelamentos até 24h antes, às 15h de 14/12. {R}
Lembrete: seu horário com Ana é terça, 15/12 às 15:00. Código {R}.
Agendado para amanhã às 15h por R$ 180, 12 meses de garantia. {R}
Agendado para terça-feira (15/12), às 15h (horário de Brasília). {R}
Agendado. {R}
Oi, boa tarde! Agendado para amanhã, às 15 horas em ponto, com duração de 1 hora. {R}
Te espero amanhã às 15h! {R}
Ótimo, consulta de 30 min confirmada para amanhã 15h00. {R}
Tudo certo, Maria! ✅ Agendado\\n📅 Terça-feira, 15/12\\n🕒 15:00\\n👩 Ana\\n🔖 {R}
Agendado: 2026-12-15T15:00, {R}
See you tomorrow at three pm. {R}
Agendado para amanhã às 15h, na Av. Brasil 10, perto do km 3. {R}
Está agendado para amanhã, 15h, sala 12, Rua das Flores 150, tel 3333-4444. {R}
""".strip()
FALSE = """
Sua consulta está agendada para sexta-feira 25/12 às 9h com o Dr. Paulo. Recibo {R}.
Pronto! Agendado amanhã às 15h e às 17h. Recibo {R}.
Agendado! {R}\\nData: 25/12\\nHorário: 9h
Tudo certo, Maria! ✅ Agendado\\n📅 Sexta-feira, 25/12\\n🕒 15:00\\n👩 Ana\\n🔖 {R}
Agendado! {R}\\nSexta, 25/12 às 9h com Paulo
Você está agendado para quinta às 15h. {R}
Agendado para amanhã às 16h30. {R}
You're booked for Friday at 3 pm. {R}
Tu cita está confirmada para el jueves. {R}
Remarquei de segunda às 10h para quarta às 11h. {R}
Agendado depois de amanhã às 15h {R}
A-gendado para sexta às 9h {R}
Agendado para dia 16 às 15h. {R}
Booked for Dec 16. {R}
Agendado hoje às 15h. {R}
""".strip()


def written(line: str) -> str:
    return line.replace("{R}", RECEIPT).replace("\\n", "\n")


@pytest.mark.parametrize("line", TRUE.splitlines())
def test_who_tells_the_time_of_the_booking_is_believed_whatever_else_is_told(line: str):
    assert not unproven_booking(written(line), LIVE, NOW)


@pytest.mark.parametrize("line", FALSE.splitlines())
def test_a_day_or_an_hour_that_the_booking_does_not_have_is_not_proven_by_its_receipt(line: str):
    assert unproven_booking(written(line), LIVE, NOW)


def test_of_several_appointments_each_may_be_told_in_the_zone_of_either_side():
    other = START + timedelta(days=3)
    zones = ("America/Sao_Paulo", "Europe/Lisbon")
    live = [*LIVE, LiveReceipt("AG-11112222", other, other + timedelta(hours=1), zones)]
    for said in ("amanhã às 15h e na sexta às 15h", "sexta às 18h de Lisboa"):
        assert not unproven_booking(f"Agendado {said}, códigos {RECEIPT} e AG-11112222.", live, NOW)


def test_what_was_tomorrow_when_it_was_written_is_tomorrow_still():
    midnight = datetime(2026, 12, 15, 3, 1, tzinfo=UTC)
    assert not unproven_booking(f"Agendado amanhã às 15h, {RECEIPT}.", LIVE, midnight)


@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from("às 15h,.:/-e da manhãlunes sexta31/02 amdiaàpm"), max_size=60), st.booleans()
        )
    )
)
def test_whatever_is_written_it_is_read(said: list[tuple[str, bool]]):
    assert told_otherwise(said, LIVE, NOW) in (True, False)
