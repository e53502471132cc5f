"""Every setting of the installation. Read only by the entry points and by wiring; `.env.example` is its manual."""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.store.database import ADDRESS_HINT

_HOST = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


class Settings(BaseSettings):
    """Settings from the environment, and from `.env` where the entry point names one. Empty means default."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    # The database and the secrets in it.
    database_url: SecretStr | None = None
    database_pooled: bool = False
    database_pool_size: int = Field(default=10, ge=3, le=100)
    ponte_secret_keys: SecretStr | None = None

    # Who may call us, and under which address the world reaches us.
    ponte_api_key: SecretStr | None = None
    ponte_webhook_secret: SecretStr | None = None
    public_url: str | None = None
    n8n_url: str | None = None
    n8n_ponte_url: str | None = None
    n8n_api_key: SecretStr | None = None
    n8n_model: str = Field(default="gpt-4o-mini", pattern=r"^[\w./:@-]{1,100}$")
    n8n_reply_url: str | None = Field(default=None, validation_alias=AliasChoices("n8n_reply_url", "bot_http_url"))
    n8n_reply_timeout_sec: float = Field(
        default=9.0, ge=1, le=120, validation_alias=AliasChoices("n8n_reply_timeout_sec", "bot_http_timeout_sec")
    )
    n8n_reply_key: SecretStr | None = None
    n8n_reply_secrets: SecretStr | None = None
    trusted_proxies: str | None = None

    # Kommo. Without a token, `ponte run` starts the simulated one.
    kommo_subdomain: str | None = None
    kommo_token: SecretStr | None = None
    kommo_client_id: str | None = None
    kommo_client_secret: SecretStr | None = None
    kommo_consent_url: str = "https://www.kommo.com/oauth"
    kommo_rate: float = Field(default=6.0, ge=0, le=10_000)
    egress_name: str = "default"

    # WhatsApp itself: Meta's Cloud API, or 360dialog by its address. The rest of an account comes when it is connected.
    whatsapp_phone_number_id: str | None = None
    whatsapp_token: SecretStr | None = None
    whatsapp_waba_id: str | None = None
    whatsapp_app_secret: SecretStr | None = None
    whatsapp_api_url: str = "https://graph.facebook.com/v25.0"
    whatsapp_rate: float = Field(default=40.0, ge=0, le=10_000)

    # WhatsApp by Twilio: the account, the token that opens it and signs its webhooks, and the number.
    twilio_account_sid: str | None = None
    twilio_auth_token: SecretStr | None = None
    twilio_whatsapp_number: str | None = None
    twilio_api_url: str = "https://api.twilio.com"
    twilio_rate: float = Field(default=20.0, ge=0, le=10_000)

    # Chatwoot: where the first account's conversations are shown as well, under the names that tools for it use; and
    # calls a second to one installation, which takes 50 from one address.
    chatwoot_base_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s/]+\S*$",
        validation_alias=AliasChoices("chatwoot_base_url", "chatwoot_url", "chatwoot_api_url"),
    )
    chatwoot_account_id: int | None = Field(default=None, ge=1)
    chatwoot_whatsapp_inbox_id: int | None = Field(
        default=None, ge=1, validation_alias=AliasChoices("chatwoot_whatsapp_inbox_id", "chatwoot_inbox_id")
    )
    chatwoot_api_token: SecretStr | None = Field(
        default=None,
        validation_alias=AliasChoices("chatwoot_api_token", "chatwoot_api_access_token", "chatwoot_token"),
    )
    chatwoot_bot_token: SecretStr | None = None
    chatwoot_bot_id: int | None = Field(default=None, ge=1)
    chatwoot_rate: float = Field(default=20.0, ge=0, le=10_000)

    # Bitrix24's open lines: an incoming webhook of the portal, and how its news come.
    b24_webhook_base: SecretStr | None = None
    b24_mode: Literal["fetch", "push", "poll"] = "fetch"
    b24_poll_sec: int = Field(default=2, ge=1, le=600)
    b24_bot_token: SecretStr | None = None
    b24_application_token: SecretStr | None = None
    b24_rate: float = Field(default=2.0, ge=0, le=10_000)

    # How long things may take, in seconds.
    burst_scale: float = Field(default=1.0, ge=0, le=10)
    brain_timeout: float = Field(default=20.0, gt=0, le=120)
    asks_at_once: int = Field(default=8, ge=1, le=1000)
    ask_wait_sec: float = Field(default=60.0, ge=1, le=600)
    sweep_seconds: int = Field(default=10, ge=1, le=600)
    reconcile_seconds: int = Field(default=60, ge=1, le=600)
    heartbeat_seconds: float = Field(default=30.0, ge=1, le=600)
    send_lease_seconds: float = Field(default=20.0, ge=1, le=600)
    second_look_seconds: float = Field(default=10.0, ge=0.1, le=60)
    drain_seconds: float = Field(default=20.0, ge=1, le=120)

    # Who is told when something needs a person.
    alert_webhook_url: SecretStr | None = None
    smtp_url: SecretStr | None = None
    alert_mail_from: str | None = None
    alert_mail_to: str | None = None

    # Supabase, for what is its own: files, and the probe of its API. Without it files are kept in a folder.
    supabase_url: str | None = None
    supabase_service_key: SecretStr | None = None
    supabase_bucket: str = Field(default="ponte-media", pattern="^[a-z0-9][a-z0-9_-]{2,62}$")
    media_max_mb: int = Field(default=25, ge=1, le=100)

    # The built-in agent: a model behind an OpenAI-compatible address, and one that is asked when it fails.
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    ponte_model: str | None = None
    ponte_model_fallback: str | None = None
    openai_fallback_base_url: str | None = None
    openai_fallback_api_key: SecretStr | None = None
    ponte_embedding_model: str | None = None
    ponte_prompts: Path | None = None

    # Voice messages as words: a model that hears, and how long a turn waits for it.
    ponte_hearing_model: str | None = None
    ponte_hearing_base_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+\S*$")
    ponte_hearing_api_key: SecretStr | None = None
    ponte_hearing_wait_sec: float = Field(default=4.0, ge=0, le=15)

    # Users on somebody else's panel: the browser service, under the names that callers of it have always set.
    rpa_bot_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+\S*$")
    rpa_bot_api_key: SecretStr | None = None
    max_username_attempts: int = Field(default=10, ge=1, le=10)
    ponte_chromium: str | None = None
    ponte_recipes: Path | None = None
    browser_max_runs: int = Field(default=200, ge=1, le=100_000)
    browser_max_mib: int = Field(default=1500, ge=500, le=100_000)
    browser_sandbox: Literal["auto", "on", "off"] = "auto"
    panel_private_hosts: str = Field(default="", max_length=2_000)

    # Registering businesses: the Auth API that sends one-time passwords, and where those who are registered go on.
    auth_api_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+\S*$")
    auth_api_key: SecretStr | None = None
    web_app_url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+\S*$")

    # What other tools of this kind want, and Ponte does not: only told.
    redis_url: SecretStr | None = None

    # Google Sheets: the service account for accounts that bring none, as a file or as its text.
    google_service_account_file: Path | None = None
    google_service_account_json: SecretStr | None = None
    google_sheets_url: str = Field(default="https://sheets.googleapis.com", pattern=r"^https?://[^\s/]+/?$")

    # What is written down.
    log_level: Annotated[str, Field(pattern="(?i)^(debug|info|warning|error|critical)$")] = "INFO"
    business_name: str = ""  # nobody greets in a name that nobody gave
    ponte_data: Annotated[Path, NoDecode] = Path(".ponte")

    @field_validator("kommo_consent_url")
    @classmethod
    def _a_consent_page(cls, value: str) -> str:
        """Another host would make addresses trusted to which our secret travels."""
        try:
            parts = urlsplit(value)
            host = parts.hostname or ""
        except ValueError:
            parts, host = urlsplit(""), ""
        is_kommo = parts.scheme == "https" and host in {"www.kommo.com", "www.amocrm.com"}
        is_sandbox = parts.scheme == "http" and host in {"127.0.0.1", "::1", "localhost"}
        if not (is_kommo or is_sandbox):
            raise ValueError("it is https://www.kommo.com/oauth, or the sandbox's page on a loopback address")
        return value

    @field_validator("n8n_ponte_url")
    @classmethod
    def _our_address(cls, value: str | None) -> str | None:
        """Without its host no call of a tool would be taken for one of ours."""
        if value is not None and not re.fullmatch(r"https?://[^\s/?#]+[^\s?#]*", value):
            raise ValueError("it is an address of Ponte's, such as http://ponte:8000")
        return value

    @field_validator("n8n_reply_url")
    @classmethod
    def _a_webhook(cls, value: str | None) -> str | None:
        """A slip here would else show as a brain that is never reached."""
        if value is not None and not re.fullmatch(r"https?://[^\s/]+\S*", value):
            raise ValueError("it is the production URL of a webhook, such as https://n8n.example.com/webhook/ponte")
        return value

    @field_validator("n8n_reply_secrets")
    @classmethod
    def _two_at_most(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value().replace(",", " ").split()) > 2:  # noqa: PLR2004 - old, new
            raise ValueError("there are two secrets at the most, the new one first")
        return value

    @field_validator("database_url")
    @classmethod
    def _an_address(cls, value: SecretStr | None) -> SecretStr | None:
        """A slip here would else show as a database that is down."""
        try:
            parts = urlsplit(value.get_secret_value()) if value else None
            is_address = parts is None or (parts.scheme in ("postgres", "postgresql") and (parts.port or 0) >= 0)
        except ValueError:
            is_address = False
        if not is_address:
            raise ValueError(ADDRESS_HINT)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: str | None) -> str | None:
        """Whoever is believed here says who calls: a name, or everybody, would let strangers say it."""
        for one in (value or "").split(",") if value else ():
            try:
                network = ip_network(one.strip())
            except ValueError:
                network = None
            if network is None or network.prefixlen == 0:
                raise ValueError("these are addresses or networks, separated by commas: 10.0.0.5, 172.18.0.0/16")
        return value

    @field_validator("panel_private_hosts")
    @classmethod
    def _hosts(cls, value: str) -> str:
        """Each is one host by its name: a pattern or a network would open more than anybody has looked at."""
        for one in value.split(",") if value.strip() else ():
            if not _HOST.fullmatch(one.strip()):
                raise ValueError("these are hosts, separated by commas: panel.intranet.example, 10.0.0.7:8443")
        return value

    def reached_by_n8n(self) -> str | None:
        """Under which address n8n reaches us: its own way, where it has one, else as the world does."""
        return self.n8n_ponte_url or self.public_url

    def own_addresses(self) -> list[str]:
        """All the addresses under which we are called."""
        return [url for url in (self.public_url, self.n8n_ponte_url) if url]

    def has_real_kommo(self) -> bool:
        """Whether a token or an integration of a real Kommo is set; a simulated one beside it would mislead."""
        is_simulated = urlsplit(self.kommo_consent_url).scheme == "http"
        return self.kommo_token is not None or (self.kommo_client_id is not None and not is_simulated)

    def names_a_channel(self) -> bool:
        """Whether an inbox of another channel is named, whole or in part, whose customers are real."""
        portal = secret(self.b24_webhook_base)
        twilio = (self.twilio_account_sid, self.twilio_auth_token, self.twilio_whatsapp_number)
        named = (
            (self.whatsapp_api_url, (self.whatsapp_phone_number_id, self.whatsapp_token)),
            (self.twilio_api_url, twilio),
            (portal or "", (portal,)),
        )
        return any(urlsplit(at).scheme != "http" and any(one is not None for one in said) for at, said in named)


def secret(value: SecretStr | None) -> str | None:
    """The secret in plain, for the one who must use it."""
    return value.get_secret_value() if value is not None else None
