"""What differs from one installation to the next: the few values that are written into a workflow."""

from dataclasses import dataclass

PLACEHOLDER_URL = "https://ponte.example"


@dataclass(frozen=True, slots=True)
class Deployment:
    """Where Ponte is, for whom, and which model its workflows name. `base_url` has no slash at its end."""

    base_url: str = PLACEHOLDER_URL
    account_id: int = 1
    timezone: str = "America/Sao_Paulo"
    model: str = "gpt-4o-mini"

    def url(self, path: str) -> str:
        """The address of one of Ponte's paths; an expression where the path holds one."""
        sign = "=" if "{{" in path else ""
        return f"{sign}{self.base_url}{path}"
