"""What Ponte itself says to a customer: goodbyes, waiting, opting out, the survey."""

from app.services.conversation.phrases import Phrase

TO_CUSTOMERS: dict[Phrase, tuple[str, str, str]] = {
    Phrase.GOODBYE_ASKED: (
        "Claro! Vou chamar uma pessoa da nossa equipe para continuar a conversa com você por aqui.",
        "¡Claro! Voy a llamar a una persona de nuestro equipo para que siga la conversación contigo por aquí.",
        "Of course! I'll get a person from our team to continue this conversation with you right here.",
    ),
    Phrase.GOODBYE_UNKNOWN: (
        "Isso eu não sei responder com certeza. Vou chamar uma pessoa da nossa equipe para ajudar você por aqui.",
        "Eso no lo sé con certeza. Voy a llamar a una persona de nuestro equipo para que te ayude por aquí.",
        "I'm not sure about that one. I'll get a person from our team to help you right here.",
    ),
    Phrase.GOODBYE_MEDIA: (
        (
            "Recebi o que você enviou, mas ainda não consigo abrir esse tipo de mensagem. "
            "Vou chamar uma pessoa da nossa equipe para ver e responder por aqui."
        ),
        (
            "Recibí lo que enviaste, pero todavía no puedo abrir ese tipo de mensaje. "
            "Voy a llamar a una persona de nuestro equipo para que lo vea y te responda por aquí."
        ),
        (
            "I got what you sent, but I can't open that kind of message yet. "
            "I'll get a person from our team to look at it and answer you right here."
        ),
    ),
    Phrase.GOODBYE_FAILED: (
        "Não consegui preparar sua resposta agora. Vou chamar uma pessoa da nossa equipe para continuar por aqui.",
        "No pude preparar tu respuesta ahora. Voy a llamar a una persona de nuestro equipo para que siga por aquí.",
        "I couldn't prepare your answer just now. I'll get a person from our team to continue right here.",
    ),
    Phrase.GOODBYE_FLOOD: (
        (
            "São muitas mensagens para eu responder bem a todas. Nenhuma se perdeu: vou chamar uma pessoa da nossa "
            "equipe para ler tudo e continuar a conversa por aqui."
        ),
        (
            "Son muchos mensajes para que yo pueda responder bien a todos. Ninguno se perdió: voy a llamar a una "
            "persona de nuestro equipo para que los lea y siga la conversación por aquí."
        ),
        (
            "These are more messages than I can answer well. None of them is lost: I'll get a person from our team "
            "to read them all and continue right here."
        ),
    ),
    Phrase.STILL_READING: (
        (
            "Recebi todas as suas mensagens e nenhuma se perde. Como são muitas em pouco tempo, a partir de agora "
            "respondo a várias de uma vez, no máximo uma vez por minuto."
        ),
        (
            "Recibí todos tus mensajes y ninguno se pierde. Como son muchos en poco tiempo, a partir de ahora "
            "respondo a varios a la vez, como máximo una vez por minuto."
        ),
        (
            "I got all your messages and none of them is lost. As there are many in a short time, from now on "
            "I answer several at once, at most once a minute."
        ),
    ),
    Phrase.STILL_LOOKING: (
        "Ainda estou verificando isso para você. Só mais um instante.",
        "Todavía estoy revisando eso para ti. Solo un momento más.",
        "I'm still looking into that for you. Just a moment more.",
    ),
    Phrase.NOBODY_THERE: (
        (
            "Desculpe a demora: ainda não há ninguém da nossa equipe livre para responder. Seu pedido está guardado. "
            "Se preferir, diga um dia e um horário bons para você, e uma pessoa fala com você nesse horário."
        ),
        (
            "Disculpa la demora: todavía no hay nadie de nuestro equipo libre para responder. Tu pedido está guardado. "
            "Si prefieres, dinos un día y una hora que te convengan, y una persona te escribirá en ese momento."
        ),
        (
            "Sorry for the wait: nobody from our team is free to answer yet. Your request is kept. "
            "If you like, tell us a day and a time that suit you, and a person will write to you then."
        ),
    ),
    Phrase.NOBODY_THERE_OFFER: (
        (
            "Desculpe a demora: ainda não há ninguém da nossa equipe livre para responder. Seu pedido está guardado. "
            "Estes horários com {seller} estão livres: {times}. "
            "Diga qual prefere, ou outro dia e horário, e uma pessoa confirma com você por aqui."
        ),
        (
            "Disculpa la demora: todavía no hay nadie de nuestro equipo libre para responder. Tu pedido está guardado. "
            "Estos horarios con {seller} están libres: {times}. "
            "Dinos cuál prefieres, u otro día y hora, y una persona lo confirmará contigo por aquí."
        ),
        (
            "Sorry for the wait: nobody from our team is free to answer yet. Your request is kept. "
            "These times are free with {seller}: {times}. "
            "Tell us which you prefer, or another day and time, and a person will confirm it with you right here."
        ),
    ),
    Phrase.TIMES_OF_PLACE: ("{times} (horário de {place})", "{times} (hora de {place})", "{times} ({place} time)"),
    Phrase.OPT_OUT_DONE: (
        "Pronto: você não vai mais receber mensagens automáticas nossas. Para voltar a receber, escreva VOLTAR.",
        "Listo: ya no recibirás mensajes automáticos nuestros. Para volver a recibirlos, escribe ALTA.",
        "Done: you won't get automatic messages from us any more. To receive them again, write START.",
    ),
    Phrase.OPT_IN_DONE: (
        "Pronto: você voltou a receber nossas mensagens. Para parar, escreva PARAR.",
        "Listo: volverás a recibir nuestros mensajes. Para dejar de recibirlos, escribe BAJA.",
        "Done: you will get our messages again. To stop them, write STOP.",
    ),
    Phrase.SURVEY_THUMBS: (
        "Este atendimento ajudou você? Responda com 👍 ou 👎.",
        "¿Te ayudó esta atención? Responde con 👍 o 👎.",
        "Did this conversation help you? Answer with 👍 or 👎.",
    ),
    Phrase.SURVEY_SCORE: (
        "De 1 a 5, como foi este atendimento? (5 é ótimo)",
        "Del 1 al 5, ¿cómo fue esta atención? (5 es excelente)",
        "From 1 to 5, how was this conversation? (5 is great)",
    ),
    Phrase.SURVEY_THANKS: (
        "Obrigado por responder!",
        "¡Gracias por responder!",
        "Thank you for answering!",
    ),
}
