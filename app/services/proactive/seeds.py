"""The triggers and the words that every account begins with, in its three languages."""

from dataclasses import dataclass, replace
from typing import Final

from app.domain.language import LOCALES
from app.domain.outreach import REOPENING, Trigger


@dataclass(frozen=True, slots=True)
class SeedTrigger:
    """A trigger with the variables that it brings, its first message in each language, and whether others follow."""

    name: str
    variables: tuple[str, ...]
    first: tuple[str, str, str]
    is_followed: bool = True


TRIGGERS: Final = (
    SeedTrigger(
        "formulario",
        ("area", "message", "product"),
        (
            (
                "Olá {name}, aqui é {seller}, da {business}. Recebi o seu formulário agora. "
                "Posso te ajudar por aqui mesmo: qual é a sua principal dúvida?"
            ),
            (
                "Hola {name}, soy {seller}, de {business}. Acabo de recibir tu formulario. "
                "Te puedo ayudar por aquí mismo: ¿cuál es tu principal duda?"
            ),
            (
                "Hello {name}, this is {seller} from {business}. I have just received your form. "
                "I can help you right here: what is your main question?"
            ),
        ),
    ),
    SeedTrigger(
        "download",
        ("material", "area", "link"),
        (
            (
                "Olá {name}, aqui é {seller}, da {business}. Vi que você baixou {material}. "
                "Ficou alguma dúvida que eu possa esclarecer?"
            ),
            (
                "Hola {name}, soy {seller}, de {business}. Vi que descargaste {material}. "
                "¿Te quedó alguna duda que pueda aclarar?"
            ),
            (
                "Hello {name}, this is {seller} from {business}. I saw that you downloaded {material}. "
                "Is there a question I can answer?"
            ),
        ),
    ),
    SeedTrigger(
        "agendamento",
        ("date", "time", "area"),
        (
            (
                "Olá {name}, aqui é {seller}, da {business}. Recebi o seu pedido de horário. "
                "Prefere de manhã ou à tarde?"
            ),
            (
                "Hola {name}, soy {seller}, de {business}. Recibí tu pedido de turno. "
                "¿Prefieres por la mañana o por la tarde?"
            ),
            (
                "Hello {name}, this is {seller} from {business}. I received your request for an appointment. "
                "Would you rather come in the morning or in the afternoon?"
            ),
        ),
    ),
    SeedTrigger(
        REOPENING,
        ("message",),
        (
            "Olá {name}, aqui é {seller}, da {business}. Temos uma resposta para você: {message} Podemos continuar?",
            "Hola {name}, soy {seller}, de {business}. Tenemos una respuesta para ti: {message} ¿Podemos continuar?",
            "Hello {name}, this is {seller} from {business}. We have an answer for you: {message} Shall we go on?",
        ),
        is_followed=False,
    ),
)

# After an hour, a day and three days, whatever the trigger was.
FOLLOW_UPS: Final = (
    (
        "{name}, conseguiu ver a minha mensagem? Estou por aqui se quiser conversar.",
        "{name}, ¿pudiste ver mi mensaje? Estoy por aquí si quieres conversar.",
        "{name}, did you get to see my message? I am here if you would like to talk.",
    ),
    (
        "Oi {name}, passando para saber se ainda posso ajudar. Se preferir, me diga um bom horário.",
        "Hola {name}, paso para saber si todavía te puedo ayudar. Si prefieres, dime un buen horario.",
        "Hi {name}, just checking whether I can still help. If you prefer, tell me a good time.",
    ),
    (
        "{name}, esta é a minha última mensagem por enquanto. Quando quiser retomar, é só responder aqui. {seller}",
        "{name}, este es mi último mensaje por ahora. Cuando quieras retomar, responde por aquí. {seller}",
        "{name}, this is my last message for now. Whenever you want to pick this up, just reply here. {seller}",
    ),
)


def trigger_of(seed: SeedTrigger) -> Trigger:
    """The trigger as an account begins with it."""
    bare = Trigger(seed.name, variables=seed.variables)
    return bare if seed.is_followed else replace(bare, ladder=())


def texts_of(trigger: SeedTrigger) -> list[tuple[str, int, str]]:
    """Locale, step and text of everything that a trigger begins with."""
    steps = (trigger.first, *FOLLOW_UPS) if trigger.is_followed else (trigger.first,)
    return [(locale, step, texts[place]) for step, texts in enumerate(steps) for place, locale in enumerate(LOCALES)]
