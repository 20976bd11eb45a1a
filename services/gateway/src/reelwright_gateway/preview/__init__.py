"""Single frames of videos that need not exist yet."""
