"""Parts of a recipe as Playwright's locators."""

import re
from collections.abc import Iterable
from functools import reduce

from playwright.async_api import Locator, Page

from app.browser.recipe import Part, Place, Recipe, Sign


def locate(scope: Page | Locator, place: Place) -> Locator:
    """One alternative, as far as it is visible."""
    return _found(scope, place).filter(visible=True)


def _found(scope: Page | Locator, place: Place) -> Locator:
    if place.role is not None:
        return scope.get_by_role(place.role, name=place.name, exact=place.exact)
    if place.label is not None:
        return scope.get_by_label(place.label, exact=place.exact)
    if place.placeholder is not None:
        return scope.get_by_placeholder(place.placeholder, exact=place.exact)
    if place.test_id is not None:
        return scope.get_by_test_id(place.test_id)
    if place.text is not None:
        return scope.get_by_text(place.text, exact=place.exact)
    return scope.locator(f"css={place.css}")


def any_place(scope: Page | Locator, part: Part) -> Locator:
    """Whichever alternative there is."""
    return any_of(locate(scope, place) for place in part)


def any_of(locators: Iterable[Locator]) -> Locator:
    """Whichever of these there is."""
    return reduce(lambda one, other: one.or_(other), locators)


def shown(page: Page, recipe: Recipe, sign: Sign) -> Locator:
    """The part of a sign, where it says what the sign wants."""
    found = any_place(page, recipe.parts[sign.part])
    return found if sign.says is None else found.filter(has_text=re.compile(sign.says, re.IGNORECASE))
