"""Structured logs: every line has an `action`, and the ids of what it is about."""

import structlog


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger whose first argument is the action: `log.info("job_finished", seconds=3.2)`."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger
