# What we use of Authlib's OAuth client on httpx2: the token endpoint, by a client authentication of our own.
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import httpx2

ClientAuthMethod: TypeAlias = Callable[[Any, str, str, Any, Any], tuple[str, Any, bytes]]

class AsyncOAuth2Client(httpx2.AsyncClient):
    client_id: str
    client_secret: str
    redirect_uri: str | None
    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        token_endpoint_auth_method: str | None = None,
        *,
        redirect_uri: str | None = None,
        **client: Any,
    ) -> None: ...
    def register_client_auth_method(self, auth: tuple[str, ClientAuthMethod]) -> None: ...
    def register_compliance_hook(self, hook_type: str, hook: Callable[[httpx2.Response], httpx2.Response]) -> None: ...
    def create_authorization_url(self, url: str, state: str | None = None, **parts: str) -> tuple[str, str]: ...
    async def fetch_token(self, url: str, **parts: str) -> Mapping[str, Any]: ...
    async def refresh_token(self, url: str, refresh_token: str, **parts: str) -> Mapping[str, Any]: ...
