"""Settings come from the environment, and a wrong one is said so that its reader can put it right."""

import pytest
from pydantic import Field, SecretStr

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.settings import Settings, prefix


class ExampleSettings(Settings):
    model_config = prefix("EXAMPLE")

    concurrency: int = Field(8, gt=0, description="How many at once.")
    provider: str = Field(description="Who does it: kling or sim.")
    api_key: SecretStr | None = Field(None, validation_alias="EXAMPLE_API_KEY")


def test_values_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_EXAMPLE_PROVIDER", "sim")
    monkeypatch.setenv("EXAMPLE_API_KEY", "secret-1")
    settings = ExampleSettings.load(concurrency=2)
    assert (settings.provider, settings.concurrency) == ("sim", 2)
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "secret-1"
    assert "secret-1" not in repr(settings)


def test_a_missing_one_is_named_with_what_it_means() -> None:
    with pytest.raises(SettingsError) as caught:
        ExampleSettings.load()
    assert str(caught.value) == (
        "REELWRIGHT_EXAMPLE_PROVIDER is not set. It says: Who does it: kling or sim. Set it and start again."
    )


def test_wrong_ones_are_all_named_with_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_EXAMPLE_CONCURRENCY", "many")
    with pytest.raises(SettingsError) as caught:
        ExampleSettings.load()
    lines = str(caught.value).splitlines()
    assert lines[0].startswith("REELWRIGHT_EXAMPLE_CONCURRENCY='many' is not right: Input should be a valid integer")
    assert lines[1].startswith("REELWRIGHT_EXAMPLE_PROVIDER is not set.")


class SecretSettings(Settings):
    model_config = prefix("SECRET")

    key: SecretStr = Field(min_length=20, validation_alias="VENDOR_KEY")


def test_a_wrong_secret_is_named_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_KEY", "hush")
    with pytest.raises(SettingsError, match=r"^VENDOR_KEY is not right") as caught:
        SecretSettings.load()
    assert "hush" not in str(caught.value)
