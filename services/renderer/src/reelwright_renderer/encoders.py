"""Which encoders a render may use, best first."""

from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_renderer.encode import NVENC, X264, Encoder, available
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.timeline import Format


def wanted_encoders(wanted: RenderSettings, settings: RendererSettings) -> tuple[Encoder, ...]:
    """The encoders to try in turn, here or not: NVENC unless the settings name libx264, which is the last resort."""
    names = [X264] if settings.encoder == X264 else [NVENC, X264]
    preset, crf = wanted.preset or settings.preset, wanted.crf or settings.crf
    return tuple(Encoder(name, preset, crf, settings.maxrate_kbps) for name in names)


def candidates(wanted: RenderSettings, settings: RendererSettings, format_: Format) -> tuple[Encoder, ...]:
    """Those of them that this machine has."""
    return available(wanted_encoders(wanted, settings), format_)
