"""Ears put together from an installation's settings, as far as they name a model that hears. Loads nothing."""

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr

from app.hearing.ears import HttpEars, Listener


class HearingSetup(BaseModel):
    """What the settings say about hearing; read from anything that has these attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    ponte_hearing_model: str | None = None
    ponte_hearing_base_url: str | None = None
    ponte_hearing_api_key: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None

    def listener(self) -> Listener | None:
        """Who is asked. At an address of its own it gets only a key of its own: keys do not travel to other hosts."""
        if not self.ponte_hearing_model:
            return None
        own = _plain(self.ponte_hearing_api_key)
        if self.ponte_hearing_base_url:
            return Listener(self.ponte_hearing_model, self.ponte_hearing_base_url, own)
        key = own or _plain(self.openai_api_key)
        return Listener(self.ponte_hearing_model, self.openai_base_url, key) if key or self.openai_base_url else None

    def ears(self, http: httpx2.AsyncClient) -> HttpEars | None:
        """What hears, if a model for it is named."""
        listener = self.listener()
        return HttpEars(listener, http) if listener else None


def _plain(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
