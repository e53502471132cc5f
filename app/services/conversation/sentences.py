"""Every sentence that Ponte itself says to customers and salespeople, in pt-BR, es and en.

Each phrase has all three languages with the same placeholders (a test holds it). Notes get their "[Ponte] " from the
engine. What a brain writes is not here.
"""

from app.services.conversation.phrases import Phrase

# Phrase -> the sentence in the order of LOCALES: pt-BR, es, en.
SENTENCES: dict[Phrase, tuple[str, str, str]] = {
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
    Phrase.STATE_ACTIVE: ("IA ativa", "IA activa", "AI active"),
    Phrase.STATE_PAUSED_BY: ("IA pausada por {who}", "IA pausada por {who}", "AI paused by {who}"),
    Phrase.STATE_PAUSED_BY_UNTIL: (
        "IA pausada por {who} até {until}",
        "IA pausada por {who} hasta {until}",
        "AI paused by {who} until {until}",
    ),
    Phrase.STATE_PAUSED: ("IA pausada", "IA pausada", "AI paused"),
    Phrase.STATE_PAUSED_UNTIL: ("IA pausada até {until}", "IA pausada hasta {until}", "AI paused until {until}"),
    Phrase.STATE_PAUSED_HANDOFF: (
        "IA pausada: a conversa foi passada para uma pessoa",
        "IA pausada: la conversación pasó a una persona",
        "AI paused: the conversation was handed to a person",
    ),
    Phrase.STATE_PAUSED_OPT_OUT: (
        "IA pausada: o cliente pediu para não receber mensagens automáticas",
        "IA pausada: el cliente pidió no recibir mensajes automáticos",
        "AI paused: the customer asked for no automatic messages",
    ),
    Phrase.STATE_PAUSED_HUMAN: (
        "IA pausada: {who} respondeu ao cliente",
        "IA pausada: {who} le respondió al cliente",
        "AI paused: {who} answered the customer",
    ),
    Phrase.STATE_PAUSED_HUMAN_UNTIL: (
        "IA pausada até {until}: {who} respondeu ao cliente",
        "IA pausada hasta {until}: {who} le respondió al cliente",
        "AI paused until {until}: {who} answered the customer",
    ),
    Phrase.STATE_RELEASED_WAITS: (
        "IA liberada, aguarda a próxima mensagem",
        "IA liberada, espera el próximo mensaje",
        "AI released, waits for the next message",
    ),
    Phrase.STATE_FLOW: (
        "{state}; roteiro {flow}, passo {step}",
        "{state}; guion {flow}, paso {step}",
        "{state}; plan {flow}, step {step}",
    ),
    Phrase.HELP: (
        (
            "Comandos: /assumir [id] pausa a IA, /liberar [id] devolve a conversa à IA, /status [id] mostra o estado, "
            "/pular e /reiniciar [id] pulam ou repetem um passo do roteiro, /ajuda mostra este texto. "
            "Sem id, valem para esta conversa; o id é o da conversa, do contato ou do lead.\n"
            "Prefira escrever numa nota interna do lead, numa conversa com você mesmo ou pela API: "
            "o que é digitado na conversa com o cliente já foi entregue a ele pelo WhatsApp."
        ),
        (
            "Comandos: /tomar [id] pausa la IA, /soltar [id] devuelve la conversación a la IA, /estado [id] muestra el "
            "estado, /saltar y /reiniciar [id] saltan o repiten un paso del guion, /ayuda muestra este texto. "
            "Sin id, valen para esta conversación; el id es el de la conversación, del contacto o del lead.\n"
            "Mejor escríbelos en una nota interna del lead, en un chat contigo mismo o por la API: "
            "lo que se escribe en el chat con el cliente ya le fue entregado por WhatsApp."
        ),
        (
            "Commands: /take [id] pauses the AI, /release [id] gives the conversation back to the AI, /status [id] "
            "shows the state, /skip and /redo [id] skip or repeat a step of the plan, /help shows this text. "
            "Without an id they mean this conversation; the id is that of the conversation, the contact or the lead.\n"
            "Better type them in an internal note of the lead, in a chat with yourself or through the API: "
            "what is typed in the customer's chat has already been delivered to them by WhatsApp."
        ),
    ),
    Phrase.UNKNOWN_ID: (
        "Não encontrei nenhuma conversa, contato ou lead com o id {id}. Nada mudou.",
        "No encontré ninguna conversación, contacto ni lead con el id {id}. Nada cambió.",
        "I found no conversation, contact or lead with the id {id}. Nothing changed.",
    ),
    Phrase.MISSING_ID: (
        "Diga de qual conversa: {command} e o id da conversa, do contato ou do lead. Nada mudou.",
        "Di de cuál conversación: {command} y el id de la conversación, del contacto o del lead. Nada cambió.",
        "Say which conversation: {command} and the id of the conversation, contact or lead. Nothing changed.",
    ),
    Phrase.SEVERAL_MATCHES: (
        "O id {id} serve para mais de uma coisa: {candidates}. Repita com o id da conversa. Nada mudou.",
        "El id {id} sirve para más de una cosa: {candidates}. Repite con el id de la conversación. Nada cambió.",
        "The id {id} fits more than one thing: {candidates}. Repeat with the conversation's id. Nothing changed.",
    ),
    Phrase.DID_YOU_MEAN: (
        "Não conheço esse comando. Você quis dizer {suggestion}? Nada mudou.",
        "No conozco ese comando. ¿Quisiste decir {suggestion}? Nada cambió.",
        "I don't know that command. Did you mean {suggestion}? Nothing changed.",
    ),
    Phrase.EXTRA_WORDS: (
        "Depois do id não pode vir mais nada. Escreva só o comando e o id. Nada mudou.",
        "Después del id no puede venir nada más. Escribe solo el comando y el id. Nada cambió.",
        "Nothing may follow the id. Write only the command and the id. Nothing changed.",
    ),
    Phrase.BAD_ID: (
        "O que veio depois do comando não é um id. Escreva só o comando, ou o comando e o id. Nada mudou.",
        "Lo que vino después del comando no es un id. Escribe solo el comando, o el comando y el id. Nada cambió.",
        "What follows the command is not an id. Write only the command, or the command and the id. Nothing changed.",
    ),
    Phrase.BRIEF_TITLE: (
        "Conversa passada para uma pessoa",
        "Conversación pasada a una persona",
        "Conversation handed to a person",
    ),
    Phrase.BRIEF_REASON: ("Motivo: {reason}", "Motivo: {reason}", "Reason: {reason}"),
    Phrase.BRIEF_MESSAGES: (
        "Últimas mensagens do cliente sem resposta: {count}",
        "Últimos mensajes del cliente sin respuesta: {count}",
        "The customer's last messages without an answer: {count}",
    ),
    Phrase.BRIEF_WAITING: ("Esperando desde {since}", "Esperando desde {since}", "Waiting since {since}"),
    Phrase.REASON_COMMAND: ("por comando", "por comando", "by command"),
    Phrase.REASON_HUMAN: (
        "uma pessoa respondeu ao cliente",
        "una persona le respondió al cliente",
        "a person answered the customer",
    ),
    Phrase.REASON_ASKED: (
        "o cliente pediu uma pessoa",
        "el cliente pidió una persona",
        "the customer asked for a person",
    ),
    Phrase.REASON_UNKNOWN: (
        "a IA não sabe a resposta",
        "la IA no sabe la respuesta",
        "the AI does not know the answer",
    ),
    Phrase.REASON_MEDIA: (
        "o cliente enviou algo que a IA não consegue abrir",
        "el cliente envió algo que la IA no puede abrir",
        "the customer sent something that the AI cannot open",
    ),
    Phrase.REASON_BRAIN_FAILED: (
        "a IA falhou ao preparar a resposta",
        "la IA falló al preparar la respuesta",
        "the AI failed to prepare the answer",
    ),
    Phrase.REASON_STALE: (
        "a mensagem esperou demais",
        "el mensaje esperó demasiado",
        "the message had waited too long",
    ),
    Phrase.REASON_DOUBT: (
        "não foi possível confirmar uma entrega",
        "no se pudo confirmar una entrega",
        "a delivery could not be confirmed",
    ),
    Phrase.REASON_REFUSED: (
        "o canal recusou uma mensagem",
        "el canal rechazó un mensaje",
        "the channel refused a message",
    ),
    Phrase.REASON_OPT_OUT: (
        "o cliente pediu para não receber mensagens automáticas",
        "el cliente pidió no recibir mensajes automáticos",
        "the customer asked for no automatic messages",
    ),
    Phrase.REASON_CONTACT: (
        "todas as conversas do contato",
        "todas las conversaciones del contacto",
        "all of the contact's conversations",
    ),
    Phrase.REASON_LEAD: (
        "todas as conversas do lead",
        "todas las conversaciones del lead",
        "all of the lead's conversations",
    ),
    Phrase.UNCONFIRMED: (
        (
            "Não foi possível confirmar que uma mensagem foi entregue. Confira na conversa: se ela está lá, marque "
            "como enviada; se não está, envie de novo."
        ),
        (
            "No se pudo confirmar que un mensaje fue entregado. Revísalo en el chat: si está, márcalo como enviado; "
            "si no está, envíalo de nuevo."
        ),
        (
            "A message could not be confirmed as delivered. Please check the chat: if it is there, mark it as sent; "
            "if not, send it again."
        ),
    ),
    Phrase.REFUSED: (
        "O canal recusou uma mensagem e ela não foi entregue ao cliente. Responda você, por favor.",
        "El canal rechazó un mensaje y no le llegó al cliente. Respóndele tú, por favor.",
        "The channel refused a message and it did not reach the customer. Please answer yourself.",
    ),
    Phrase.OTHER_BOT: (
        "Parece que outro robô também está respondendo nesta conversa. Desligue um dos dois.",
        "Parece que otro bot también está respondiendo en esta conversación. Apaga uno de los dos.",
        "Another bot seems to be answering in this conversation too. Please switch one of them off.",
    ),
    Phrase.ESCALATED: (
        "Ninguém respondeu ao cliente dentro do prazo. A conversa passa para a próxima pessoa da equipe.",
        "Nadie respondió al cliente dentro del plazo. La conversación pasa a la siguiente persona del equipo.",
        "Nobody answered the customer in time. The conversation goes to the next person of the team.",
    ),
    Phrase.UNANSWERED: (
        "Ninguém da equipe respondeu. O cliente foi avisado e ainda espera por uma pessoa.",
        "Nadie del equipo respondió. Se avisó al cliente, que sigue esperando a una persona.",
        "Nobody of the team answered. The customer was told so, and still waits for a person.",
    ),
    Phrase.UNANSWERED_OFFER: (
        (
            "Ninguém da equipe respondeu. O cliente foi avisado e recebeu estes horários livres de {seller}: {times}. "
            "Nada foi reservado: confirme com o cliente o que ele escolher."
        ),
        (
            "Nadie del equipo respondió. Se avisó al cliente y se le ofrecieron estos horarios libres de {seller}: "
            "{times}. No se reservó nada: confirma con el cliente lo que elija."
        ),
        (
            "Nobody of the team answered. The customer was told so, and was offered these free times of {seller}: "
            "{times}. Nothing is booked: confirm with the customer what they choose."
        ),
    ),
    Phrase.ANSWERED: (
        "IA respondeu ao cliente (mensagens respondidas: {count})",
        "IA respondió al cliente (mensajes respondidos: {count})",
        "AI answered the customer (messages answered: {count})",
    ),
    Phrase.FLOW_UNTOLD: (
        "O cliente está com você, então isto não foi enviado a ele: {text}",
        "El cliente está contigo, así que esto no se le envió: {text}",
        "The customer is with you, so this was not sent: {text}",
    ),
    Phrase.REASON_FLOW: (
        "o roteiro da conversa pede uma pessoa",
        "el guion de la conversación pide una persona",
        "the plan of the conversation asks for a person",
    ),
    Phrase.REASON_FLOOD: (
        "o cliente escreve mais do que a IA pode responder bem",
        "el cliente escribe más de lo que la IA puede responder bien",
        "the customer writes more than the AI can answer well",
    ),
}
