"""Runs the `reelwright` command as its users do: as a process, with a home of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "docs" / "sample" / "talk.mp3"
SCRIPT = ROOT / "docs" / "sample" / "talk.txt"
COMMAND = Path(sys.executable).with_name("reelwright")


@dataclass
class Reelwright:
    """One home and one working folder; `profile` tiny unless said otherwise."""

    home: Path
    folder: Path
    profile: str = "tiny"
    environment: dict[str, str] = field(default_factory=dict)

    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("REELWRIGHT_")}
        own = {"REELWRIGHT_HOME": str(self.home), "REELWRIGHT_PROFILE": self.profile, "OMP_NUM_THREADS": "1"}
        return kept | own | self.environment

    def start(self, *arguments: str | Path) -> "subprocess.Popen[str]":
        """The command in a process group of its own, so that a test can kill all of it."""
        return subprocess.Popen(
            [str(COMMAND), *map(str, arguments)],
            cwd=self.folder,
            env=self.env(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str | Path, timeout_s: float = 240) -> "subprocess.CompletedProcess[str]":
        process = self.start(*arguments)
        out, err = process.communicate(timeout=timeout_s)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def make(self, *arguments: str | Path) -> dict[str, Any]:
        """`reelwright make --json` that has to succeed; its report."""
        done = self.run("make", *arguments, "--offline", "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        report = json.loads(done.stdout.splitlines()[-1])
        assert isinstance(report, dict)
        return report


@pytest.fixture
def reelwright(tmp_path: Path) -> Reelwright:
    folder = tmp_path / "work"
    folder.mkdir()
    return Reelwright(tmp_path / "home", folder)


@pytest.fixture(scope="session")
def short_talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sample's first sentences, about six seconds, and their text: what the tiny profile is made for."""
    folder = tmp_path_factory.mktemp("talk")
    cut_recording(SAMPLE, folder / "talk.wav", seconds=6.4)
    (folder / "talk.txt").write_text(" ".join(SCRIPT.read_text(encoding="utf-8").split("\n\n")[:1]), encoding="utf-8")
    return folder / "talk.wav", folder / "talk.txt"


def cut_recording(source: Path, target: Path, *, seconds: float, rate: int = 16_000) -> None:
    """The first `seconds` of a recording as mono PCM."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(str(source)) as media, av.open(str(target), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=rate, layout="mono")
        for frame in frames_until(media, seconds):
            for resampled in resampler.resample(frame):
                out.mux(stream.encode(resampled))
        out.mux(stream.encode(None))


def frames_until(media: "av.container.InputContainer", seconds: float) -> Iterator[av.AudioFrame]:
    for frame in media.decode(audio=0):
        if frame.time is not None and frame.time >= seconds:
            return
        frame.pts = None
        yield frame


@pytest.fixture(scope="session")
def cut() -> Callable[..., None]:
    return cut_recording
