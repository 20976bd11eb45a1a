"""Lengths of time in words."""


def span(seconds: float) -> str:
    """A length of time as people say it: "40 s", "12 min", "3 h 5 min", "2 d 4 h"."""
    left_s = max(0, round(seconds))
    if left_s < 120:
        return f"{left_s} s"
    minutes = left_s // 60
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
