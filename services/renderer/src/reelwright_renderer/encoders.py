"""Which encoders a render may use, best first."""

from reelwright.events.v1.requests_pb2 import RenderSettings
from reelwright_renderer.encode import NVENC, X264, Encoder, opens
from reelwright_renderer.settings import RendererSettings
from reelwright_renderer.timeline import Format


def candidates(wanted: RenderSettings, settings: RendererSettings, format_: Format) -> tuple[Encoder, ...]:
    """The encoders to try in turn. NVENC stands first where it opens; libx264 is always the last resort."""
    names = [X264] if settings.encoder == X264 else [NVENC, X264]
    encoders = [
        Encoder(name, wanted.preset or settings.preset, wanted.crf or settings.crf, settings.maxrate_kbps)
        for name in names
    ]
    return tuple(encoder for encoder in encoders if encoder.name == X264 or opens(encoder, format_))
