"""Fonts: found without the machine's own configuration, and nothing said about it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reelwright_renderer.captions import fontconfig


def test_drawing_says_nothing_on_stderr_and_needs_no_home(tmp_path: Path) -> None:
    code = "from reelwright_renderer.captions.pango import measure; print(measure('Hello', 92, '').width_px)"
    environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) > 150
    assert done.stderr == ""


def test_an_operators_own_configuration_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/their/own")
    fontconfig.configure()
    assert os.environ["FONTCONFIG_FILE"] == "/their/own"


def test_a_folder_that_others_can_write_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FONTCONFIG_FILE")
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    fontconfig.configure()
    ours = Path(os.environ["FONTCONFIG_FILE"])
    assert ours.parent.parent == tmp_path
    ours.parent.chmod(0o777)
    monkeypatch.delenv("FONTCONFIG_FILE")
    fontconfig.configure()
    assert Path(os.environ["FONTCONFIG_FILE"]).parent != ours.parent
