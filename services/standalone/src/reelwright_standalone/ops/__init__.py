"""`reelwright ops`: a deployment, or this machine's own projects, for who operates it. No engine is imported here."""
