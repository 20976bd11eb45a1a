"""Settings: named, checked, and wrong in a sentence."""

from pathlib import Path

import pytest

from reelwright_chassis.errors import SettingsError
from reelwright_kling_gateway.settings import KlingSettings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("PROVIDER", "API_KEY", "ACCESS_KEY", "SECRET_KEY", "CLIP_MODEL"):
        monkeypatch.delenv(f"REELWRIGHT_KLING_{name}", raising=False)
        monkeypatch.delenv(f"KLING_{name}", raising=False)
    return monkeypatch


def test_the_provider_is_named_never_guessed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("KLING_API_KEY", "key")
    with pytest.raises(SettingsError, match="REELWRIGHT_KLING_PROVIDER"):
        KlingSettings.load()


def test_keys_go_by_the_vendors_own_names(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REELWRIGHT_KLING_PROVIDER", "kling")
    with pytest.raises(SettingsError, match="KLING_API_KEY is not set"):
        _ = KlingSettings.load().key
    environment.setenv("KLING_API_KEY", "key")
    environment.setenv("KLING_ACCESS_KEY", "access")
    settings = KlingSettings.load()
    assert settings.key == "key"
    assert "key" not in repr(settings.api_key)
    with pytest.raises(SettingsError, match="KLING_SECRET_KEY"):
        _ = settings.key_pair
    environment.setenv("KLING_SECRET_KEY", "secret")
    assert KlingSettings.load().key_pair == ("access", "secret")


def test_the_simulator_takes_no_money_and_is_never_shown_the_vendors_keys(environment: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "ACCESS_KEY", "SECRET_KEY"):
        environment.setenv(f"KLING_{name}", "precious")
    settings = KlingSettings(provider="sim")
    assert settings.key == "api-key-kling-simulated"
    assert settings.key_pair is None
    assert settings.host == "http://127.0.0.1:8090"
    assert KlingSettings(provider="kling").host == "https://api-singapore.klingai.com"
    assert not settings.counts_money
    assert KlingSettings(provider="sim", priced=True).counts_money
    assert KlingSettings(provider="kling").counts_money


def test_a_wrong_model_is_refused_in_a_sentence(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REELWRIGHT_KLING_PROVIDER", "sim")
    environment.setenv("REELWRIGHT_KLING_CLIP_MODEL", "kling-v1")
    with pytest.raises(SettingsError, match=r"REELWRIGHT_KLING_CLIP_MODEL is 'kling-v1'; it must be one of"):
        KlingSettings.load()
    environment.delenv("REELWRIGHT_KLING_CLIP_MODEL")
    with pytest.raises(SettingsError, match="CLIP_RESOLUTION"):
        KlingSettings(provider="sim", clip_resolution="4k")
    environment.setenv("REELWRIGHT_KLING_PROVIDER", "magic")
    with pytest.raises(SettingsError, match="REELWRIGHT_KLING_PROVIDER"):
        KlingSettings.load()


def test_the_readme_names_every_setting() -> None:
    readme = Path(__file__).parents[1].joinpath("README.md").read_text(encoding="utf-8")
    settings = readme.partition("## Settings")[2]
    assert [name for name in KlingSettings.model_fields if f"`{name.upper()}`" not in settings] == []
