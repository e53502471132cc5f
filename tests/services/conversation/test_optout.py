"""Opting out and in: what is meant beyond doubt, and the ordinary sentences that only look like it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.conversation.optout import Consent, intent

OUT = [
    "PARAR",
    "parar",
    "Parar!!",
    "Pare, por favor",
    "SAIR",
    "sair 🙏",
    "Cancelar mensagens",
    "cancelar o recebimento de mensagens",
    "quero cancelar as mensagens",
    "não quero mais receber mensagens",
    "Nao quero mais receber mensagens de voces",
    "não quero receber mais essas promoções",
    "NÃO DESEJO RECEBER MENSAGENS",
    "não quero receber mais nada",
    "não quero mais mensagens",
    "não me mande mais mensagens",
    "não me mandem mais nada",
    "parem de me mandar mensagem",
    "pare de enviar propaganda",
    "para de me mandar isso",
    "quero parar de receber mensagens",
    "me tira da lista",
    "me tira dessa lista por favor",
    "tire meu número da sua lista",
    "quero sair da lista",
    "sair da lista de transmissão",
    "descadastrar",
    "descadrastar",
    "quero me descadastrar",
    "me descadastra por favor",
    "BAJA",
    "baja por favor",
    "salir",
    "no quiero recibir más mensajes",
    "No deseo recibir mensajes",
    "no quiero más mensajes",
    "no me envíen más mensajes",
    "no me manden más publicidad",
    "dejen de enviarme mensajes",
    "quiero darme de baja",
    "dame de baja de la lista",
    "denme de baja",
    "sáquenme de la lista",
    "elimíname de su lista",
    "cancelar mensajes",
    "quiero dejar de recibir mensajes",
    "STOP",
    "Stop please",
    "stop!!! STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "unsubcribe",
    "please unsubscribe me",
    "stop sending me messages",
    "Please stop texting me",
    "I want you to stop sending me these messages",
    "remove me from your list",
    "take me off this mailing list",
    "I don't want to receive messages anymore",
    "i dont want any more texts",
    "do not message me again",
    "no more messages",
    "opt out",
    "I want to opt out of marketing messages",
]
IN = [
    "VOLTAR",
    "voltar por favor",
    "START",
    "start!",
    "UNSTOP",
    "ALTA",
    "quero voltar a receber",
    "Quero voltar a receber as mensagens",
    "quero receber mensagens de novo",
    "podem voltar a me mandar mensagens",
    "quiero volver a recibir mensajes",
    "quiero recibir mensajes otra vez",
    "denme de alta",
    "I want to receive messages again",
    "opt me back in",
]
ORDINARY = [
    "",
    "quero parar de pagar",
    "posso cancelar minha consulta?",
    "cancelar",
    "quero cancelar",
    "Cancelar minha consulta de terça",
    "vocês podem parar na minha casa?",
    "onde posso parar o carro?",
    "para que serve?",
    "quero parar de fumar",
    "vou sair agora, falamos depois",
    "que horas vocês vão sair?",
    "quero sair da lista de espera",
    "tira meu nome da lista de presentes",
    "não quero receber em casa, vou buscar",
    "não quero o azul",
    "não recebi a mensagem",
    "não recebi mais mensagens de vocês",
    "por que pararam de me mandar mensagens?",
    "não quero parar de receber mensagens",
    "não quero sair da lista",
    "me manda mensagem amanhã",
    "pode parar de mandar o boleto errado?",
    "quero receber a proposta",
    "quero voltar amanhã",
    "posso voltar na quinta?",
    "voltar quando?",
    "stop by the store",
    "can you stop by the store?",
    "where is the bus stop?",
    "why did you stop sending me messages?",
    "please don't stop sending messages",
    "I want to cancel my appointment",
    "unsubscribed users get a discount?",
    "start at 9 or 10?",
    "when do you start?",
    "la rodilla está de baja",
    "¿tienen planta baja?",
    "quiero dar de baja mi plan dental",
    "quiero darme de baja del gimnasio",
    "alta calidad",
    "está en alta demanda?",
    "quiero salir el viernes",
    "no quiero ese color",
    "no me llegó el mensaje",
    "quiero recibir el presupuesto",
    "dejen de hacer ruido",
    "remove the item from my order list of purchases",
    "i don't want the blue one",
    "no text on the picture please",
]


@pytest.mark.parametrize("text", OUT)
def test_asking_for_no_more_messages_is_an_opt_out(text: str):
    assert {intent(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")} == {Consent.OUT}


@pytest.mark.parametrize("text", IN)
def test_asking_for_messages_again_is_an_opt_in(text: str):
    assert {intent(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")} == {Consent.IN}


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_sentence_changes_no_consent(text: str):
    assert intent(text) is None


def test_a_long_story_changes_no_consent():
    assert intent("não quero mais receber mensagens " * 2000) is None


@given(st.text())
def test_no_text_makes_it_fail(text: str):
    assert intent(text) in {None, *Consent}
