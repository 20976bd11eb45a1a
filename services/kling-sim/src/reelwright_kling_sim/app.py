"""The HTTP face: routes of both dialects, the account, the media, and the simulator's own pages under /_sim."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from reelwright_kling_sim import costs, dialect_legacy, dialect_new, media, task_list
from reelwright_kling_sim.auth import Credentials, Dialect, authenticate
from reelwright_kling_sim.clock import Clock
from reelwright_kling_sim.drawing import Draw
from reelwright_kling_sim.errors import Code, KlingError
from reelwright_kling_sim.faults import Markers
from reelwright_kling_sim.http_shape import ERROR_HANDLERS, envelope, file_response, json_object
from reelwright_kling_sim.orders import Order
from reelwright_kling_sim.settings import SimSettings
from reelwright_kling_sim.simulator import Simulator
from reelwright_kling_sim.tasks import Task

Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    settings: SimSettings,
    *,
    clock: Clock | None = None,
    draw: Draw | None = None,
    callback_transport: httpx.AsyncBaseTransport | None = None,
) -> Starlette:
    """The simulator as an ASGI application; its lifespan opens and closes the state folder.

    `clock` and `draw` replace time and drawing, `callback_transport` the network that callbacks go out by.
    The running `Simulator` is `app.state.simulator`.
    """
    simulator = Simulator(settings, clock=clock, draw=draw, callback_transport=callback_transport)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await simulator.start()
        try:
            yield
        finally:
            await simulator.close()

    app = Starlette(routes=_Api(simulator).routes(), lifespan=lifespan, exception_handlers=ERROR_HANDLERS)
    app.state.simulator = simulator
    return app


class _Api:
    """The handlers; each reads its request, asks the simulator, and words the answer in its dialect."""

    def __init__(self, simulator: Simulator) -> None:
        self._sim = simulator
        settings = simulator.settings
        self._credentials = Credentials(frozenset(settings.api_keys), settings.access_keys)

    def routes(self) -> list[Route]:
        """All routes; those of the vendor's API ask for credentials."""
        return [
            self._route("new", "GET", "/tasks", self.look_up),
            self._route("new", "POST", "/tasks", self.list_tasks),
            *(self._route("new", "POST", f"/{p}/{{model}}", self._create_new(p)) for p in dialect_new.PRODUCTS),
            *(route for product in dialect_legacy.PRODUCTS for route in self._legacy_routes(product)),
            self._route("legacy", "GET", "/account/costs", self.account_costs),
            Route(f"{media.ROUTE}/{{name}}", self.media_file, methods=["GET"]),
            Route("/_sim/ledger", self.ledger, methods=["GET"]),
            # Under the names of the other services' probes, too, so that it is deployed as they are.
            *(Route(path, self.health, methods=["GET"]) for path in ("/_sim/healthz", "/livez", "/readyz")),
        ]

    def _legacy_routes(self, product: str) -> list[Route]:
        return [
            self._route("legacy", "POST", f"/v1/{product}", self._create_legacy(product)),
            self._route("legacy", "GET", f"/v1/{product}", self._legacy_list(product)),
            self._route("legacy", "GET", f"/v1/{product}/{{id:path}}", self._legacy_get(product)),
        ]

    def _route(self, dialect: Dialect, method: str, path: str, handler: Handler) -> Route:
        async def guarded(request: Request) -> Response:
            authenticate(request.headers.get("authorization"), dialect, self._credentials, self._sim.clock.now_s())
            return await handler(request)

        return Route(path, guarded, methods=[method])

    def _create_new(self, product: str) -> Handler:
        async def create(request: Request) -> Response:
            body = await json_object(request)
            order = dialect_new.parse_create(product, request.path_params["model"], body)
            return await self._accept(request, order, dialect_new.created_view)

        return create

    def _create_legacy(self, product: str) -> Handler:
        async def create(request: Request) -> Response:
            order = dialect_legacy.parse_create(product, await json_object(request))
            return await self._accept(request, order, dialect_legacy.created_view)

        return create

    async def _accept(self, request: Request, order: Order, view: Callable[[Task], dict[str, Any]]) -> Response:
        if order.model in self._sim.settings.forbidden_models:
            raise KlingError(Code.NO_RIGHT)
        task, markers = await self._sim.create(order, str(request.base_url))
        return await self._answer_created(markers, view(task))

    async def _answer_created(self, markers: Markers, view: dict[str, Any]) -> Response:
        """The answer to a create that was accepted, unless a marker wants the caller to miss it."""
        if "slow_reply" in markers:
            await self._sim.pause(markers.number("slow_reply", 30.0))
        if "timeout_but_created" in markers:
            raise KlingError(Code.TIMEOUT)
        if "garbled_but_created" in markers:
            return Response("<html><body>Bad Gateway</body></html>", 502, media_type="text/html")
        return envelope(view)

    async def look_up(self, request: Request) -> Response:
        """`GET /tasks`: tasks of either dialect by id or external id; unknown ones are left out."""
        ids, external_ids = dialect_new.parse_ids(request.query_params)
        column, asked = ("id", ids) if ids else ("external_task_id", external_ids)
        tasks = await self._sim.select(f"{column} IN ({', '.join('?' * len(asked))}) ORDER BY id", *asked)
        return envelope([self._new_view(task, request) for task in tasks])

    async def list_tasks(self, request: Request) -> Response:
        """`POST /tasks`: tasks of either dialect, newest first, page by page."""
        query = task_list.parse_list(await json_object(request), self._sim.now_ms())
        where, values = query.condition()
        tasks = await self._sim.select(f"{where} ORDER BY id DESC LIMIT {query.limit + 1}", *values)
        page = tasks[: query.limit]
        if not page:
            return envelope({"count": 0, "has_more": False})
        has_more = len(tasks) > len(page)
        data = {"result": [self._new_view(task, request) for task in page], "count": len(page), "has_more": has_more}
        return envelope(data | ({"next_cursor": task_list.write_cursor(query, page[-1])} if has_more else {}))

    def _new_view(self, task: Task, request: Request) -> dict[str, Any]:
        urls = self._sim.urls_of(task, str(request.base_url))
        return dialect_new.task_view(task, self._sim.status_of(task), urls)

    def _legacy_get(self, product: str) -> Handler:
        async def get(request: Request) -> Response:
            asked = request.path_params["id"]
            where = "product = ? AND (id = ? OR external_task_id = ?) ORDER BY id DESC LIMIT 1"
            tasks = await self._sim.select(where, product, asked, asked)
            if not tasks:
                raise dialect_legacy.not_found(asked)
            return envelope(self._sim.view_of(tasks[0], str(request.base_url)))

        return get

    def _legacy_list(self, product: str) -> Handler:
        async def listing(request: Request) -> Response:
            limit, offset = dialect_legacy.parse_page(request.query_params)
            tasks = await self._sim.select(f"product = ? ORDER BY id DESC LIMIT {limit} OFFSET {offset}", product)
            return envelope([self._sim.view_of(task, str(request.base_url)) for task in tasks])

        return listing

    async def account_costs(self, request: Request) -> Response:
        """`GET /account/costs`: what is left of the packs."""
        query = request.query_params
        window_ms = costs.parse_window(query)
        return envelope(
            costs.view(
                self._sim.packs.units_centi,
                await self._sim.remaining_centi(),
                window_ms=window_ms,
                bought_at_ms=self._sim.bought_at_ms,
                name=query.get("resource_pack_name"),
            )
        )

    async def media_file(self, request: Request) -> Response:
        """A media file, by its signed URL; byte ranges are served."""
        name, query = request.path_params["name"], request.query_params
        if not self._sim.links.is_genuine(name, query.get("Expires", ""), query.get("Signature", "")):
            return PlainTextResponse("invalid signature", 403)
        if int(query["Expires"]) <= self._sim.clock.now_s():
            return PlainTextResponse("the link has expired", self._sim.settings.expired_media_status)
        found = await self._sim.media_file(name)
        if found is None or "media_missing" in found[1]:
            return PlainTextResponse("no such file", 404)
        path, markers = found
        return file_response(path, truncated="media_truncated" in markers)

    async def ledger(self, request: Request) -> Response:
        """The simulator's own page: what was accepted and charged, without anybody's words."""
        rows = await self._sim.ledger(request.query_params.get("external_prefix", ""))
        amounts = ("price_units", "charged_units")
        return JSONResponse([asdict(row) | {name: str(getattr(row, name)) for name in amounts} for row in rows])

    async def health(self, _: Request) -> Response:
        """200 while the simulator's loops run."""
        return JSONResponse({"well": self._sim.is_well}, 200 if self._sim.is_well else 503)
