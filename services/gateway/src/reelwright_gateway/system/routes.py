"""What this server can do, and whether it is well."""

from typing import get_args

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from reelwright_chassis.choices import CAPTION_STYLES, LOOKS
from reelwright_chassis.pictures import CLIP_UNITS_PER_S, STILL_USD, VIDEO_UNIT_USD
from reelwright_gateway import __version__
from reelwright_gateway.deps import DepsDep
from reelwright_gateway.identity import CallerDep
from reelwright_gateway.ownmedia.probe import MAX_CLIP_S, MAX_PIXELS
from reelwright_gateway.ownmedia.sniff import FORMATS as PICTURE_FORMATS
from reelwright_gateway.problems import documented
from reelwright_gateway.schema import Aspect, Review, Rung
from reelwright_gateway.system.models import Capabilities, Limits, Named, Prices
from reelwright_gateway.uploads.sniff import FORMATS

router = APIRouter(tags=["system"])


@router.get("/v1/capabilities", summary="What this server takes and makes", responses=documented())
async def get_capabilities(_: CallerDep, deps: DepsDep) -> Capabilities:
    """Formats, limits, languages, styles, looks and prices: what a front end builds its forms from."""
    return Capabilities(
        version=__version__,
        audio_formats=list(FORMATS),
        picture_formats=list(PICTURE_FORMATS),
        caption_styles=[Named(name=name, description=says) for name, says in CAPTION_STYLES.items()],
        looks=[Named(name=name, description=says) for name, says in LOOKS.items()],
        aspects=list(get_args(Aspect)),
        reviews=list(get_args(Review)),
        lowest_rungs=list(get_args(Rung)),
        limits=Limits(
            audio_bytes=deps.settings.max_audio_bytes,
            picture_bytes=deps.settings.max_picture_bytes,
            picture_pixels=MAX_PIXELS,
            clip_s=MAX_CLIP_S,
            audio_s=600.0,
            target_duration_s=(30.0, 60.0),
            script_bytes=200_000,
            words=3_000,
            scenes=12,
            prompt_chars=2_500,
        ),
        prices=Prices(clip_usd_per_s=CLIP_UNITS_PER_S["720p"] * VIDEO_UNIT_USD, still_usd=STILL_USD, card_usd=0.0),
    )


@router.get("/livez", summary="It lives", response_class=PlainTextResponse, include_in_schema=False)
async def live() -> Response:
    return PlainTextResponse("ok\n")


@router.get("/readyz", summary="It takes requests", response_class=PlainTextResponse, include_in_schema=False)
async def ready(deps: DepsDep) -> Response:
    """Without a word of why to strangers: the log has it."""
    well = deps.hub.ready
    return PlainTextResponse("ok\n" if well else "not ready\n", 200 if well else 503)
