"""The keys of the settings: what seals, what signs, and what opens the first account."""

from app.services.accounts.connect import FirstKey
from app.settings import Settings, secret


def keys_of(settings: Settings) -> list[str]:
    """The secret keys, the newest first."""
    return (secret(settings.ponte_secret_keys) or "").replace(",", " ").split()


def first_keys(settings: Settings) -> list[FirstKey]:
    """Ours, and the one that n8n brings when it calls us."""
    known = (
        (settings.ponte_api_key, "API", "admin"),
        (settings.n8n_reply_key, "n8n", "node"),
        (settings.rpa_bot_api_key, "RPA", "node"),
    )
    return [FirstKey(key.get_secret_value(), label, scope) for key, label, scope in known if key is not None]
