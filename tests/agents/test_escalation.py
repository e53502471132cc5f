"""Who asks for a person gets one; who only mentions one is answered."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.escalation import asks_for_person

ASKS = [
    "quero falar com um atendente",
    "Quero falar com atendente",
    "QUERO FALAR COM UM HUMANO!!!",
    "quero fala com um atendente",
    "quero flar com atendnete",
    "qro falar com atendente",
    "posso falar com alguém?",
    "preciso conversar com uma pessoa de verdade",
    "falar com uma pessoa",
    "falar com humano",
    "gostaria de ser atendida por uma pessoa",
    "atendente",
    "Atendente por favor",
    "atendente, pf 🙏",
    "atendnte",
    "agente",
    "humano",
    "humanno por favor",
    "oi, quero um atendente",
    "Boa tarde! Quero um atendente por favor",
    "me passa pra um atendente",
    "me transfere para um humano",
    "chama um atendente aí",
    "pode chamar alguém?",
    "tem alguém aí?",
    "tem algum atendente disponível?",
    "quero atendimento humano",
    "não quero falar com robô",
    "chega de robô",
    "quero falar com o gerente",
    "quero falar com um vendedor",
    "preciso de ajuda",
    "ajuda",
    "socorro",
    "help",
    "HELP!!",
    "help me please",
    "sos",
    "quiero hablar con una persona",
    "Hablar con un humano",
    "necesito hablar con alguien",
    "quiero hablar con un agente por favor",
    "quiero ablar con una persona",
    "¿puedo hablar con un asesor?",
    "pásame con un asesor",
    "asesor",
    "persona real por favor",
    "¿hay alguien ahí?",
    "no quiero hablar con un robot",
    "atención humana",
    "ayuda",
    "necesito un representante",
    "I want to speak to a human",
    "speak to a human",
    "can I talk to a real person?",
    "talk to an agent please",
    "speak with a representative",
    "spaek to a humen",
    "agent",
    "human please",
    "get me a human",
    "connect me to an operator",
    "transfer me to someone",
    "is anyone there?",
    "I need a human",
    "I don't want to talk to a bot",
]
DOES_NOT = [
    "",
    "😊",
    "oi",
    "qual o horário de atendimento?",
    "vocês têm agente de viagem?",
    "quero um agente de viagens em Lisboa",
    "quantos atendentes vocês têm?",
    "a atendente foi muito gentil ontem",
    "vocês estão atendendo hoje?",
    "vocês atendem no sábado?",
    "quero agendar para duas pessoas",
    "quanto custa por pessoa?",
    "mesa para 4 pessoas",
    "tem atendimento para pessoas com deficiência?",
    "quero uma consulta para minha mãe",
    "posso levar alguém comigo?",
    "quero falar sobre pessoa jurídica",
    "vou falar com meu marido e te aviso",
    "preciso falar com a minha gerente antes",
    "pode me ajudar com o preço?",
    "preciso de ajuda com o pagamento",
    "me ajuda a escolher um plano",
    "não precisa chamar atendente",
    "não quero falar com atendente, só o preço",
    "obrigado pela ajuda",
    "corpo humano",
    "curso de recursos humanos",
    "agenda",
    "minha agenda está cheia",
    "qual é o seu nome?",
    "é um robô?",
    "consulta",
    "quero marcar uma consulta",
    "¿cuál es el horario de atención?",
    "¿cuánto cuesta por persona?",
    "mesa para dos personas",
    "quiero hablar sobre el precio",
    "no necesito hablar con una persona",
    "¿tienen agente de viajes?",
    "gracias por la ayuda",
    "busco personal de limpieza",
    "how much per person?",
    "do you need a person for the job?",
    "is the human resources course open?",
    "table for two people",
    "I need an agent for real estate",
    "can you help me with the price?",
    "thanks for your help",
    "what are your support hours?",
    "I don't need to talk to a person",
    "do you speak English?",
]


@pytest.mark.parametrize("text", ASKS)
def test_who_asks_for_a_person_is_understood(text: str):
    assert all(asks_for_person(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))


@pytest.mark.parametrize("text", DOES_NOT)
def test_who_only_mentions_a_person_is_not_handed_over(text: str):
    assert not any(asks_for_person(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))


@given(st.text())
def test_no_text_makes_it_fail(text: str):
    assert asks_for_person(text) in {True, False}


def test_a_text_of_64_kilobytes_is_read_too():
    assert not asks_for_person("palavra nova " * 5_000)
