"""Who sends a request, and what they may do."""

from reelwright_gateway.identity.caller import Caller, Identifier
from reelwright_gateway.identity.depends import AdminDep, CallerDep, ListenerDep, ReaderDep, WriterDep, identified

__all__ = ["AdminDep", "Caller", "CallerDep", "Identifier", "ListenerDep", "ReaderDep", "WriterDep", "identified"]
