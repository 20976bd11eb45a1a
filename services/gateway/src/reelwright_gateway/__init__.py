"""The REST API: the only service that faces users."""

from importlib.metadata import version

__version__ = version("reelwright-gateway")
