"""The connections to models: httpx2, which OpenAI's own client is built on. Light to import; opened by wiring."""

import ssl
from datetime import timedelta
from functools import cache
from typing import Final

import httpx2

CONNECT_BUDGET: Final = timedelta(seconds=3)  # a model that does not shake hands by then is down
READ_BUDGET: Final = timedelta(seconds=60)  # the turn's own deadline cuts sooner


def model_client() -> httpx2.AsyncClient:
    """A client for one process and event loop, to be closed by whoever opened it. No proxies of the environment."""
    timeout = httpx2.Timeout(READ_BUDGET.total_seconds(), connect=CONNECT_BUDGET.total_seconds())
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=20)
    return httpx2.AsyncClient(verify=_trust(), timeout=timeout, limits=limits, follow_redirects=False, trust_env=False)


@cache
def _trust() -> ssl.SSLContext:
    """The authorities that vouch for models, read once a process: to read them takes longer than all else here."""
    return httpx2.create_ssl_context(trust_env=False)
