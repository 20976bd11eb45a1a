from pathlib import Path

import pytest

from reelwright_chassis.home import open_home
from reelwright_standalone.errors import InputError
from reelwright_standalone.jobs import Job, JobBook, choices_of, job_name
from reelwright_standalone.options import MakeOptions
from reelwright_standalone.outputs import place, refuse_foreign, temporary_beside
from reelwright_standalone.providers import Providers
from reelwright_standalone.recording import Recording
from reelwright_standalone.tables import JOBS, MADE

RECORDING = Recording(Path("talk.mp3"), "a" * 64, 100)


def choices(**options: object) -> dict[str, str]:
    made = MakeOptions(**options)  # type: ignore[arg-type]
    return choices_of(made, Providers("sim", "local", "extractive"), profile="standard", whisper_model="")


def test_what_changes_the_video_names_the_job() -> None:
    name = job_name(RECORDING, choices())
    assert name == job_name(RECORDING, choices(caption_style="pop", title="T", budget_usd=1.0, yes=True))
    others = [choices(duration_s=45.0), choices(language="de"), choices(look="ink"), choices(direction="warm")]
    assert len({name, *(job_name(RECORDING, other) for other in others)}) == 5
    assert name != job_name(Recording(Path("talk.mp3"), "b" * 64, 100), choices())


async def test_an_edit_goes_on_with_the_last_job_unless_an_option_contradicts(tmp_path: Path) -> None:
    async with open_home(tmp_path / "home") as home:
        await home.store.ensure([JOBS])
        book = JobBook(home.store)
        had = choices(duration_s=45.0)
        job = Job(job_name(RECORDING, had), "p1", RECORDING.sha256, had)
        await book.put(job)
        assert await book.find(RECORDING, choices(), named="", editing=True) == job
        assert await book.find(RECORDING, choices(), named="", editing=False) is None
        assert await book.find(RECORDING, choices(look="ink"), named="", editing=True) is None
        assert await book.find(RECORDING, choices(look="ink"), named=job.job, editing=True) == job
        await book.forget(job.job)
        assert await book.find(RECORDING, had, named=job.job, editing=True) is None


async def test_only_our_own_unchanged_files_are_overwritten(tmp_path: Path) -> None:
    video = tmp_path / "talk.short.mp4"
    async with open_home(tmp_path / "home") as home:
        await home.store.ensure([MADE])
        await refuse_foreign(home.store, [video])
        await place(home.store, video, lambda path: _write(path, "ours"))
        await refuse_foreign(home.store, [video])
        await place(home.store, video, lambda path: _write(path, "ours again"))
        await refuse_foreign(home.store, [video])
        video.write_text("edited")
        with pytest.raises(InputError, match="was not made"):
            await refuse_foreign(home.store, [video])
        await refuse_foreign(home.store, [video], edited=[video])
        other = tmp_path / "other.mp4"
        other.write_text("theirs")
        with pytest.raises(InputError, match="--force"):
            await refuse_foreign(home.store, [other])


async def test_what_a_killed_process_left_is_gone_after_the_next_write(tmp_path: Path) -> None:
    video = tmp_path / "out" / "talk.short.mp4"
    killed = temporary_beside(video)  # never left
    killed.__enter__().write_text("half")
    assert len(list(video.parent.iterdir())) == 1
    async with open_home(tmp_path / "home") as home:
        await home.store.ensure([MADE])
        await place(home.store, video, lambda path: _write(path, "whole"))
    assert [path.name for path in video.parent.iterdir()] == ["talk.short.mp4"]
    assert video.read_text() == "whole"


async def test_a_file_that_lies_there_already_is_left_and_known(tmp_path: Path) -> None:
    video = tmp_path / "talk.short.mp4"
    video.write_text("same")
    before = video.stat()
    async with open_home(tmp_path / "home") as home:
        await home.store.ensure([MADE])
        await place(home.store, video, lambda path: _write(path, "same"))
        await refuse_foreign(home.store, [video])
    assert (video.stat().st_ino, video.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


async def test_what_no_file_can_be_called_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    async with open_home(tmp_path / "home") as home:
        await home.store.ensure([MADE])
        with pytest.raises(InputError, match="too long"):
            await refuse_foreign(home.store, [tmp_path / ("n" * 300)])
        with pytest.raises(InputError, match="no folder that can be written to"):
            await refuse_foreign(home.store, [tmp_path / "file" / "video.mp4"])
        with pytest.raises(InputError, match="not a plain file"):
            await refuse_foreign(home.store, [tmp_path])


async def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    video = tmp_path / "out" / "talk.short.mp4"
    async with open_home(tmp_path / "home") as home:
        await home.store.ensure([MADE])
        await place(home.store, video, lambda path: _write(path, "old"))
        with pytest.raises(InputError, match="disk full"):
            await place(home.store, video, _fail)
    assert [path.name for path in video.parent.iterdir()] == ["talk.short.mp4"]
    assert video.read_text() == "old"


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _fail(path: Path) -> None:
    path.write_text("half")
    raise OSError("disk full")
