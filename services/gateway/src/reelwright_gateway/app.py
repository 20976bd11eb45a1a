"""The API as an ASGI application."""

from collections.abc import Sequence

from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from reelwright_gateway import __version__, problems
from reelwright_gateway.assets.routes import router as assets
from reelwright_gateway.bodies import BodyLimit
from reelwright_gateway.deps import Deps
from reelwright_gateway.events.routes import router as events
from reelwright_gateway.idempotency import InFlight
from reelwright_gateway.identity.bearer import ACT_AS_HEADER
from reelwright_gateway.identity.tickets import Tickets
from reelwright_gateway.keys.routes import router as keys
from reelwright_gateway.media.routes import router as media
from reelwright_gateway.middleware import Frame
from reelwright_gateway.openapi import describe
from reelwright_gateway.ownmedia.routes import router as ownmedia
from reelwright_gateway.page.routes import router as page
from reelwright_gateway.preview.routes import router as preview
from reelwright_gateway.projects.routes import router as projects
from reelwright_gateway.rate.limiter import RateLimiter
from reelwright_gateway.reference.routes import router as reference
from reelwright_gateway.requestid import HEADER
from reelwright_gateway.scenes.routes import router as scenes
from reelwright_gateway.settings import GatewaySettings, listed
from reelwright_gateway.stages.routes import router as stages
from reelwright_gateway.system.routes import router as system
from reelwright_gateway.transcript.routes import router as transcript
from reelwright_gateway.uploads.multipart.routes import router as multipart
from reelwright_gateway.uploads.multipart.taking import router as upload_parts
from reelwright_gateway.uploads.routes import router as uploads
from reelwright_gateway.usage.routes import router as usage
from reelwright_gateway.video.routes import router as video
from reelwright_gateway.webhooks.routes import router as webhooks

_ROUTERS = (
    projects,
    uploads,
    multipart,
    upload_parts,
    transcript,
    scenes,
    ownmedia,
    preview,
    assets,
    stages,
    video,
    events,
    webhooks,
    usage,
    keys,
    system,
    media,
    page,
    reference,
)


def create_app(deps: Deps) -> FastAPI:
    """Serve it with any ASGI server while `deps.hub.run()` runs."""
    app = routed(_middleware(deps.settings))
    app.state.deps = deps
    app.state.in_flight = InFlight()
    app.state.limiter = RateLimiter(deps.settings, deps.clock) if deps.settings.identity == "required" else None
    app.state.tickets = Tickets(deps.settings, deps.clock)
    problems.install(app)
    return app


def routed(middleware: Sequence[Middleware] = ()) -> FastAPI:
    """All routes, described, with nothing behind them."""
    app = FastAPI(
        title="Reelwright",
        version=__version__,
        summary="Speech in, vertical video out.",
        generate_unique_id_function=_operation,
        middleware=middleware,
        docs_url=None,
        redoc_url=None,
    )
    for router in _ROUTERS:
        app.include_router(router)
    app.state.routes = [route for router in _ROUTERS for route in router.routes]
    describe(app)
    return app


async def close_app(app: FastAPI) -> None:
    """Let go of what it holds itself, once it serves no more; idempotent."""
    for counting in (app.state.limiter, app.state.tickets):
        if counting is not None:
            await counting.close()


def _middleware(settings: GatewaySettings) -> list[Middleware]:
    """The outermost first."""
    origins = listed(settings.cors_origins)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=_ALLOWED_HEADERS,
        expose_headers=_EXPOSED_HEADERS,
        max_age=_PREFLIGHT_S,
    )
    frame, limit = Middleware(Frame), Middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    return [frame, cors, limit] if origins else [frame, limit]


_ALLOWED_HEADERS = [
    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "Last-Event-ID", "traceparent", "tracestate",
    ACT_AS_HEADER, HEADER,
]  # fmt: skip
_EXPOSED_HEADERS = [
    "ETag", "Location", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", HEADER,
]  # fmt: skip
_PREFLIGHT_S = 600


def _operation(route: APIRoute) -> str:
    return route.name
