"""Bookings that are claimed in other words than the usual ones, and what only sounds like that."""

import pytest

from app.domain.language import LOCALES
from app.domain.receipts import claims_booking
from app.services.conversation.phrases import Phrase
from app.services.conversation.wording import say

CLAIMS = (
    """
Agendado? Sim! Amanhã às 15h com a Ana.
Confirmado? Claro. Amanhã às 15h.
Tudo certo? Sim, amanhã às 15h!
¿Agendado? Sí, mañana a las 15.
Booked? Yes! Friday at 3pm.
Agendadinho, amanhã 15h!
Marcadinho, sexta às 10h.
Marcadíssimo para amanhã 15h
Anotadinho, sexta 10h
Confirmadíssimo!
Confirmadísimo!
Agendadito para mañana.
Apuntadita para mañana a las 10.
Agendaaaaado!
A-gendado
Agen-dado para amanhã
A.g.e.n.d.a.d.o
A g e n d a d o para amanhã 15h
Agend4do!
B00ked!
Agendad0, amanhã às 15h
Agen*dado* amanhã
Ag_endado
Bloqueei amanhã às 15h pra você
Bloqueamos sexta às 10h para você.
Bloqueé el martes a las 10 para usted.
Blocked Friday 3pm for you
I've blocked Friday 3pm for you.
Segurei amanhã às 15h pra você.
A Ana vai te esperar amanhã às 15h
A Ana te espera amanhã às 15h.
Ana te espera el viernes a las 10.
Ana te recibe mañana a las 10.
A Ana vai te receber amanhã às 15h
A Ana vai te atender sexta às 10h.
Amanhã às 15h estaremos te esperando.
Aguardo você amanhã às 15h.
Ana va a esperarte mañana a las 15.
Amanhã às 15h tá fechado com a Ana
Sexta às 10h fechado pra você!
Visita fechada com a Ana para sexta às 10h.
Ana will be waiting for you on Friday at 3pm
Friday 3pm it is, Ana is expecting you
Friday at 3pm it is!
Ana expects you on Friday at 3pm.
Quedas para mañana a las 15
Quedaste para el viernes a las 10.
Ficou para sexta às 10h.
Queda fijada su cita el martes a las 10.
Cita cerrada para el viernes a las 10.
Reunión pautada para el lunes.
Visita combinada para sexta às 10h.
Está tudo acertado para amanhã às 15h.
Está tudo ok para amanhã às 15h.
Seu nome já tá na lista pra sexta às 10h
Deixei amanhã às 15h no seu nome.
El viernes a las 10 está a tu nombre.
Friday 3pm is in your name.
Your name is down for Friday 3pm.
Sua vaga tá no papo, amanhã 15h
Já avisei a Ana que você vem amanhã às 15h.
A Ana já sabe que você vem amanhã às 15h.
Ana knows you're coming on Friday at 3pm.
Consegui amanhã às 15h pra você!
Consegui um horário sexta às 10h para você.
You're in for Friday at 3pm.
You're on for Friday at 3pm!
You're good to go for Friday at 3pm.
Ana has you at 3pm on Friday.
It's a date: Friday 3pm!
I've set up your appointment.
Cuentas con tu turno mañana a las 10.
Lancei no sistema: sexta às 10h.
Sua visita com a Ana: amanhã às 15h.
Tu cita: viernes a las 10.
Perfeito, amanhã às 15h com a Ana.
É isso, amanhã 15h com a Ana!
A gente se vê amanhã às 15h!
Sua hora está marcadinha.
""".strip()
    .replace("\\u00ad", "\u00ad")
    .splitlines()
)

NO_CLAIMS = """
Confirmado? Ainda não.
Agendado? Não, amanhã às 15h já não há vaga.
Já está agendado? Sim ou não?
Quer deixar agendado? Responda sim.
Precisa de hora marcada? Sim, de segunda a sexta.
Preciso marcar consulta? Sim, pelo telefone.
Vocês atendem só com hora marcada? Sim!
Do I need an appointment? Yes, call us.
Temos agendinhas 2027 por 30 reais.
O pão é quentinho, feito na hora.
Seu pedido foi separadinho e sai amanhã às 10h.
Sua entrega ficou para amanhã às 15h.
A entrega fica para sexta às 10h.
Seu cartão foi bloqueado hoje às 10h.
O horário das 15h está bloqueado.
Sexta às 10h está bloqueado na agenda da Ana.
Amanhã às 15h estamos fechados.
A loja está fechada amanhã às 15h.
Hoje a loja fica fechada com cadeado a partir das 18h.
La tienda está cerrada mañana a las 15.
We are closed on Friday at 3pm.
A Ana vai atender amanhã das 9h às 18h.
Um atendente vai te atender amanhã às 9h.
Nossa equipe vai te responder amanhã às 9h.
A Ana vai te chamar amanhã às 9h.
Una persona va a atender su consulta mañana a las 9.
A Ana vai te esperar amanhã às 15h?
¿Ana te espera mañana a las 10?
Is Ana expecting you on Friday at 3pm?
Espera um instante, vejo amanhã às 15h.
Aguarde, amanhã às 9h respondemos.
Seu pacote te espera na loja, hoje até as 18h: é só retirar o pedido.
Your order is waiting for you until Friday at 6pm.
Tu pedido te espera mañana a las 10.
Coloco você na lista de espera de amanhã às 15h?
Há lista de espera para sexta às 10h.
Te puse en duda: ¿el lunes o el martes?
Qual é o seu nome? Amanhã às 15h temos vaga.
Em que nome deixo a visita de amanhã às 15h?
¿A tu nombre o a otro, mañana a las 10?
Avise se você vem amanhã às 15h.
Me avise quando puder vir: amanhã às 15h?
Consegui ver a agenda: amanhã às 15h está livre.
Não consegui amanhã às 15h para você.
Consigo amanhã às 15h para você, quer?
Conseguimos atender amanhã às 15h, se quiser.
Can you make it on Friday at 3pm?
Are you in for Friday at 3pm?
If you are in on Friday at 3pm, call us.
You are good as you are.
Your visit depends on Friday's weather.
Sua visita amanhã às 15h depende da sua resposta.
Sua visita pode ser amanhã às 15h ou às 16h.
Amanhã às 15h com a Ana ou com o Beto?
Perfeito, amanhã às 15h temos vaga.
É isso: amanhã abrimos às 15h.
Perfeito! Vou ver amanhã às 15h com a Ana.
Registrei seu pedido no sistema hoje.
Pagamento registrado no sistema hoje às 10h.
Queda poco para mañana a las 15: ¿le reservo?
Quedan dos turnos para mañana a las 15.
Ficam duas vagas para amanhã às 15h.
Ficamos na Rua das Flores, 10.
Nosso e-mail é agenda-loja@example.com.
Pré-agendamento pelo site.
Ligue 0800 123 45 67.
Sala 15-B, dia 10.
A/C: Ana. R$ 10,00/h.
O preço é fixado na segunda.
La cita no está fijada todavía.
Shall I put your name down for Friday 3pm?
Could it be Friday at 3pm?
Is it a date?
We set up meetings by phone.
Let me know if you're free on Friday at 3pm.
Quais dias servem: terça, quarta ou quinta às 10h?
¿Cuenta con alguna preferencia para mañana a las 10?
""".strip().splitlines()


@pytest.mark.parametrize("text", CLAIMS)
def test_a_booking_is_claimed_in_other_words_too(text: str):
    assert claims_booking(text)


def test_a_booking_is_claimed_in_letters_of_another_make_too():
    bold = "".join(chr(0x1D41A + ord(letter) - ord("a")) for letter in "agendado")
    assert claims_booking(f"{bold} para amanhã às 15h")
    assert claims_booking("Ag\u00adenda\u200bdo para amanhã")


@pytest.mark.parametrize("text", NO_CLAIMS)
def test_what_only_sounds_like_a_booking_goes_through(text: str):
    assert not claims_booking(text)


TO_CUSTOMERS = [one for one in Phrase if one.name.startswith(("GOODBYE", "STILL", "OPT")) or one is Phrase.NOBODY_THERE]


@pytest.mark.parametrize("phrase", TO_CUSTOMERS)
def test_what_ponte_itself_tells_customers_claims_no_booking(phrase: Phrase):
    assert not any(claims_booking(say(phrase, locale)) for locale in LOCALES)


PIECES = (
    "a ",
    "agenda-",
    "te espera ",
    "consegui amanha ",
    "perfeito amanha ",
    "sabe voce ",
    "sim? ",
    "amanha 15 ",
    "n4o ",
)


@pytest.mark.parametrize("piece", [*PIECES, "será que você ", "a.b", "fica para 15 30 "])
def test_the_longest_answer_of_hostile_words_is_judged_to_its_end(piece: str):
    """A judgment whose steps grew with the square of the text, or worse, would not end within the run."""
    claims_booking(piece * (16_000 // len(piece)))
    claims_booking("Amanhã às 15h " + piece * (16_000 // len(piece)))
