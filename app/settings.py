"""Every setting of the installation. Read only by the entry points and by wiring; `.env.example` is its manual."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


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

    # Kommo. Without a token, `ponte run` starts the simulated one.
    kommo_subdomain: str | None = None
    kommo_token: SecretStr | None = None
    kommo_rate: float = Field(default=6.0, ge=0, le=10_000)
    egress_name: str = "default"

    # How long things may take, in seconds.
    burst_scale: float = Field(default=1.0, ge=0, le=10)
    brain_timeout: float = Field(default=20.0, gt=0, le=120)
    sweep_seconds: int = Field(default=10, ge=1, le=600)
    reconcile_seconds: int = Field(default=60, ge=1, le=600)
    heartbeat_seconds: float = Field(default=30.0, ge=1, le=600)
    send_lease_seconds: float = Field(default=20.0, ge=1, le=600)
    second_look_seconds: float = Field(default=10.0, ge=0.1, le=60)
    drain_seconds: float = Field(default=20.0, ge=1, le=120)

    # What is written down.
    log_level: str = "INFO"
    business_name: str = "Loja Exemplo"
    ponte_data: Annotated[Path, NoDecode] = Path(".ponte")


def secret(value: SecretStr | None) -> str | None:
    """The secret in plain, for the one who must use it."""
    return value.get_secret_value() if value is not None else None
