"""What a chat is about: told by what is known of it, in a fixed order, and never guessed."""

import pytest

from app.services.vendedores.area import Area, AreaRule, Clues, area_of

COMPANY = ("Vendas", "Suporte")


@pytest.mark.parametrize(
    ("clues", "area"),
    [
        (Clues("suporte", ("vendas",), COMPANY), Area("Suporte", AreaRule.TRIGGER)),
        (Clues("", ("vip", "VENDAS"), COMPANY), Area("Vendas", AreaRule.LEAD_TAG)),
        (Clues("", ("area tecnica",), (), ("Área Técnica",)), Area("Área Técnica", AreaRule.LEAD_TAG)),
        (Clues("", (), ("Vendas",)), Area("Vendas", AreaRule.ONLY_AREA)),
        (Clues("", (), COMPANY), Area()),
        (Clues(), Area()),
    ],
    ids=["the trigger first", "then a tag", "of the team too", "the only one", "several", "nothing"],
)
def test_the_first_that_tells_the_area_counts(clues: Clues, area: Area):
    assert area_of(clues) == area


def test_two_tags_that_are_areas_tell_nothing():
    assert area_of(Clues("", ("vendas", "suporte"), COMPANY)) == Area()


def test_the_same_area_twice_is_one():
    assert area_of(Clues("", ("vendas", "Vendas "), COMPANY)) == Area("Vendas", AreaRule.LEAD_TAG)


def test_a_word_out_of_a_form_that_is_nobodys_area_is_not_kept():
    assert area_of(Clues("meu nome é Maria", ("vendas",), COMPANY)) == Area("Vendas", AreaRule.LEAD_TAG)
    assert area_of(Clues("meu nome é Maria", (), COMPANY)) == Area()
