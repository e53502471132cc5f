"""What counts as claiming a booking, in three languages, and which receipts a text quotes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.booking_times import LiveReceipt
from app.domain.receipts import claims_booking, new_receipt, receipt_in, receipts_in, unproven_booking

CLAIMS = """
Agendado!
Seu horário está agendado para amanhã às 14h.
Pronto, marquei sua visita.
Agendei para terça-feira às 10h. Até lá!
Sua consulta foi marcada para o dia 25 às 16h.
Confirmado para amanhã às 14h!
Horário reservado com sucesso.
Reservei a vaga para você.
Perfeito! Te espero amanhã às 14h.
Esperamos você na quinta às 9h.
Até amanhã às 14h!
Tudo certo para sexta às 15h.
Seu atendimento será na segunda às 11h.
Combinado, sexta às 10h então.
Já está na agenda.
Acabei de agendar sua avaliação.
Posso confirmar que sua visita está marcada.
Remarcamos sua reunião.
Sua reunião ficou para amanhã às 16:00 e está confirmada.
Agendamos sua visita; qualquer coisa, avise.
Tu cita está confirmada para el martes a las 10.
Sí, agendado.
Sí, tu cita está confirmada.
Ya agendé tu visita.
Reservé el turno para usted.
Quedó agendada para mañana a las 15.
He agendado su cita.
Se agendó su cita para el jueves.
Te espero mañana a las 10.
Nos vemos el lunes a las 9.
Tu cita es el viernes a las 11:30.
Todo listo para el martes a las 16.
Acabo de reservar su turno.
Booked!
You're booked for Tuesday at 10 am.
Your appointment is confirmed.
I've scheduled your visit for tomorrow.
See you tomorrow at 2 pm.
You're all set for Friday at 3 pm.
Your meeting is on Monday at 9.
I put you on the calendar.
I can confirm your appointment is booked.
Done, it has been rescheduled.
Agendamento realizado com sucesso para 15/12 às 14h!
Agendamento feito!
Agendamento OK!
Seu agendamento foi concluído com sucesso!
Seu agendamento para sexta às 10h já foi feito.
Fiz seu agendamento.
Criei o agendamento para você.
Agendamento feito e pagamento confirmado!
Reserva efetuada para sexta às 10h.
Sua consulta foi criada para sexta às 10h.
Encaixei você amanhã às 14h.
Encaixei você amanhã às 14h
Te coloquei amanhã às 14h
Coloquei você para amanhã às 14h.
Você tem consulta amanhã às 14h.
Você já tem um horário na sexta às 10h.
Feito, sexta às 10h!
Cita creada para el viernes a las 10
Su cita fue creada con éxito.
Ya hice la reserva.
Creé su cita.
Te apunté para mañana a las 10.
Tienes cita mañana a las 15h.
Usted tiene un turno el martes a las 10.
Claro que sí, tienes cita mañana a las 15.
Your appointment has been made for Friday at 10.
Your booking is complete.
I made your reservation.
I've got you down for tomorrow at 3pm.
I have you down for Friday at 10.
I squeezed you in tomorrow at 3pm.
You have an appointment tomorrow at 3 pm.
You've got an appointment tomorrow at 3 pm.
Confirmado ✅
Pronto, confirmado!
Fechado: quinta, 15h.
Perfeito, fechado para quinta às 15h.
Prontinho! Quinta às 15h é seu.
Sua vaga está guardada para amanhã 15h.
Sua vaga está guardada.
Guardei seu horário de quinta.
Ok! Amanhã às 15h então.
Agendad\u043e!
\u0410gendado para amanhã.
Agenda\u200bdo!
Agendado, ok?
Sua visita está marcada para quinta, certo?
¡Confirmada!
El martes a las 10 es tuyo.
Tu lugar está guardado.
Agendado, ¿vale?
Confirmed!
Friday at 3 pm is yours.
Your spot is locked in for 3pm.
You're booked, ok?
""".strip().splitlines()

NO_CLAIMS = """
Quer que eu deixe agendado?
Posso agendar para amanhã às 14h?
Qual horário prefere: 14h ou 15h?
Temos horários livres amanhã às 14h e às 15h.
Vou verificar os horários e já volto.
Ainda não está agendado.
Não consegui agendar, esse horário já está reservado por outra pessoa.
Atendemos com hora marcada.
Para agendar, diga o dia e a hora.
Se você quiser, posso deixar marcado.
Assim que confirmar, fica agendado.
Agende sua visita pelo telefone.
Seu pedido está confirmado.
Pagamento confirmado, entrega amanhã.
Estamos fechados aos domingos.
Nosso horário é de segunda a sexta, das 9h às 18h.
Esperamos você na loja!
Oi! Como posso ajudar?
Funcionamos hoje até as 18h.
Quando estiver agendado, aviso.
¿Quiere que la deje agendada?
¿Le reservo el martes a las 10?
Todavía no está confirmada su cita.
Si su cita está confirmada, recibirá un aviso.
Atendemos con cita reservada.
Agende su visita por teléfono.
Tenemos libre el martes a las 10.
No pude agendar su cita.
Su pago está confirmado.
Shall I book it for you?
It is not booked yet.
I can't schedule that.
Once it is scheduled, you will get a code.
We are open tomorrow from 9 to 18.
Which time suits you, 10 or 11?
Your order is confirmed.
Would you like it booked?
O agendamento é feito pelo telefone.
O agendamento pode ser feito pelo site.
O agendamento ainda não foi feito.
Agendamentos são feitos pelo site.
Depois de feito o agendamento, você recebe um código.
Pagamento da reserva efetuado.
O agendamento só fica feito depois que você confirmar.
Sua compra foi realizada com sucesso.
Cadastro feito!
Nosso pão é feito na hora.
Você tem um horário livre amanhã às 14h.
Você tem três horários amanhã: 14h, 15h e 16h.
Temos consulta amanhã às 14h disponível.
A Ana tem horário amanhã às 14h.
Tem vaga amanhã às 14h, quer?
Se você tem consulta amanhã às 14h, chegue dez minutos antes.
Você tem que trazer um documento à consulta amanhã às 14h.
Posso encaixar você amanhã às 14h.
Quer que eu coloque você amanhã às 14h?
La reserva se puede hacer mañana a las 10.
La cita todavía no está creada.
Si tienes cita mañana a las 10, trae tu documento.
Tenemos turno el martes a las 10.
Su compra fue realizada con éxito.
Appointments are made by phone.
The appointment has not been made yet.
You have two slots available tomorrow at 2 pm.
You have until tomorrow at 3 pm to choose a slot.
If you have an appointment tomorrow at 3 pm, come early.
I can put you down for tomorrow at 3pm.
Your payment has been made.
Posso confirmar quinta às 15h?
Quer que eu deixe agendado, ok?
Posso deixar reservado para quinta, certo?
Fechado aos domingos.
Qual é seu nome? Temos amanhã às 15h.
Amanhã às 15h ou às 16h?
O horário ainda não está confirmado, ok?
¿Le guardo el martes a las 10?
¿Puedo confirmar el jueves a las 10?
Can I confirm Thursday at 3 pm?
Shall I lock in your spot for 3 pm?
""".strip().splitlines()


@pytest.mark.parametrize("text", CLAIMS)
def test_a_text_that_says_it_is_booked_claims_a_booking(text: str):
    assert claims_booking(text)


@pytest.mark.parametrize(
    "text", ["Seu horário de amanhã às 15h\nestá confirmado", "Your visit\r\nis booked", "Tu cita\nquedó\nreservada"]
)
def test_a_claim_that_goes_over_lines_or_balloons_is_one(text: str):
    assert claims_booking(text)


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_an_offer_a_question_or_another_matter_claims_none(text: str):
    assert not claims_booking(text)


def test_what_the_offline_brain_knows_by_heart_claims_no_booking(root: Path):
    seed = json.loads((root / "app/store/seed/knowledge.json").read_text())
    texts = [value for entry in flat(seed) for value in entry]
    assert [text for text in texts if claims_booking(text)] == []


def flat(value: object) -> list[list[str]]:
    if isinstance(value, str):
        return [[value]]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [found for one in inner for found in flat(one)]


@given(st.text(max_size=200))
def test_any_text_is_judged_without_an_error(text: str):
    claims_booking(text)
    receipts_in(text)


def test_what_undoes_a_claim_stands_near_it():
    """Else a text without a full stop would be read from its beginning for each of its claims."""
    assert not claims_booking("não está agendado")
    assert claims_booking("não " + "sei " * 60 + "seu horário está agendado")


def test_receipts_are_found_however_they_are_typed():
    receipt = new_receipt()
    for text in (receipt, receipt.lower(), receipt.replace("-", " "), f"Código: {receipt}.", f"({receipt})"):
        assert receipt_in(text) == receipt
    assert receipts_in(f"{receipt} e AG-00000000") == {receipt, "AG-00000000"}
    assert receipt_in("agenda amanhã") is None
    assert receipt_in("AG-12345") is None
    assert receipt_in(receipt + "X") is None


def test_a_claim_needs_a_live_receipt_and_no_other():
    mine, foreign = "AG-7KM2Q9XD", "AG-00000000"
    now = datetime(2026, 12, 14, 15, tzinfo=UTC)
    live = [LiveReceipt(mine, now, now + timedelta(hours=1), ("UTC",))]
    assert unproven_booking("Agendado!", live, now)
    assert not unproven_booking(f"Agendado! Código {mine}.", live, now)
    assert unproven_booking(f"Agendado! Código {foreign}.", live, now)
    assert unproven_booking(f"Agendado! Códigos {mine} e {foreign}.", live, now)
    assert unproven_booking(f"Olhe: {foreign}", live, now)
    assert not unproven_booking("Qual horário prefere?", (), now)


def test_no_two_receipts_are_alike():
    assert len({new_receipt() for _ in range(1000)}) == 1000
