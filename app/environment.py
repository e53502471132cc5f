"""The `.env` of an installation: written once from `.env.example` with generated secrets, then only read."""

import hashlib
import os
import re
import uuid
from importlib.resources import files
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, TypeAdapter, ValidationError

from app.crew import is_occupied
from app.domain.errors import NeedsHuman
from app.settings import Settings, secret
from app.store.secrets import Vault, new_secret_key, new_token

ADDRESSES = "run.json"  # beside the lock: where a `ponte run` that is at work can be reached
_ADDRESSES = TypeAdapter(dict[str, str | None])
_GENERATED = {
    "PONTE_SECRET_KEYS": new_secret_key,
    "PONTE_API_KEY": lambda: new_token("ponte"),
    "N8N_REPLY_KEY": lambda: new_token("n8n"),
    "PONTE_WEBHOOK_SECRET": lambda: new_token("hook"),
    # For docker-compose.yml.
    "POSTGRES_PASSWORD": lambda: new_token("pg"),
    "N8N_ENCRYPTION_KEY": lambda: new_token("n8n"),
}


def example() -> str:
    """The text of `.env.example`: beside the code in a checkout, inside the package when installed."""
    here = Path(str(files("app"))).parent / ".env.example"
    packed = Path(str(files("app"))) / "env.example"
    for path in (here, packed):
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise NeedsHuman(".env.example is missing.", hint="Install Ponte again; the package is incomplete.")


def filled(template: str) -> str:
    """The template with a secret for every key that needs one and has none. Chance is what makes it secret."""
    for key, make in _GENERATED.items():
        template = re.sub(rf"^{key}=$", f"{key}={make()}", template, flags=re.MULTILINE)
    return template


def write(path: Path) -> bool:
    """Write a `.env` unless there is one; readable by its owner only."""
    if path.exists():
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(filled(example()))
    except OSError as error:
        raise NeedsHuman(
            f"{path} cannot be written: {error.strerror}.", hint="Name a folder that you may write to (--data DIR)."
        ) from error
    return True


def complete(path: Path) -> list[str]:
    """Give a `.env` the secrets that it lacks, and change nothing else in it; returns their names.

    Raises:
        NeedsHuman: it cannot be read or written.
    """
    try:
        text = path.read_text(encoding="utf-8")
        lacking = [key for key in _GENERATED if not dotenv_values(path).get(key)]
        if lacking:
            path.write_text(_with(text, lacking), encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NeedsHuman(f"{path} cannot be read and written.", hint="Is it yours, and plain text in UTF-8?") from error
    return lacking


def _with(text: str, lacking: list[str]) -> str:
    """The text with a value where a key stands empty, and with a line at the end where there is none."""
    for key in lacking:
        line = f"{key}={_GENERATED[key]()}"
        text, found = re.subn(rf"^[ \t]*(?:export[ \t]+)?{key}[ \t]*=.*$", line, text, count=1, flags=re.MULTILINE)
        text = text if found else f"{text.rstrip()}\n{line}\n".lstrip()
    return text


def vault(settings: Settings) -> Vault:
    """What seals stored tokens under the settings' keys.

    Raises:
        NeedsHuman: there is no key, or one that is none.
    """
    return Vault(secret_keys(settings))


def secret_keys(settings: Settings) -> list[str]:
    """The secret keys, the newest first."""
    return (secret(settings.ponte_secret_keys) or "").replace(",", " ").split()


def simulated_of_running(settings: Settings) -> Settings:
    """The settings as the `ponte run` of this folder has them, if one runs with a simulated Kommo; else as they are."""
    if settings.has_real_kommo():
        return settings
    told = _addresses_of_running(settings)
    url, box = told.get("url"), told.get("sandbox_url")
    return with_simulated_integration(settings, api=url, box=box) if url and box else settings


def address_of_running(settings: Settings) -> str | None:
    """Where the `ponte run` of this folder answers, if one is at work."""
    return _addresses_of_running(settings).get("url")


def address_for_simulated(settings: Settings, vendor: str) -> str:
    """Where the simulated vendor at this address reaches the `ponte run` of this folder; empty: it is none of its."""
    told = _addresses_of_running(settings)
    return (told.get("url") or "") if told.get("sandbox_url") == vendor.rstrip("/") else ""


def _addresses_of_running(settings: Settings) -> dict[str, str | None]:
    if not is_occupied(settings.ponte_data):
        return {}
    try:
        return _ADDRESSES.validate_json((settings.ponte_data / ADDRESSES).read_bytes())
    except (OSError, ValueError):
        return {}


def with_simulated_integration(settings: Settings, *, api: str, box: str) -> Settings:
    """An integration at the simulated Kommo, so that its consent page can be tried as well.

    Not where a channel is named: nothing simulated hears its customers, and its vendor gets no address of this machine.
    """
    if settings.names_a_channel():
        return settings
    seed = secret(settings.ponte_webhook_secret) or ""
    simulated = {
        "kommo_client_id": str(uuid.uuid5(uuid.NAMESPACE_OID, seed)),
        "kommo_client_secret": SecretStr(hashlib.sha256(f"integration {seed}".encode()).hexdigest()),
        "kommo_consent_url": f"{box}/oauth",
        "public_url": settings.public_url or api,
    }
    if settings.ponte_hearing_model is None:
        simulated |= {"ponte_hearing_model": "simulated", "ponte_hearing_base_url": f"{box}/v1"}
    return settings.model_copy(update=simulated)


def place() -> Path:
    """Where the `.env` is: here, or in the folder of `ponte run --data DIR`, which PONTE_DATA names to the others."""
    named = os.environ.get("PONTE_DATA", "")
    kept = Path(named) / ".env"
    return kept if named and kept.is_file() else Path(".env")


def is_written() -> bool:
    """Whether there is a `.env` of this installation."""
    return place().is_file()


def prepare(data: Path | None) -> Settings:
    """The settings of an installation, its `.env` written if need be. With `data` all state lives there."""
    path = (data / ".env") if data else Path(".env")
    write(path)
    settings = read(path)
    return settings.model_copy(update={"ponte_data": data}) if data else settings


def read(path: Path | None = None) -> Settings:
    """Settings from the environment, then from the `.env`, by default the one of this folder or of PONTE_DATA.

    Raises:
        NeedsHuman: the file cannot be read, or a setting makes no sense. Names it, and never shows its value.
    """
    path = path or place()
    try:
        written = dotenv_values(path) if path.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise NeedsHuman(f"{path} cannot be read.", hint="Is it yours, and plain text in UTF-8?") from error
    values: dict[str, Any] = {key.lower(): value for key, value in written.items() if value and not os.environ.get(key)}
    try:
        return Settings(**values)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        raise NeedsHuman(
            f"{wrong}.", hint=f"Change it in {path} or the environment; .env.example explains it."
        ) from error
