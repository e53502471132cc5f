"""A name says what will not go in."""

import ast

from tests.architecture.source import APP, modules

SAYS_NOTHING = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [
        module.name
        for module in modules("app", "tests", "scripts")
        if SAYS_NOTHING & {module.path.stem, *module.path.relative_to(APP.parent).parts}
    ]

    assert not named


def test_every_folder_of_python_is_a_package() -> None:
    folders = {module.path.parent for module in modules("app")}
    parents = {parent for folder in folders for parent in (folder, *folder.parents) if APP in (parent, *parent.parents)}

    assert not [folder.as_posix() for folder in parents if not (folder / "__init__.py").exists()]


def test_every_module_says_what_it_promises() -> None:
    assert not [module.name for module in modules("app") if module.text.strip() and not ast.get_docstring(module.tree)]
