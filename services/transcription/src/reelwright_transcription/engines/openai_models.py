"""What is known of OpenAI's recognisers before one is asked."""

_TIMED_MODELS = ("whisper-1",)


def tells_times(model: str) -> bool:
    """Whether it can hear a whole recording at once; the others are given windows, which their words are aligned in."""
    return model in _TIMED_MODELS
