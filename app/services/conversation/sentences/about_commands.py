"""What a salesperson is told of commands: the state of the bot, the help, and what was wrong with one."""

from app.services.conversation.phrases import Phrase

ABOUT_COMMANDS: dict[Phrase, tuple[str, str, str]] = {
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
    Phrase.NO_CHAT_YET: (
        "Ainda não há nenhuma conversa com {which}: isto só vale a partir da primeira mensagem. Confira o id.",
        "Todavía no hay ninguna conversación con {which}: esto solo vale desde el primer mensaje. Revisa el id.",
        "No conversation has {which} yet: this counts from the first message on. Check the id.",
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
}
