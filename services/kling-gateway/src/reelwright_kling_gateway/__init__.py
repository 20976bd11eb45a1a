"""A scene in, a clip or picture out, through Kling, paid for once."""
