"""The fields that requests are made of: what is taken can be stored, and is measured as it will be stored."""

import pytest
from pydantic import BaseModel, Field, ValidationError

from app.routes.fields import Words


class Named(BaseModel):
    name: Words = Field(min_length=1, max_length=3)


@pytest.mark.parametrize("given", ["a\x00na", "a\ud83dna", "\x00ana\udfff"])
def test_a_text_is_taken_without_what_nothing_can_store_and_nobody_means(given: str):
    assert Named(name=given).name == "ana"


@pytest.mark.parametrize("given", ["", "\x00", "\ud83d", "anas", 7, None, ["ana"]])
def test_a_text_of_which_too_little_or_too_much_is_left_is_refused(given: object):
    with pytest.raises(ValidationError, match="name"):
        Named.model_validate({"name": given})
