"""`projects`, `doctor`, `styles`, `--help`: what they say, and that they say it to anybody who asks."""

from importlib.metadata import version

from e2e.command import Reelwright
from e2e.conftest import Talk


def test_projects_are_listed_shown_and_removed(reelwright: Reelwright, short_talk: Talk) -> None:
    short_talk.into(reelwright.folder)
    reelwright.make("talk.wav", "--script", "talk.txt", "--title", "Old [water]")

    heading, row = reelwright.run("projects", "list").out.splitlines()
    assert heading.split() == ["project", "made", "title", "state", "cost"]
    assert "Old [water]" in row
    assert row.split()[-2:] == ["completed", "$0.00"]
    project = row.split()[0]

    shown = reelwright.run("projects", "show", project[-6:].lower())
    assert shown.code == 0
    assert "Completed; it waits for nothing." in shown.out
    assert [line.split()[0] for line in shown.out.splitlines()[-4:]] == ["transcription", "plan", "asset", "render"]

    removed = reelwright.run("projects", "rm", project)
    assert removed.out == f"Removed {project} Old [water]\n"
    assert "No projects yet" in reelwright.run("projects", "list").out
    assert [path for path in (reelwright.home / "blobs").rglob("*") if path.is_file()] == []
    assert (reelwright.folder / "talk.short.mp4").stat().st_size > 0


def test_an_unknown_project_is_said_to_be_none(reelwright: Reelwright) -> None:
    done = reelwright.run("projects", "rm", "nosuch")
    assert (done.code, done.out) == (2, "")
    assert done.err == "'nosuch' is no project of yours; see `reelwright projects list`.\n"


def test_doctor_says_what_there_is_and_what_would_be_used(reelwright: Reelwright) -> None:
    done = reelwright.run("doctor")
    assert (done.code, done.err) == (0, "")
    for what in ("video encoder", "speech recognition", "caption font", "Kling account", "OpenAI account", "disk"):
        assert what in done.out
    assert "pictures made by the built-in simulator" in done.out
    assert str(reelwright.home) in done.out


def test_styles_lists_both_and_draws_a_sheet(reelwright: Reelwright) -> None:
    done = reelwright.run("styles", "-o", "sheet.png")
    assert done.code == 0, done
    for name in ("highlight", "pop", "classic", "none", "ocean", "auto"):
        assert f"{name} " in done.out
    assert (reelwright.folder / "sheet.png").read_bytes().startswith(b"\x89PNG")
    again = reelwright.run("styles", "-o", "sheet.png")
    assert again.code == 2


def test_help_names_every_command_and_option(reelwright: Reelwright) -> None:
    commands = reelwright.run("--help")
    assert all(name in commands.out for name in ("make", "doctor", "styles", "projects"))
    options = reelwright.run("make", "--help")
    assert all(f"--{name}" in options.out for name in ("script", "plan-only", "budget", "offline", "json", "look"))
    assert reelwright.run("--version").out == f"reelwright {version('reelwright-standalone')}\n"
    wrong = reelwright.run("make", "talk.wav", "--no-such-option")
    assert (wrong.code, wrong.out) == (2, "")
    assert "Traceback" not in wrong.err
