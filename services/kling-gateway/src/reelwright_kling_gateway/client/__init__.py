"""Kling's HTTP API: both of its dialects, behind one small client."""
