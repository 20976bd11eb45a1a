"""The `reelwright` command line."""

import itertools
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from reelwright_standalone import __version__
from reelwright_standalone.consoles import console
from reelwright_standalone.ops.commands import ops_app
from reelwright_standalone.options import MakeOptions

app = typer.Typer(
    name="reelwright",
    help="Turns a recording into a vertical short with captions, in the speaker's own voice.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
projects_app = typer.Typer(help="What has been made on this machine.", no_args_is_help=True)
app.add_typer(projects_app, name="projects")
app.add_typer(ops_app, name="ops")

_JSON_HELP = "Print the result as one JSON object on the last line of standard output."


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"reelwright {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command()
def make(  # noqa: PLR0917  # typer reads the command line from it
    audio: Annotated[list[Path], typer.Argument(help="Recordings of up to 10 minutes: audio of any kind, or a video.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The video, or a folder. Default: NAME.short.mp4 beside it.")
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(help="Seconds, 30 to 60. Default: all of a recording up to 60 s, otherwise 45."),
    ] = None,
    script: Annotated[
        Path | None, typer.Option(help="The spoken words as text, SRT or VTT: aligned instead of guessed.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="An edited NAME.plan.yaml: only what changed is made again.")
    ] = None,
    plan_only: Annotated[bool, typer.Option("--plan-only", help="Stop at the plan, to edit it first.")] = False,
    language: Annotated[str, typer.Option(help="The spoken language, such as en or de. Default: detected.")] = "",
    caption_style: Annotated[str, typer.Option(help="How captions look: see `reelwright styles`.")] = "",
    look: Annotated[str, typer.Option(help="How drawn pictures look: see `reelwright styles`.")] = "",
    direction: Annotated[str, typer.Option(help="Free words on how the pictures should look.")] = "",
    title: Annotated[str, typer.Option(help="The video's title. Default: found in what is said.")] = "",
    budget: Annotated[float, typer.Option(help="The most a video may cost, in US dollars.")] = 2.0,
    offline: Annotated[bool, typer.Option("--offline", help="Use no account, only this machine.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Agree to paid providers without being asked.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that Reelwright did not make.")] = False,
    json: Annotated[bool, typer.Option("--json", help=_JSON_HELP)] = False,
) -> None:
    """Make a short video of each recording.

    The same command again goes on where it was stopped. With no account anywhere, everything is made on this machine;
    with OPENAI_API_KEY or KLING_API_KEY set, those are used after saying what goes there and what it may cost.
    """
    from reelwright_standalone.batch import make_all  # noqa: PLC0415  # the engines take a second to import

    options = MakeOptions(
        duration_s=duration,
        script=script,
        plan=plan,
        plan_only=plan_only,
        language=language,
        caption_style=caption_style,
        look=look,
        direction=direction,
        title=title,
        budget_usd=budget,
        offline=offline,
        yes=yes,
        force=force,
    )
    raise typer.Exit(make_all(audio, output, options, as_json=json, console=console()))


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; another than this machine needs identity.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on; 0 takes a free one.")] = 8080,
    offline: Annotated[bool, typer.Option("--offline", help="Use no account, only this machine.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Agree to paid providers without being asked.")] = False,
) -> None:
    """Serve the REST API, and a page to try it on, until Ctrl-C.

    What was running goes on when it is started again.
    """
    from reelwright_standalone.serve import ServeOptions  # noqa: PLC0415
    from reelwright_standalone.serve import serve as serve_home  # noqa: PLC0415

    raise typer.Exit(serve_home(ServeOptions(host, port, offline, yes), console()))


@app.command()
def doctor() -> None:
    """Say what this machine has, and what would be used."""
    from reelwright_standalone.doctor import examine  # noqa: PLC0415

    raise typer.Exit(examine(console(stderr=False)))


@app.command()
def styles(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write a sheet of pictures here. Default: none.")
    ] = None,
) -> None:
    """List the caption styles and the looks; with -o, draw a sheet of them."""
    from reelwright_standalone.styles import show_styles  # noqa: PLC0415

    raise typer.Exit(show_styles(console(stderr=False), output))


@projects_app.command("list")
def projects_list() -> None:
    """List the projects on this machine, the newest first."""
    from reelwright_standalone.projects import list_projects  # noqa: PLC0415

    raise typer.Exit(list_projects(console(stderr=False)))


@projects_app.command("show")
def projects_show(project: Annotated[str, typer.Argument(help="A project's id, or enough of its end.")]) -> None:
    """Say where a project stands, what it waits for, and what happened."""
    from reelwright_standalone.projects import show_project  # noqa: PLC0415

    raise typer.Exit(show_project(console(stderr=False), project))


@projects_app.command("rm")
def projects_rm(project: Annotated[list[str], typer.Argument(help="Projects' ids, or enough of their ends.")]) -> None:
    """Remove projects with all that was made for them; the videos beside your recordings stay."""
    from reelwright_standalone.projects import remove_projects  # noqa: PLC0415

    raise typer.Exit(remove_projects(console(stderr=False), project))


@app.command()
def provision(
    part: Annotated[
        list[str] | None, typer.Option(help="Only this part: topics, tables, bucket. May be repeated.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help=_JSON_HELP)] = False,
) -> None:
    """Make a cluster's topics, tables and bucket rules, as far as they are missing. Nothing is shrunk or deleted.

    Where they are, REELWRIGHT_KAFKA_*, REELWRIGHT_DYNAMODB_* and REELWRIGHT_S3_* say, as to the services.
    """
    from reelwright_standalone.ops.provision import provision as make_missing  # noqa: PLC0415

    raise typer.Exit(make_missing(console(stderr=False), part or [], dry_run=dry_run, as_json=json))


def main() -> None:
    """The entry point: whatever goes wrong becomes one sentence and an exit status."""
    try:
        _refuse_dashed_files(sys.argv[1:])
        app()
    except Exception as error:  # noqa: BLE001  # nobody is helped by a traceback; it is in the log
        _end(error)


def _refuse_dashed_files(words: list[str]) -> None:
    """A file named like an option would only be called an unknown one. Raises `InputError`: how to write it."""
    from reelwright_standalone.errors import InputError  # noqa: PLC0415

    for word in itertools.takewhile(lambda word: word != "--", words):
        if word.startswith("-") and word != "-" and Path(word).is_file():
            raise InputError(f"The name of {word!r} begins with a dash, like an option's: write ./{word} instead.")


def _end(error: Exception) -> NoReturn:
    from reelwright_standalone import faults  # noqa: PLC0415

    message, code = faults.ending(error)
    console().print(message, style="red", markup=False, soft_wrap=True)
    sys.exit(code)
