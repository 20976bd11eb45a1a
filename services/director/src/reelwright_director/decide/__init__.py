"""The workflow: one pure function from a project and what happened to the project as it is from now on.

No I/O, no clock, no chance: the same arguments give the same decision. What it lacks it asks for by `DocumentMissing`.
"""

from reelwright_director.decide.core import copy, create, decide

__all__ = ["copy", "create", "decide"]
