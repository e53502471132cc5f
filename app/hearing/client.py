"""The only module beside the agent's loop that knows OpenAI's library: one call, audio in, words out.

What a server refuses is told by a code of ours, never with its words, which may hold the customer's.
"""

import asyncio
from datetime import timedelta
from typing import Final

import httpx2
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, OpenAIError

from app.domain.errors import AppError, NeedsHuman, Rejected, Retryable
from app.domain.sound import Recording
from app.hearing.ears import Listener

_HINT: Final = "Look at PONTE_HEARING_API_KEY, PONTE_HEARING_BASE_URL and PONTE_HEARING_MODEL (`ponte doctor`)."
_NO_KEY: Final = "none"  # the library insists on one; a server of one's own looks at none
_MISTAKEN: Final = frozenset({401, 403, 404, 405})
_BUSY, _BROKEN, _SLOW = 429, 500, 408
_LONGEST_REST: Final = 60.0


class Client:
    """OpenAI's client on our own connections: no retries of its own, for jobs are tried again by us."""

    def __init__(self, listener: Listener, http: httpx2.AsyncClient) -> None:
        self._model = listener.model
        self._openai = AsyncOpenAI(
            api_key=listener.key or _NO_KEY, base_url=listener.url, http_client=http, max_retries=0
        )

    async def transcribed(self, recording: Recording, budget: timedelta) -> str:
        """The words. `json` is the one form of answer that every model and every server has."""
        file = (recording.name, recording.body, recording.content_type)
        try:
            async with asyncio.timeout(budget.total_seconds()):
                answer = await self._openai.audio.transcriptions.create(
                    file=file, model=self._model, response_format="json"
                )
        except TimeoutError:
            raise Retryable("The hearing model has not answered in time.", code="too_late") from None
        except APIStatusError as error:
            raise _refusal(error) from None
        except APIConnectionError as error:
            cause = type(error.__cause__ or error).__name__
            raise Retryable(f"The hearing model does not answer ({cause}).", code="unreachable", hint=_HINT) from None
        except (OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, ValueError, UnicodeError) as error:
            raise Retryable(f"No answer of the hearing model ({type(error).__name__}).", code="unreadable") from None
        return _words(answer)


def _words(answer: object) -> str:
    """The text of an answer; a page of a proxy in its place is none."""
    text: object = getattr(answer, "text", None)
    if not isinstance(text, str):
        raise Retryable("The hearing model's answer cannot be read.", code="unreadable", hint=_HINT)
    return text


def _refusal(error: APIStatusError) -> AppError:
    status = error.status_code
    if status in _MISTAKEN:
        return NeedsHuman(f"The hearing model refused with {status}.", hint=_HINT, code="hearing_refused")
    if status == _BUSY:
        rest = timedelta(seconds=_seconds(error.response.headers.get("retry-after", "")))
        return Retryable("The hearing model is busy (429).", after=rest, code="busy")
    if status >= _BROKEN or status == _SLOW:
        return Retryable(f"The hearing model answered {status}.", code="broken")
    return Rejected(f"The hearing model takes no such recording ({status}).", code="not_taken")


def _seconds(told: str) -> float:
    """Retry-After in seconds; as a date it is as good as none."""
    try:
        return min(max(0.0, float(told)), _LONGEST_REST)
    except ValueError:
        return 0.0
