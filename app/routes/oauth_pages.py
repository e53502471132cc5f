"""What an administrator's browser shows after the consent page: connected, almost, or refused with what to do.

Small pages without scripts, under a strict content-security policy. Nothing that came with the call is shown.
"""

from collections.abc import Callable, Coroutine
from html import escape
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from app.domain.errors import AppError, Retryable
from app.routes.errors import retry_after, status_of

PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; padding: clamp(1rem, 8vh, 5rem) 1rem 1rem; background: light-dark(#eef2f0, #0d1312); }
main { max-width: 30rem; margin: auto; padding: 1.5rem; border-radius: 16px; overflow-wrap: anywhere; }
main { border: 1px solid light-dark(#d9e1dd, #28332f); }
main { background: light-dark(#fff, #161e1c); color: light-dark(#16211d, #e7eeeb); }
h1 { margin: 0; font-size: 1.35rem; line-height: 1.25; }
p { margin: 0.75rem 0 0; }
a { display: inline-block; padding: 0.5rem 1rem; border-radius: 10px; text-decoration: none; font-weight: 600; }
a { background: light-dark(#0b6b5b, #4fc3a8); color: light-dark(#fff, #06251e); }
small { color: light-dark(#53605a, #a3b1ab); }
"""
_AGAIN = "/oauth/kommo/start"
Said = tuple[str, str]


def wants_page(request: Request) -> bool:
    """Whether a browser asks; programs get JSON."""
    return "text/html" in request.headers.get("accept", "")


def language_of(request: Request) -> str:
    """The first language that it names, if we speak it."""
    first = request.headers.get("accept-language", "").strip()[:2].lower()
    return first if first in ("pt", "es") else "en"


def arrived_page(request: Request, status: str) -> Response:
    """Connected, or about to be."""
    language = language_of(request)
    return _page(language, *_ARRIVED[status][language])


def refused_page(request: Request, code: str, status: int, headers: dict[str, str]) -> Response:
    """What happened and what to do, with the code that the operator can look up."""
    language = language_of(request)
    title, said = _REFUSED.get(code, _REFUSED["unavailable" if status >= 500 else "refused"])[language]  # noqa: PLR2004
    more = f'<p><a href="{_AGAIN}">{_START[language]}</a></p>' if status < 500 and code != "not_configured" else ""  # noqa: PLR2004
    more += f"<p><small>{escape(code)}</small></p>"
    return _page(language, title, said, more=more, status=status, headers=headers)


class PageRoute(APIRoute):
    """A route whose refusals a browser shows as a page; everybody else gets the one error shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_in_a_browser(request: Request) -> Response:
            try:
                return await handle(request)
            except (AppError, RequestValidationError) as error:
                if not wants_page(request):
                    raise
                failed = error if isinstance(error, AppError) else AppError("", code="invalid_request")
                status = 422 if isinstance(error, RequestValidationError) else status_of(failed)
                headers = retry_after(failed) if isinstance(failed, Retryable) else {}
                return refused_page(request, failed.code, status, headers)

        return handle_in_a_browser


def _page(
    language: str, title: str, said: str, *, more: str = "", status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)} · Ponte</title>'
        f"<style>{_STYLE}</style><main><h1>{escape(title)}</h1><p>{escape(said)}</p>{more}</main></html>"
    )
    return HTMLResponse(page, status, headers={**PRIVATE, "Content-Security-Policy": _POLICY, **(headers or {})})


_START = {"pt": "Começar de novo", "es": "Empezar de nuevo", "en": "Start again"}

_ARRIVED: dict[str, dict[str, Said]] = {
    "connected": {
        "pt": ("Conta conectada", "O Ponte está preparando a conta. Você pode fechar esta janela."),
        "es": ("Cuenta conectada", "Ponte está preparando la cuenta. Puede cerrar esta ventana."),
        "en": ("Account connected", "Ponte is setting the account up. You may close this window."),
    },
    "pending": {
        "pt": ("Quase lá", "O Kommo demora a responder; o Ponte termina sozinho. Você pode fechar esta janela."),
        "es": ("Casi listo", "Kommo tarda en responder; Ponte termina solo. Puede cerrar esta ventana."),
        "en": ("Almost there", "Kommo is slow to answer; Ponte finishes by itself. You may close this window."),
    },
}

_REFUSED: dict[str, dict[str, Said]] = {
    "foreign_state": {
        "pt": (
            "Este link não vale mais",
            "Ele já foi usado, passou de vinte minutos, ou não saiu daqui. Nada foi feito. Comece de novo.",
        ),
        "es": (
            "Este enlace ya no vale",
            "Ya se usó, pasaron más de veinte minutos, o no salió de aquí. No se hizo nada. Empiece de nuevo.",
        ),
        "en": (
            "This link is no longer good",
            "It was used, is older than twenty minutes, or did not come from here. Nothing was done. Start again.",
        ),
    },
    "foreign_referer": {
        "pt": (
            "Isto não veio de uma conta Kommo",
            "O endereço que enviou você não é de uma conta Kommo. Nada foi feito. Comece de novo e entre na sua conta.",
        ),
        "es": (
            "Esto no vino de una cuenta Kommo",
            "La dirección que le envió no es de una cuenta Kommo. No se hizo nada. Empiece de nuevo en su cuenta.",
        ),
        "en": (
            "This did not come from a Kommo account",
            "The address that sent you is no Kommo account. Nothing was done. Start again and sign in to your account.",
        ),
    },
    "access_denied": {
        "pt": ("Acesso não concedido", "O Kommo diz que o acesso foi recusado. Comece de novo e toque em permitir."),
        "es": ("Acceso no concedido", "Kommo dice que el acceso fue rechazado. Empiece de nuevo y pulse permitir."),
        "en": ("Access was not granted", "Kommo says that access was refused. Start again and press allow."),
    },
    "code_refused": {
        "pt": ("O Kommo não aceitou o código", "Ele vale por vinte minutos e uma só vez. Comece de novo."),
        "es": ("Kommo no aceptó el código", "Vale veinte minutos y una sola vez. Empiece de nuevo."),
        "en": ("Kommo did not take the code", "It is good for twenty minutes, and once. Start again."),
    },
    "not_configured": {
        "pt": (
            "Ainda não há integração aqui",
            "Quem cuida deste Ponte precisa definir KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET e PUBLIC_URL.",
        ),
        "es": (
            "Aquí todavía no hay integración",
            "Quien cuida de este Ponte debe definir KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET y PUBLIC_URL.",
        ),
        "en": (
            "There is no integration here yet",
            "Whoever runs this Ponte has to set KOMMO_CLIENT_ID, KOMMO_CLIENT_SECRET and PUBLIC_URL.",
        ),
    },
    "too_many": {
        "pt": ("Muitas tentativas", "Espere um minuto e tente de novo."),
        "es": ("Demasiados intentos", "Espere un minuto e inténtelo de nuevo."),
        "en": ("Too many attempts", "Wait a minute and try again."),
    },
    "unavailable": {
        "pt": (
            "Não deu certo agora",
            "O Ponte ou o Kommo não respondeu como devia. Tente em alguns minutos; se continuar, avise quem cuida.",
        ),
        "es": (
            "Ahora no se pudo",
            "Ponte o Kommo no respondió como debía. Inténtelo en unos minutos; si sigue, avise a quien lo cuida.",
        ),
        "en": (
            "That did not work just now",
            "Ponte or Kommo did not answer as it should. Try in a few minutes; if it goes on, tell whoever runs it.",
        ),
    },
    "refused": {
        "pt": ("Não foi possível conectar", "Falta algo nesta volta do Kommo. Comece de novo."),
        "es": ("No se pudo conectar", "Falta algo en esta vuelta de Kommo. Empiece de nuevo."),
        "en": ("Could not connect", "Something is missing in what came back from Kommo. Start again."),
    },
}
