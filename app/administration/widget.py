"""`ponte kommo widget build`: the archive that Kommo wants uploaded, so that a Salesbot may ask Ponte what to say.

Its one step sends `widget_request` to this installation and then shows what came back, whatever its length. The facts:
https://developers.kommo.com/docs/structure-widget and https://developers.kommo.com/docs/salesbot-sdk.
"""

import json
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.administration import settings_for_a_person
from app.domain.errors import NeedsHuman

widget = typer.Typer(help="Kommo's widget archive.", no_args_is_help=True, rich_markup_mode=None)

# Kommo refuses other sizes, one by one.
LOGOS: Final = {
    "logo": (130, 100),
    "logo_main": (400, 272),
    "logo_medium": (240, 84),
    "logo_min": (84, 84),
    "logo_small": (108, 108),
    "logo_dp": (174, 109),
}
_BLUE, _WHITE = (20, 83, 136), (255, 255, 255)
_BORN = (1980, 1, 1, 0, 0, 0)  # the same input gives the same archive

_WORDS: Final = {
    "en": ("Ponte", "Lets a Salesbot say what Ponte answers.", "Ask Ponte what to say", "Address of Ponte", "Answered"),
    "es": (
        "Ponte",
        "Deja que un Salesbot diga lo que Ponte responde.",
        "Preguntar a Ponte qué decir",
        "Dirección de Ponte",
        "Respondido",
    ),
    "pt": (
        "Ponte",
        "Deixa um Salesbot dizer o que o Ponte responde.",
        "Perguntar ao Ponte o que dizer",
        "Endereço do Ponte",
        "Respondido",
    ),
}

# Two steps: ask and stop; then print what Ponte gave when it let the bot go on. `{{json.message}}` has no 80 letters.
_SCRIPT: Final = """define([], function () {
  return function () {
    var self = this;
    this.callbacks = {
      settings: function () { return true; },
      init: function () { return true; },
      bind_actions: function () { return true; },
      render: function () { return true; },
      destroy: function () { return true; },
      onSave: function () { return true; },
      salesbotDesignerSettings: function () {
        return { exits: [{ code: "success", title: self.i18n("salesbot").answered }] };
      },
      onSalesbotDesignerSave: function (handler, params) {
        var url = params.value_manual || params.url || ADDRESS;
        return JSON.stringify([
          { question: [
            { handler: "widget_request", params: {
              url: url, data: { message: "{{message_text}}", lead: "{{lead.id}}" } } },
            { handler: "goto", params: { type: "question", step: 1 } }
          ] },
          { question: [
            { handler: "show", params: { type: "text", value: "{{json.message}}" } },
            { handler: "exits", params: { value: "success" } }
          ] }
        ]);
      }
    };
    return this;
  };
});
"""


@widget.command("build")
def build(
    to: Annotated[Path, typer.Argument(help="Where to write the archive.")] = Path("ponte-widget.zip"),
    version: Annotated[
        str, typer.Option(help="Its version; raise it with every upload, or Kommo keeps the old one.")
    ] = "1.0.0",
) -> None:
    """Write the archive to upload in Kommo: Settings, Integrations, the integration's page, Upload widget."""
    from app.wiring import salesbot_address  # noqa: PLC0415 - the other commands start faster without

    address = salesbot_address(settings_for_a_person())
    if address is None:
        raise NeedsHuman(
            "The archive holds the address that Salesbots ask, and that is not known yet.",
            hint="Set PUBLIC_URL, KOMMO_CLIENT_ID and KOMMO_CLIENT_SECRET.",
        )
    try:
        to.write_bytes(archive(address, version=version))
    except OSError as error:
        raise NeedsHuman(f"{to} cannot be written: {error.strerror}.", hint="Name another file.") from error
    typer.echo(f"Wrote {to}. It holds a secret address: give it to nobody but Kommo.")


def archive(address: str, *, version: str) -> bytes:
    """The bytes of the archive. Pure."""
    files = {"manifest.json": _json(_manifest(address, version)), "script.js": _script(address)}
    files |= {f"i18n/{locale}.json": _json(_words(locale)) for locale in _WORDS}
    files |= {f"images/{name}.png": picture(*size) for name, size in LOGOS.items()}
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in files.items():
            made.writestr(zipfile.ZipInfo(name, _BORN), body, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _manifest(address: str, version: str) -> dict[str, Any]:
    return {
        "widget": {
            "name": "widget.name",
            "description": "widget.description",
            "short_description": "widget.description",
            "version": version,
            "interface_version": 2,
            "init_once": True,
            "locale": list(_WORDS),
            "installation": True,  # without it there is no button to install
        },
        "locations": ["salesbot_designer", "settings"],
        "settings": {"url": {"name": "settings.url", "type": "text", "required": False}},
        "salesbot_designer": {
            "ask_ponte": {
                "name": "salesbot.handler",
                "settings": {"url": {"name": "settings.url", "type": "url", "default_value": address, "manual": True}},
            }
        },
    }


def _words(locale: str) -> dict[str, Any]:
    name, description, handler, url, answered = _WORDS[locale]
    return {
        "widget": {"name": name, "description": description},
        "settings": {"url": url},
        "salesbot": {"handler": handler, "answered": answered},
    }


def _script(address: str) -> bytes:
    return _SCRIPT.replace("ADDRESS", json.dumps(address)).encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def picture(width: int, height: int) -> bytes:
    """A PNG of this size: a white bridge on blue. Pure."""
    rows = b"".join(
        b"\0" + bytes(part for x in range(width) for part in _dot(x, y, width, height)) for y in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _dot(x: int, y: int, width: int, height: int) -> tuple[int, int, int]:
    """The deck at two thirds of the height, and an arch above it."""
    across, down = (x + 0.5 - width / 2) / (min(width, height * 1.6) * 0.4), (y + 0.5) / height
    arch = 0.62 - 0.34 * (1 - across * across)
    is_deck = abs(across) <= 1.1 and abs(down - 0.66) < 0.04  # noqa: PLR2004 - the drawing itself
    is_arch = abs(across) <= 1 and abs(down - arch) < 0.035  # noqa: PLR2004
    return _WHITE if is_deck or is_arch else _BLUE


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
