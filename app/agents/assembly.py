"""The agent put together from an installation's settings, as far as they name a model. Opens and loads nothing."""

from pathlib import Path

import httpx2
from pydantic import BaseModel, ConfigDict, SecretStr

from app.agents.embedding import HttpEmbedder
from app.agents.models import Model
from app.agents.prompting import Prompts
from app.agents.reply import AgentBrain, AgentOptions
from app.domain.manners import MannersOf
from app.domain.ports import KnowledgeSearch
from app.domain.tools import Toolbox


class AgentSetup(BaseModel):
    """What the settings say about models; read from anything that has these attributes."""

    model_config = ConfigDict(from_attributes=True, frozen=True)

    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = None
    ponte_model: str | None = None
    ponte_model_fallback: str | None = None
    openai_fallback_base_url: str | None = None
    openai_fallback_api_key: SecretStr | None = None
    ponte_embedding_model: str | None = None
    ponte_prompts: Path | None = None
    business_name: str = ""

    def models(self) -> list[Model]:
        """The model and the one behind it; none without a name, or without a key or an address of its own."""
        if not self.ponte_model or not (self.openai_api_key or self.openai_base_url):
            return []
        models = [Model(self.ponte_model, self.openai_base_url, _plain(self.openai_api_key))]
        if self.ponte_model_fallback:
            models.append(self._second(self.ponte_model_fallback))
        return models

    def _second(self, name: str) -> Model:
        """At an address of its own it gets only a key of its own: keys do not travel to other hosts."""
        if self.openai_fallback_base_url:
            return Model(name, self.openai_fallback_base_url, _plain(self.openai_fallback_api_key))
        return Model(name, self.openai_base_url, _plain(self.openai_fallback_api_key or self.openai_api_key))

    def embedder(self, http: httpx2.AsyncClient) -> HttpEmbedder | None:
        """What finds knowledge by its meaning, if a model for it is named."""
        if not self.ponte_embedding_model or not (self.openai_api_key or self.openai_base_url):
            return None
        model = Model(self.ponte_embedding_model, self.openai_base_url, _plain(self.openai_api_key))
        return HttpEmbedder(model, http)

    def brain(
        self, http: httpx2.AsyncClient, *, knowledge: KnowledgeSearch, manners: MannersOf, toolbox: Toolbox | None
    ) -> AgentBrain | None:
        """The agent, if a model is named.

        Raises:
            BadPrompt: an own prompt has a fault.
        """
        models = self.models()
        if not models:
            return None
        options = AgentOptions(models, Prompts.read(self.ponte_prompts), business=self.business_name)
        return AgentBrain(options, http, knowledge=knowledge, manners=manners, toolbox=toolbox)


def _plain(value: SecretStr | None) -> str | None:
    return value.get_secret_value() if value is not None else None
