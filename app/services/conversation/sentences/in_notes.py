"""What stands in the notes for salespeople: the brief of a hand-over, its reason, and what they must see to."""

from app.services.conversation.phrases import Phrase

IN_NOTES: dict[Phrase, tuple[str, str, str]] = {
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
