#!/app/bin/python
"""Starts the service of this image, in this process: signals reach it."""

import os
import runpy

PACKAGE = "reelwright_" + os.environ["REELWRIGHT_IMAGE_SERVICE"].replace("-", "_")

runpy.run_module(PACKAGE, run_name="__main__", alter_sys=True)
