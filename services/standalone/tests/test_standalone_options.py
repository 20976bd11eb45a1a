from pathlib import Path

import pytest

from reelwright_standalone.errors import InputError
from reelwright_standalone.options import MakeOptions
from reelwright_standalone.providers import Providers, announcement, choose_providers, require_consent
from reelwright_standalone.settings import StandaloneSettings

LOCAL = Providers("sim", "local", "extractive")
PAID = Providers("kling", "openai", "openai")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (MakeOptions(duration_s=29), "--duration"),
        (MakeOptions(duration_s=61), "30 to 60"),
        (MakeOptions(budget_usd=-1), "--budget"),
        (MakeOptions(budget_usd=float("nan")), "--budget"),
        (MakeOptions(script=Path("/nowhere.txt")), "--script"),
        (MakeOptions(plan=Path("/nowhere.yaml")), "--plan"),
    ],
)
def test_a_wrong_option_is_named_with_its_remedy(options: MakeOptions, says: str) -> None:
    with pytest.raises(InputError, match=says):
        options.checked()


def test_right_options_pass_unchanged() -> None:
    options = MakeOptions(duration_s=45, caption_style="pop", look="auto")
    assert options.checked() is options


def test_keys_choose_providers_and_offline_uses_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose_providers(StandaloneSettings(), offline=False) == LOCAL
    monkeypatch.setenv("KLING_API_KEY", "api-key-kling-x")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    assert choose_providers(StandaloneSettings(), offline=False) == PAID
    assert choose_providers(StandaloneSettings(), offline=True) == LOCAL


def test_keys_never_show() -> None:
    settings = StandaloneSettings(KLING_API_KEY="secret-1", OPENAI_API_KEY="secret-2")  # type: ignore[call-arg]
    assert "secret" not in repr(settings)


def test_each_paid_provider_is_announced_with_its_price() -> None:
    lines = announcement(PAID, minutes=10, budget_usd=2, script_given=False)
    assert lines == [
        "OpenAI gets the recording and its text and is estimated to cost $0.08.",
        "Kling gets a description of each scene and may cost up to $2.00 (--budget).",
    ]
    assert announcement(LOCAL, minutes=10, budget_usd=2, script_given=False) == []


@pytest.mark.parametrize(
    ("paid", "yes", "agreed_before", "asks"),
    [(False, False, False, False), (True, True, False, False), (True, False, True, False), (True, False, False, True)],
)
def test_consent_is_asked_once_on_a_terminal(paid: bool, yes: bool, agreed_before: bool, asks: bool) -> None:
    assert require_consent(paid=paid, yes=yes, agreed_before=agreed_before, interactive=True) is asks


def test_without_a_terminal_a_paid_run_needs_yes() -> None:
    with pytest.raises(InputError, match="--yes"):
        require_consent(paid=True, yes=False, agreed_before=False, interactive=False)
