"""Which of schemathesis's made-up calls are played: a hook that its process loads (SCHEMATHESIS_HOOKS)."""

from urllib.parse import urlencode

import schemathesis

# The server's HTTP parser refuses an address of 64 KiB before the application sees it, in words of its own.
LONGEST_ADDRESS = 60_000


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: schemathesis.Case) -> bool:
    """Only a call whose address reaches the application at all."""
    return len(case.formatted_path) + len(urlencode(case.query or {}, doseq=True)) < LONGEST_ADDRESS
