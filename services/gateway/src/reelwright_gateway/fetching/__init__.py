"""Recordings that lie elsewhere: fetched by a worker, so that a restart loses none."""

from reelwright_gateway.fetching.service import fetcher

__all__ = ["fetcher"]
