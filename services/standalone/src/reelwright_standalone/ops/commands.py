"""The command line of `reelwright ops`. Everything else is imported once a command runs, so that help comes at once."""

# ruff: noqa: PLC0415

from typing import Annotated

import typer

from reelwright_standalone.consoles import console

_HELP = (
    "Operate a deployment: look, find out why something waits, send again, pause, hand out keys.\n\n"
    "It speaks to the cluster that REELWRIGHT_DIRECTOR_ADDRESS and REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS name; without "
    "them, to the projects on this machine.\n\n"
    "Exit status 0: done, or all is well. 1: something is not. 2: the command or a setting is wrong."
)

ops_app = typer.Typer(help=_HELP, no_args_is_help=True)
dlq_app = typer.Typer(help="Dead letters: what could not be worked on.", no_args_is_help=True)
topics_app = typer.Typer(help="Topics, and how far their readers are.", no_args_is_help=True)
project_app = typer.Typer(help="One project, of whichever tenant.", no_args_is_help=True)
projects_app = typer.Typer(help="Many projects, of all tenants.", no_args_is_help=True)
keys_app = typer.Typer(help="API keys of users and service accounts.", no_args_is_help=True)
ops_app.add_typer(project_app, name="project")
ops_app.add_typer(projects_app, name="projects")
ops_app.add_typer(dlq_app, name="dlq")
ops_app.add_typer(topics_app, name="topics")
ops_app.add_typer(keys_app, name="keys")

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one line of JSON on standard output.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]
Rate = Annotated[float, typer.Option(min=0.01, max=1000, help="At most so many a second.")]
Since = Annotated[str, typer.Option(help="Last changed since then: 90s, 30m, 12h or 3d ago, or a date. Default: ever.")]
Status = Annotated[str, typer.Option(help="In this state, such as failed or compiling. Default: any.")]
Reason = Annotated[str, typer.Option(help="Failed for this reason code (docs/errors.md). Default: any.")]
Tenant = Annotated[str, typer.Option(help="Of this tenant. Default: all tenants.")]
ProjectId = Annotated[str, typer.Argument(help="The project's whole id.")]
Stage = Annotated[str, typer.Argument(help="fetch, transcription, plan, asset, render, or all.")]
Topic = Annotated[str, typer.Option(help="Of this topic, such as render.requests. Default: all.")]
Error = Annotated[str, typer.Option(help="Whose error has this in its name. Default: any.")]
Project = Annotated[str, typer.Option(help="Of this project. Default: all.")]
Died = Annotated[str, typer.Option("--since", help="Died since then: 90s, 30m, 12h or 3d ago, or a date.")]
Scan = Annotated[
    int, typer.Option(min=1, max=100_000, help="How many records of each partition are looked at, newest first.")
]
Letters = Annotated[
    list[str] | None, typer.Argument(help="Letters by the names that `list` shows, such as render.requests/3/17.")
]


@ops_app.command()
def check(
    part: Annotated[
        list[str] | None,
        typer.Option(help="Only this part: broker, tables, bucket, director, identity, keys. May be repeated."),
    ] = None,
    json: AsJson = False,
) -> None:
    """Look at every part with this process's own rights, and say what to do about what is not well."""
    from reelwright_standalone.ops.check import check as look

    raise typer.Exit(look(console(stderr=False), part or [], as_json=json))


@ops_app.command()
def video(
    api: Annotated[str, typer.Option(help="Where the API is, as https://HOST.")] = "http://127.0.0.1:8080",
    key: Annotated[
        str, typer.Option(envvar="REELWRIGHT_API_KEY", show_envvar=True, help="An API key that may make projects.")
    ] = "",
    within: Annotated[float, typer.Option(min=1, help="Give up after so many seconds.")] = 600.0,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the project where it is.")] = False,
) -> None:
    """Make one video of six seconds through the API, as a customer would, and say how long each step took.

    Its picture costs what the deployment's provider asks for one scene.
    """
    from reelwright_standalone.ops.video import video as make

    raise typer.Exit(make(console(stderr=False), api, key, patience_s=within, keep=keep))


@ops_app.command()
def pause(
    stage: Stage,
    tenant: Tenant = "",
    why: Annotated[str, typer.Option(help="Why, in a few words; shown to whoever asks why a project waits.")] = "",
) -> None:
    """Let no new work of a stage begin, and nothing more be paid for; what runs goes on. Obeyed within 5 s."""
    from reelwright_standalone.ops import brakes, options

    raise typer.Exit(brakes.pause(console(stderr=False), options.stage(stage), tenant, why))


@ops_app.command()
def resume(stage: Stage, tenant: Tenant = "") -> None:
    """Take back exactly one pause: of this stage, for this tenant or for all. Obeyed within 5 s."""
    from reelwright_standalone.ops import brakes, options

    raise typer.Exit(brakes.resume(console(stderr=False), options.stage(stage), tenant))


@ops_app.command()
def status(
    stage: Annotated[str, typer.Argument(help="Only this stage. Default: all.")] = "all",
    tenant: Annotated[str, typer.Option(help="Only what concerns this tenant. Default: all.")] = "",
    json: AsJson = False,
) -> None:
    """Say what is paused, by whom and why, and what was paused and resumed lately."""
    from reelwright_standalone.ops import brakes, options

    raise typer.Exit(brakes.status(console(stderr=False), options.stage(stage), tenant, as_json=json))


@project_app.command("show")
def project_show(project: ProjectId, json: AsJson = False) -> None:
    """Say why a project waits and for how long; then its state, its work and its history."""
    from reelwright_standalone.ops.project import show_project

    raise typer.Exit(show_project(console(stderr=False), project, as_json=json))


@project_app.command("retry")
def project_retry(project: ProjectId) -> None:
    """Try the stage that failed once more. What was paid for is taken up, and never paid for twice."""
    from reelwright_standalone.ops.project import retry_project

    raise typer.Exit(retry_project(console(stderr=False), project))


@projects_app.command("list")
def projects_list(  # noqa: PLR0917  # typer reads the command line from it
    status: Status = "",
    reason: Reason = "",
    since: Since = "",
    tenant: Tenant = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Show at most so many.")] = 50,
    json: AsJson = False,
) -> None:
    """List projects by state, those that rest longest first; then how many there are of each state."""
    from reelwright_standalone.ops import options
    from reelwright_standalone.ops.projects import Selection, list_projects

    chosen = Selection(options.state(status), reason, tenant, options.past(since))
    raise typer.Exit(list_projects(console(stderr=False), chosen, limit, as_json=json))


@projects_app.command("retry")
def projects_retry(  # noqa: PLR0917
    status: Annotated[str, typer.Option(help="Only failed projects can be retried.")] = "failed",
    reason: Reason = "",
    since: Since = "",
    tenant: Tenant = "",
    rate: Rate = 20.0,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Retry failed projects, one after another. The same command again goes on with those that are left."""
    from reelwright_standalone.ops import options
    from reelwright_standalone.ops.projects import command_projects, to_retry

    chosen = to_retry(options.state(status), reason, tenant, options.past(since))
    code = command_projects(console(stderr=False), "retry", chosen, rate=rate, dry_run=dry_run, as_json=json)
    raise typer.Exit(code)


@projects_app.command("cancel")
def projects_cancel(  # noqa: PLR0917
    status: Status = "",
    reason: Reason = "",
    since: Since = "",
    tenant: Tenant = "",
    rate: Rate = 20.0,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without being asked.")] = False,
    json: AsJson = False,
) -> None:
    """Cancel projects that are on their way. At least one of --status, --reason, --since and --tenant says which."""
    from reelwright_standalone.ops import options
    from reelwright_standalone.ops.projects import command_projects, to_cancel

    chosen = to_cancel(options.state(status), reason, tenant, options.past(since), sure=yes or dry_run)
    code = command_projects(console(stderr=False), "cancel", chosen, rate=rate, dry_run=dry_run, as_json=json)
    raise typer.Exit(code)


@dlq_app.command("list")
def dlq_list(  # noqa: PLR0917
    topic: Topic = "",
    error: Error = "",
    project: Project = "",
    since: Died = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Show at most so many.")] = 20,
    scan: Scan = 1_000,
    json: AsJson = False,
) -> None:
    """Count dead letters by topic and error, and list the newest."""
    from reelwright_standalone.ops import options
    from reelwright_standalone.ops.dlq import list_letters
    from reelwright_standalone.ops.letters import Wanted

    wanted = Wanted(topic, (), error, project, options.past(since), scan)
    raise typer.Exit(list_letters(console(stderr=False), wanted, limit, as_json=json))


@dlq_app.command("show")
def dlq_show(
    letter: Annotated[str, typer.Argument(help="A letter by the name that `list` shows: render.requests/3/17.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show people's words and prompts too.")] = False,
    scan: Scan = 1_000,
    json: AsJson = False,
) -> None:
    """Show one dead letter: what went wrong, its headers, and its message without anybody's words."""
    from reelwright_standalone.ops.dlq import show_letter
    from reelwright_standalone.ops.letters import Wanted

    wanted = Wanted(names=[letter], scan=scan)
    raise typer.Exit(show_letter(console(stderr=False), letter, wanted, reveal=reveal, as_json=json))


@dlq_app.command("redrive")
def dlq_redrive(  # noqa: PLR0917
    letter: Letters = None,
    topic: Topic = "",
    error: Error = "",
    project: Project = "",
    since: Died = "",
    everything: Annotated[bool, typer.Option("--all", help="Every dead letter there is.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Also what was sent again before.")] = False,
    rate: Rate = 10.0,
    dry_run: DryRun = False,
    scan: Scan = 1_000,
    json: AsJson = False,
) -> None:
    """Send dead letters again, as they were, to where they came from; each one once. Mend the cause first.

    A project that failed for a letter goes on when its letter succeeds, and stays as it is when it does not.
    """
    from reelwright_standalone.ops import options
    from reelwright_standalone.ops.letters import Wanted
    from reelwright_standalone.ops.redrive import redrive

    wanted = Wanted(topic, letter or (), error, project, options.past(since), scan)
    code = redrive(
        console(stderr=False), wanted, everything=everything, force=force, rate=rate, dry_run=dry_run, as_json=json
    )
    raise typer.Exit(code)


@topics_app.command("lag")
def topics_lag(json: AsJson = False) -> None:
    """Say for each topic and group of readers how much is unfinished, and since when."""
    from reelwright_standalone.ops.lag import show_lag

    raise typer.Exit(show_lag(console(stderr=False), as_json=json))


@keys_app.command("create")
def keys_create(  # noqa: PLR0917
    tenant: Annotated[str, typer.Option(help="Whose key it is.")],
    user: Annotated[str, typer.Option(help="The user or service account that it acts for.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="projects:read, projects:write, act_as (in the name of the tenant's other users) or admin. May be "
            "repeated. Default: projects:read and projects:write."
        ),
    ] = None,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    expires: Annotated[str, typer.Option(help="After which time it ends: 12h, 90d. Default: never.")] = "",
    json: AsJson = False,
) -> None:
    """Make a key and print it, this once, on standard output."""
    from reelwright.rpc.v1.keys_pb2 import CreateKeyRequest
    from reelwright_standalone.ops import options
    from reelwright_standalone.ops.keys import create_key

    until = options.stamp(options.future(expires, "--expires"))
    wish = CreateKeyRequest(tenant_id=tenant, user_id=user, scopes=scope or (), label=label, expires_at=until)
    raise typer.Exit(create_key(console(), wish, as_json=json))


@keys_app.command("list")
def keys_list(
    tenant: Tenant = "",
    user: Annotated[str, typer.Option(help="Of this user or service account. Default: all.")] = "",
    json: AsJson = False,
) -> None:
    """List keys, newest first, without their secrets, which nobody has."""
    from reelwright_standalone.ops.keys import list_keys

    raise typer.Exit(list_keys(console(stderr=False), tenant, user, as_json=json))


@keys_app.command("revoke")
def keys_revoke(key: Annotated[list[str], typer.Argument(help="Keys' ids, or the keys themselves.")]) -> None:
    """Let keys identify nobody from now on."""
    from reelwright_standalone.ops.keys import revoke_keys

    raise typer.Exit(revoke_keys(console(stderr=False), key))
