"""`python -m reelwright_planner`: the planner as a process, which also rewrites prompts for the director."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Need, Program, run_program
from reelwright_planner.service import open_llm, planner, rewrites
from reelwright_planner.settings import PlannerSettings


@asynccontextmanager
async def build(parts: Parts, settings: PlannerSettings) -> AsyncIterator[Built]:
    """Raises `SettingsError` for a key that is missing or refused."""
    async with AsyncExitStack() as stack:
        llm = open_llm(settings)
        if llm is not None:
            stack.push_async_callback(llm.close)
            from reelwright_planner.openai_key import check_openai_key  # noqa: PLC0415  # importing openai takes a second

            await check_openai_key(settings)
        yield Built([planner(parts, settings, llm)], [rewrites(settings, llm)])


PROGRAM = Program(
    name="planner",
    module="reelwright_planner",
    about="Makes scenes of words, and rewrites the prompt of a scene.",
    needs=(Need.BUS, Need.DIRECTOR),
    settings=PlannerSettings,
    build=build,
)

if __name__ == "__main__":
    run_program(PROGRAM)
