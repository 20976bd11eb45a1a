"""The dashboards, one module each."""

from tools.monitoring.boards import gateway, overview, pipeline, providers, renderer, workers
from tools.monitoring.boards.spec import Board

BOARDS: tuple[Board, ...] = (
    overview.BOARD,
    pipeline.BOARD,
    workers.BOARD,
    renderer.BOARD,
    providers.BOARD,
    gateway.BOARD,
)
