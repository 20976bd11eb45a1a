"""The collector of reference cycles, in a process that serves."""

import gc

_ALLOCATIONS = 20_000
"""Containers made, less those that ended, before the young ones are looked through; Python's 700 is for scripts."""


def spare_what_is_loaded() -> None:
    """Call once all modules are loaded: they never end, so no collection need look through them.

    A request makes thousands of objects, and nearly all end with it, without the collector.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, *gc.get_threshold()[1:])
