"""Paints units frame by frame: layers, transition, captions. One painter per process; it keeps its sources open."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reelwright_renderer.captions.port import CaptionPainter, CaptionPlan, Planes
from reelwright_renderer.frames import Canvas
from reelwright_renderer.sources.card import CardSource
from reelwright_renderer.sources.clip import ClipSource
from reelwright_renderer.sources.port import Source
from reelwright_renderer.sources.still import StillSource
from reelwright_renderer.timeline import Format, KenBurns, Play
from reelwright_renderer.transitions import blend
from reelwright_renderer.units import Layer, Unit

OPEN_SOURCES = 2
"""A transition shows two scenes; what was shown before them is closed, so memory does not grow with the video."""


@dataclass(frozen=True, slots=True)
class Studio:
    """What painting one video takes: its files by key, its captions, its size. Picklable."""

    format: Format
    files: Mapping[str, Path]
    captions: CaptionPlan


class Painter:
    """Paints any unit of one video. Units in rising order are cheap: sources go on where they are."""

    def __init__(self, studio: Studio, captions: Callable[[CaptionPlan, int], CaptionPainter]) -> None:
        self.studio, self._new_captions = studio, captions
        self._sources: OrderedDict[tuple[object, ...], Source] = OrderedDict()
        self._canvas = Canvas(studio.format)
        self._under = Canvas(studio.format)

    def frames(self, unit: Unit) -> Iterator[Canvas]:
        """The unit's frames in order. The canvas is painted anew for the next one: use it before asking on."""
        captions = self._captions()
        for index in range(unit.frames.count):
            yield self._paint(unit, index, captions)

    def frame(self, unit: Unit, index: int) -> Canvas:
        """One frame of the unit."""
        return self._paint(unit, index, self._captions())

    def _captions(self) -> CaptionPainter:
        return self._new_captions(self.studio.captions, self.studio.format.fps)

    def _paint(self, unit: Unit, index: int, captions: CaptionPainter) -> Canvas:
        self._paint_layers(unit, index, self._canvas.planes)
        captions.draw(self._canvas.planes, unit.frames.first + index)
        return self._canvas

    def _paint_layers(self, unit: Unit, index: int, planes: Planes) -> None:
        before, *after = unit.layers
        self._source(before).draw(before.offset + index, planes)
        for layer in after:
            self._source(layer).draw(layer.offset + index, self._under.planes)
            blend(unit.transition, (index + 1) / (unit.frames.count + 1), planes, self._under.planes)

    def _source(self, layer: Layer) -> Source:
        key = (layer.media, layer.effect, layer.count)
        if key not in self._sources:
            while len(self._sources) >= OPEN_SOURCES:
                self._sources.popitem(last=False)[1].close()
            self._sources[key] = self._open(layer)
        self._sources.move_to_end(key)
        return self._sources[key]

    def _open(self, layer: Layer) -> Source:
        format_, effect = self.studio.format, layer.effect
        if isinstance(effect, Play):
            return ClipSource(self.studio.files[layer.media.key], effect, layer.count, format_)
        if isinstance(effect, KenBurns):
            return StillSource(self.studio.files[layer.media.key], effect, layer.count, format_)
        return CardSource(layer.media.seed, format_)

    def close(self) -> None:
        while self._sources:
            self._sources.popitem()[1].close()
