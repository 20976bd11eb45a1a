"""`python -m reelwright_director`: the director as a process. Any number of them share the work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from reelwright.rpc.v1.planner_pb2_grpc import PlannerServiceStub
from reelwright_chassis import rpc
from reelwright_chassis.parts import Parts
from reelwright_chassis.serving import Built, Need, Program, run_program
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings


@asynccontextmanager
async def build(parts: Parts, settings: DirectorSettings) -> AsyncIterator[Built]:
    """The director, whose leases are never released at its start: other replicas may have given them."""
    # A channel to nowhere connects to nobody, and costs nothing.
    async with rpc.connect(settings.planner_address or "dns:///localhost:0") as channel:
        director = Director(
            bus=parts.bus,
            store=parts.store,
            blobs=parts.blobs,
            instance=parts.instance,
            settings=settings,
            planner=PlannerServiceStub(channel) if settings.planner_address else None,
        )
        await director.prepare()
        yield Built([director], director.mounted())


PROGRAM = Program(
    name="director",
    module="reelwright_director",
    about="Owns the projects and their workflow: takes in the workers' facts, gives leases, answers the gateway.",
    needs=(Need.BUS, Need.STORE, Need.BLOBS),
    settings=DirectorSettings,
    build=build,
)

if __name__ == "__main__":
    run_program(PROGRAM)
