"""A user's own picture or clip for a scene."""
