"""The conversation's language, as its latest words show it.

The rule lives in the domain because the brains, which may not see the services, need it too.
"""

from app.domain.language import guess

__all__ = ["guess"]
