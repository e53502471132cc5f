"""What customers write about, told by their words: price, booking, delivery, ... Pure; promises never to raise.

A short table and whole words only, so it says too little rather than something wrong. The labels of a second inbox and
the topics of a person's profile are both told by it.
"""

import re
from functools import cache
from typing import Final

from app.domain.language import fold

# Subject -> words in pt-BR, en and es, without accents. In this order they are told.
SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "price": (
        *("preco", "precos", "valor", "valores", "quanto custa", "orcamento"),
        *("price", "cost", "how much", "precio", "cuanto cuesta"),
    ),
    "booking": (
        *("agendar", "marcar", "agendamento", "visita", "horario"),
        *("appointment", "schedule", "book", "cita", "agenda"),
    ),
    "support": (
        *("ajuda", "suporte", "problema", "erro", "nao funciona"),
        *("help", "support", "problem", "error", "ayuda", "no funciona"),
    ),
    "complaint": (
        *("reclamar", "reclamacao", "absurdo", "pessimo", "procon"),
        *("complaint", "terrible", "queja", "reclamo"),
    ),
    "cancel": ("cancelar", "cancelamento", "cancel", "anular"),
    "payment": (
        *("pagar", "pagamento", "boleto", "pix", "cartao", "fatura"),
        *("payment", "invoice", "pago", "factura"),
    ),
    "delivery": ("entrega", "frete", "rastrear", "delivery", "shipping", "envio"),
    "buy": ("comprar", "compra", "contratar", "assinar", "buy", "purchase", "sign up"),
    "person": ("atendente", "humano", "pessoa", "vendedor", "agent", "human", "persona"),
}


@cache
def _pattern(subject: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, SUBJECTS[subject]))})\b")


def subjects_in(text: str) -> tuple[str, ...]:
    """The subjects that a text names, in the order of the table."""
    said = fold(text)
    return tuple(subject for subject in SUBJECTS if _pattern(subject).search(said))
