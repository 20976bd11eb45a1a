"""`python -m bench.api_bare FOLDER PORT`: what the API is measured by: FastAPI as anybody would write it, in a page.

The same JSON out of the same models, JWT verification, one gRPC hop and, for POST, one durable SQLite transaction
behind it. It knows its answers by heart: `FOLDER` holds them as messages and as JSON. Under /plain the same without
hop and write.
"""

import asyncio
import json
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, Any

import grpc.aio
import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.project_pb2_grpc import (
    ProjectServiceServicer,
    ProjectServiceStub,
    add_ProjectServiceServicer_to_server,
)
from reelwright_gateway.projects.models import CreatedProject, NewProject, Project, ProjectPage


class Known:
    """The answers, and who may have them."""

    def __init__(self, folder: Path) -> None:
        self.project = rpc.Project.FromString((folder / "project.bin").read_bytes())
        self.page = rpc.ListProjectsResponse.FromString((folder / "page.bin").read_bytes())
        self.fields: dict[str, Any] = {
            name: json.loads((folder / f"{name}.json").read_bytes()) for name in ("project", "page", "created")
        }
        tokens = json.loads((folder / "tokens.json").read_bytes())
        self.issuer, self.audience = tokens["issuer"], tokens["audience"]
        self.key = jwt.PyJWK(tokens["key"]).key


class BareDirector(ProjectServiceServicer):
    """Answers from memory; a project that is made is on the disk before it is answered."""

    def __init__(self, known: Known, folder: Path) -> None:
        self._known = known
        self._thread = ThreadPoolExecutor(1)
        self._database = sqlite3.connect(folder / "bare.sqlite", isolation_level=None, check_same_thread=False)
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "CREATE TABLE projects (body BLOB)"):
            self._database.execute(statement)

    async def GetProject(self, request: Any, context: Any) -> rpc.Project:  # noqa: N802
        return self._known.project

    async def ListProjects(self, request: Any, context: Any) -> rpc.ListProjectsResponse:  # noqa: N802
        return self._known.page

    async def CreateProject(self, request: Any, context: Any) -> rpc.Project:  # noqa: N802
        await asyncio.get_running_loop().run_in_executor(self._thread, self._insert, request.SerializeToString())
        return self._known.project

    def _insert(self, body: bytes) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.execute("INSERT INTO projects VALUES (?)", (body,))
        self._database.execute("COMMIT")


def make_app(known: Known, director: Any) -> FastAPI:
    """`director` is the stub of the hop."""
    app = FastAPI()

    async def user(bearing: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
        try:
            claims = jwt.decode(bearing.credentials, known.key, ["RS256"], audience=known.audience, issuer=known.issuer)
        except jwt.InvalidTokenError:
            raise HTTPException(401) from None
        return str(claims["sub"])

    User = Annotated[str, Depends(user)]  # noqa: N806

    @app.get("/v1/projects/{project_id}")
    async def get_project(project_id: str, user: User) -> Project:
        await director.GetProject(rpc.GetProjectRequest(project_id=project_id), timeout=10)
        return Project.model_validate(known.fields["project"])

    @app.get("/v1/projects")
    async def list_projects(user: User) -> ProjectPage:
        await director.ListProjects(rpc.ListProjectsRequest(), timeout=10)
        return ProjectPage.model_validate(known.fields["page"])

    @app.post("/v1/projects", status_code=201)
    async def create_project(wanted: NewProject, user: User) -> CreatedProject:
        settings = rpc.ProjectSettings(title=wanted.title)
        await director.CreateProject(rpc.CreateProjectRequest(settings=settings, labels=wanted.labels), timeout=10)
        return CreatedProject.model_validate(known.fields["created"])

    @app.get("/plain/v1/projects/{project_id}")
    async def plain_get(project_id: str, user: User) -> Project:
        return Project.model_validate(known.fields["project"])

    @app.get("/plain/v1/projects")
    async def plain_list(user: User) -> ProjectPage:
        return ProjectPage.model_validate(known.fields["page"])

    @app.post("/plain/v1/projects", status_code=201)
    async def plain_create(wanted: NewProject, user: User) -> CreatedProject:
        return CreatedProject.model_validate(known.fields["created"])

    return app


async def main(folder: Path, port: int) -> None:
    known = Known(folder)
    server = grpc.aio.server()
    bare = BareDirector(known, folder)  # type: ignore[abstract]
    add_ProjectServiceServicer_to_server(bare, server)
    server.add_insecure_port(f"unix:{folder}/bare.sock")
    await server.start()
    async with grpc.aio.insecure_channel(f"unix:{folder}/bare.sock") as channel:
        app = make_app(known, ProjectServiceStub(channel))
        await uvicorn.Server(uvicorn.Config(app, port=port, access_log=False, log_level="warning")).serve()
    await server.stop(0)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
