"""The keys of the settings: what seals, what signs, and what opens the first account."""

from app.domain.errors import NeedsHuman
from app.services.accounts.connect import FirstKey
from app.settings import Settings, secret


def keys_of(settings: Settings) -> list[str]:
    """The secret keys, the newest first."""
    return (secret(settings.ponte_secret_keys) or "").replace(",", " ").split()


def service_account_key(settings: Settings) -> str | None:
    """The installation's service account for Google, as its file holds it."""
    path = settings.google_service_account_file
    if (text := secret(settings.google_service_account_json)) or path is None:
        return text
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NeedsHuman("GOOGLE_SERVICE_ACCOUNT_FILE cannot be read.", hint="Look whether it is there.") from None


def first_keys(settings: Settings) -> list[FirstKey]:
    """Ours, and the one that n8n brings when it calls us."""
    known = (
        (settings.ponte_api_key, "API", "admin"),
        (settings.n8n_reply_key, "n8n", "node"),
        (settings.rpa_bot_api_key, "RPA", "node"),
    )
    return [FirstKey(key.get_secret_value(), label, scope) for key, label, scope in known if key is not None]


def reply_secrets(settings: Settings) -> list[str]:
    """What requests to a workflow and callbacks are signed with: the new one, and the old one while it is changed."""
    return (secret(settings.n8n_reply_secrets) or "").replace(",", " ").split()
