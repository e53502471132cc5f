"""What operators and salespeople are told, by cause, in pt-BR, es and en. Pure; ids are the only values."""

from app.domain.inspection import Guide
from app.domain.language import LOCALES

_Said = tuple[str, str, str]

# A cause, or the beginning of one -> the sentence in the order of LOCALES. The longest beginning wins.
_BROKEN: dict[str, _Said] = {
    "handoff_asked_for_person": (
        "Um cliente pediu uma pessoa e a conversa foi passada para a equipe.",
        "Un cliente pidió una persona y la conversación pasó al equipo.",
        "A customer asked for a person; the chat was handed to the team.",
    ),
    "handoff_brain_failed": (
        "Nenhum cérebro respondeu a tempo: as conversas estão indo para a equipe.",
        "Ningún cerebro respondió a tiempo: las conversaciones pasan al equipo.",
        "No brain answered in time: chats are going to the team.",
    ),
    "handoff_flood": (
        "Um cliente escreveu muito mais do que o limite da conta e a conversa foi passada para a equipe.",
        "Un cliente escribió mucho más que el límite de la cuenta y la conversación pasó al equipo.",
        "A customer wrote far more than the account's limit; the chat was handed to the team.",
    ),
    "brain_n8n_down": (
        "O n8n não está respondendo: o próximo cérebro responde. Veja as execuções no n8n e `ponte doctor`.",
        "n8n no está respondiendo: responde el siguiente cerebro. Vea las ejecuciones en n8n y `ponte doctor`.",
        "n8n is not answering: the next brain answers. See the executions in n8n and `ponte doctor`.",
    ),
    "brain_agent_down": (
        "O agente não está respondendo: veja a chave, o limite e o endereço do modelo (`ponte doctor`).",
        "El agente no está respondiendo: vea la clave, el límite y la dirección del modelo (`ponte doctor`).",
        "The agent is not answering: look at the model's key, limits and address (`ponte doctor`).",
    ),
    "brain_panel_down": (
        "O painel não responde: os pedidos esperam e são tentados de novo (`ponte panels list`).",
        "El panel no responde: los pedidos esperan y se intentan de nuevo (`ponte panels list`).",
        "The panel does not answer: requests wait and are tried again (`ponte panels list`).",
    ),
    "panel_login_refused": (
        "O painel recusou o administrador: ninguém mais entra até uma pessoa olhar (`ponte panels list`).",
        "El panel rechazó al administrador: nadie más entra hasta que una persona mire (`ponte panels list`).",
        "The panel refused the administrator: nobody goes there until a person has looked (`ponte panels list`).",
    ),
    "panel_changed": (
        "A página do painel mudou: nada mais é escrito nele até uma pessoa olhar (`ponte panels list`).",
        "La página del panel cambió: no se escribe más en él hasta que una persona mire (`ponte panels list`).",
        "The panel's page has changed: nothing is written there until a person has looked (`ponte panels list`).",
    ),
    "provisioning_dead": (
        "Um pedido ao painel não deu certo e foi guardado: veja `ponte dead list --kind provisioning`.",
        "Un pedido al panel no salió bien y quedó guardado: vea `ponte dead list --kind provisioning`.",
        "A request to the panel came to nothing and is kept: see `ponte dead list --kind provisioning`.",
    ),
    "inbox_down": (
        "A segunda caixa de entrada não responde: as linhas esperam e nada se perde (`ponte inbox list`).",
        "La segunda bandeja no responde: las líneas esperan y nada se pierde (`ponte inbox list`).",
        "The second inbox does not answer: the lines wait and nothing is lost (`ponte inbox list`).",
    ),
    "inbox_refused": (
        "A segunda caixa de entrada recusa o que mostramos: veja os tokens e a caixa (`ponte inbox check`).",
        "La segunda bandeja rechaza lo que mostramos: vea los tokens y la bandeja (`ponte inbox check`).",
        "The second inbox refuses what we show: look at its tokens and the inbox (`ponte inbox check`).",
    ),
    "sheet_down": (
        "O Google Sheets não responde: as linhas esperam e nada se perde (`ponte sheets list`).",
        "Google Sheets no responde: las filas esperan y nada se pierde (`ponte sheets list`).",
        "Google Sheets does not answer: the rows wait and nothing is lost (`ponte sheets list`).",
    ),
    "sheet_refused": (
        "O Google recusa a planilha: veja se está compartilhada com a conta de serviço (`ponte sheets check`).",
        "Google rechaza la planilla: vea si está compartida con la cuenta de servicio (`ponte sheets check`).",
        "Google refuses the spreadsheet: see whether it is shared with the service account (`ponte sheets check`).",
    ),
    "sheet_words": (
        "As frases da planilha têm um erro e não foram trocadas (`ponte sheets words --dry-run`).",
        "Las frases de la planilla tienen un error y no se cambiaron (`ponte sheets words --dry-run`).",
        "The words of the sheet have an error and were not changed (`ponte sheets words --dry-run`).",
    ),
    "brain_": (
        "Um cérebro falha seguidamente e foi deixado de lado por um tempo ({cause}).",
        "Un cerebro falla una y otra vez y se dejó de lado por un tiempo ({cause}).",
        "A brain fails again and again and is left alone for a while ({cause}).",
    ),
    "handoff_stale": (
        "A resposta chegaria tarde demais (houve uma interrupção): a conversa foi passada para a equipe.",
        "La respuesta llegaría demasiado tarde (hubo una interrupción): la conversación pasó al equipo.",
        "The answer would have come too late (there was an outage): the chat was handed to the team.",
    ),
    "handoff_doubt": (
        "Não se sabe se uma mensagem chegou ao cliente: uma pessoa precisa olhar.",
        "No se sabe si un mensaje llegó al cliente: una persona debe mirar.",
        "Nobody can tell whether a message reached the customer: a person must look.",
    ),
    "handoff_refused": (
        "O canal recusou uma mensagem: uma pessoa precisa olhar.",
        "El canal rechazó un mensaje: una persona debe mirar.",
        "The channel refused a message: a person must look.",
    ),
    "handoff_unanswered": (
        "Ninguém da equipe respondeu a um cliente que espera por uma pessoa.",
        "Nadie del equipo respondió a un cliente que espera a una persona.",
        "Nobody of the team has answered a customer who waits for a person.",
    ),
    "handoff_no_lead": (
        "Um cliente espera por uma pessoa e ninguém foi designado: diga de qual lead é a conversa.",
        "Un cliente espera a una persona y nadie fue asignado: diga de qué lead es la conversación.",
        "A customer waits for a person and nobody is assigned: say which lead the chat belongs to.",
    ),
    "handoff_": (
        "Uma conversa foi passada para a equipe.",
        "Una conversación pasó al equipo.",
        "A chat was handed to the team.",
    ),
    "other_bot": (
        "Outro robô está respondendo na mesma conversa. Desligue um dos dois.",
        "Otro bot está respondiendo en la misma conversación. Apague uno de los dos.",
        "Another bot is answering in the same chat. Switch one of the two off.",
    ),
    "way_lost_": (
        "{channel} recusou uma forma de enviar mensagens; a próxima é usada. Veja o plano e as permissões.",
        "{channel} rechazó una forma de enviar mensajes; se usa la siguiente. Revise el plan y los permisos.",
        "{channel} refused a way of sending; the next one is used. Check the plan and the permissions.",
    ),
    "secret_old": (
        "A chave de acesso de uma conta tem mais de 90 dias: crie outra e conecte de novo (`ponte doctor`).",
        "La clave de acceso de una cuenta tiene más de 90 días: cree otra y conecte de nuevo (`ponte doctor`).",
        "The access key of an account is more than 90 days old: make another and connect again (`ponte doctor`).",
    ),
    "grant_lost": (
        "O acesso a {channel} foi perdido: conecte a conta de novo ({connect}).",
        "Se perdió el acceso a {channel}: conecte la cuenta de nuevo ({connect}).",
        "The access to {channel} is lost: connect the account again ({connect}).",
    ),
    "hook": (
        "{channel} tinha desativado o webhook; ele foi assinado de novo. Veja se a instalação é alcançável.",
        "{channel} había desactivado el webhook; se suscribió de nuevo. Vea si la instalación es accesible.",
        "{channel} had disabled the webhook; it was subscribed again. Check that the installation can be reached.",
    ),
    "hook_missing": (
        "O webhook do Ponte não está mais em {channel}: conecte a conta de novo, ou cole o endereço nas configurações.",
        "El webhook de Ponte ya no está en {channel}: conecte la cuenta de nuevo, o pegue la dirección en los ajustes.",
        "Ponte's webhook is no longer in {channel}: connect the account again, or paste its address into the settings.",
    ),
    "integration_refused": (
        "{channel} não aceita a nossa integração: veja KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET e PUBLIC_URL.",
        "{channel} no acepta nuestra integración: vea KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET y PUBLIC_URL.",
        "{channel} does not take our integration: look at KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET and PUBLIC_URL.",
    ),
    "other_integration": (
        "A conta foi concedida a outra integração: volte à KOMMO_CLIENT_ID de antes, ou conecte a conta de novo.",
        "La cuenta fue concedida a otra integración: vuelva a la KOMMO_CLIENT_ID de antes, o conéctela de nuevo.",
        "The account was granted to another integration: put the former KOMMO_CLIENT_ID back, or connect it again.",
    ),
    "breaker": (
        "O disjuntor dos envios ativos desarmou: nada mais é enviado sem pedido até que uma pessoa o rearme.",
        "El disyuntor de los envíos activos saltó: nada más se envía sin pedido hasta que una persona lo rearme.",
        "The breaker of proactive messages has tripped: nothing more is sent unasked until a person resets it.",
    ),
    "sellers_left": (
        "Pessoas que saíram de {channel} ainda são responsáveis por leads: veja POST /vendedores/sincronizar.",
        "Personas que salieron de {channel} aún son responsables de leads: vea POST /vendedores/sincronizar.",
        "People who left {channel} are still responsible for leads: see POST /vendedores/sincronizar.",
    ),
    "sellers_unread": (
        "Os usuários de {channel} não podem ser lidos: o token precisa ser de um administrador.",
        "Los usuarios de {channel} no se pueden leer: el token debe ser de un administrador.",
        "The users of {channel} cannot be read: the token must be an administrator's.",
    ),
}
_OTHER: _Said = (
    "Algo precisa de uma pessoa ({cause}).",
    "Algo necesita a una persona ({cause}).",
    "Something needs a person ({cause}).",
)
_WELL: _Said = ("Resolvido: {said}", "Resuelto: {said}", "Well again: {said}")
_TASK: _Said = (
    "Um cliente espera por você: a IA passou a conversa. Responda no chat; /liberar devolve para a IA.",
    "Un cliente le espera: la IA pasó la conversación. Responda en el chat; /soltar la devuelve a la IA.",
    "A customer waits for you: the bot handed the chat over. Answer in the chat; /release gives it back to the bot.",
)
_TASKS: dict[str, _Said] = {
    "remind_customer": (
        "Lembre este cliente do horário marcado: a IA não pode escrever para ele agora.",
        "Recuérdele la cita a este cliente: la IA no puede escribirle ahora.",
        "Remind this customer of the appointment: the bot may not write to them now.",
    ),
    "handoff_doubt": (
        "Veja se a última mensagem da IA chegou a este cliente; se não, envie de novo. A IA está pausada aqui.",
        "Vea si el último mensaje de la IA llegó a este cliente; si no, envíelo de nuevo. La IA está en pausa aquí.",
        "See whether the bot's last message reached this customer; if not, send it again. The bot is paused here.",
    ),
    "handoff_refused": (
        "O canal recusou a mensagem da IA para este cliente: responda você. A IA está pausada aqui.",
        "El canal rechazó el mensaje de la IA para este cliente: responda usted. La IA está en pausa aquí.",
        "The channel refused the bot's message to this customer: answer yourself. The bot is paused here.",
    ),
}


def alarm(cause: str, locale: str, guide: Guide, *, is_well: bool = False) -> str:
    """What operators read about a cause; one that nobody has words for is told as it is."""
    known = {"cause": cause, "channel": guide.title, "connect": ", ".join(guide.connect)}
    said = _spoken(_of(_BROKEN, cause) or _OTHER, locale).format(**known)
    return _spoken(_WELL, locale).format(said=said) if is_well else said


def task(cause: str, locale: str) -> str:
    """What a salesperson's task says."""
    return _spoken(_of(_TASKS, cause) or _TASK, locale)


def _of(said: dict[str, _Said], cause: str) -> _Said | None:
    fitting = [start for start in said if cause.startswith(start)]
    return said[max(fitting, key=len)] if fitting else None


def _spoken(said: _Said, locale: str) -> str:
    return said[LOCALES.index(locale if locale in LOCALES else LOCALES[0])]
