"""Small by measure: figures that the house style sets, held by a machine."""

from statistics import median, quantiles

from tests.architecture.source import modules, size

EVERYWHERE = ("app", "tests", "scripts")


def test_no_function_is_longer_than_60_lines() -> None:
    long = [f"{m.name}:{f.lineno} {f.name}" for m in modules(*EVERYWHERE) for f in m.functions() if size(f) > 60]

    assert not long


def test_no_file_is_longer_than_400_lines() -> None:
    long = [f"{module.name} {module.lines}" for module in modules(*EVERYWHERE) if module.lines > 400]

    assert not long


def test_functions_are_short_as_a_rule() -> None:
    sizes = [size(function) for module in modules("app") for function in module.functions()]

    assert median(sizes) <= 12
    assert quantiles(sizes, n=20)[-1] <= 35
