"""The REST API: the only service that faces users."""
