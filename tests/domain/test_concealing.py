"""Passwords that a customer was told are no brain's business."""

from pathlib import Path

import pytest
import yaml

from app.domain.concealing import concealed
from app.services.flows import sentences as words


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Senha: g7yY5GpkvM6J", "Senha: •••"),
        ("A sua senha é: g7yY5\nGuarde-a bem.", "A sua senha é: •••\nGuarde-a bem."),
        ("Usuario: sofia1234\nContraseña: abc 123", "Usuario: sofia1234\nContraseña: ••• 123"),
        ("Your password is: hunter2", "Your password is: •••"),
        ("A senha será enviada às 10:00", "A senha será enviada às 10:00"),
        ("Custa: R$ 50", "Custa: R$ 50"),
    ],
)
def test_what_stands_behind_the_name_of_a_password_is_hidden(told: str, shown: str):
    assert concealed(told) == shown


def test_every_sentence_of_ours_that_tells_a_password_is_covered():
    written = Path(words.__file__ or "").parent / "words" / "onboarding.yaml"
    found = [
        word["account_password"] for word in yaml.safe_load(written.read_text()).values() if isinstance(word, dict)
    ]
    told = [one for variants in found for one in variants]
    assert len(told) >= 6
    for sentence in told:
        assert "s3cret" not in concealed(sentence.replace("{password}", "s3cret"))
