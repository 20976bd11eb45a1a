"""The package is typed for whoever imports it."""

from importlib.resources import files


def test_the_package_is_typed() -> None:
    assert files("reelwright_gateway").joinpath("py.typed").is_file()
