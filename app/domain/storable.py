"""Texts as the database can keep them. Pure."""


def storable(text: str) -> str:
    """Without NUL and without halves of characters: JSON can spell them, nobody means them, nothing can store them."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()
