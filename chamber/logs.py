"""Log set-up: one line of key=value on stderr, bounded, control characters made visible."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

VALUE_CHARS = 300


def _bounded(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A peer controls part of some values: keep them short and printable."""
    for key, value in event.items():
        if isinstance(value, str) and key != "exception":
            event[key] = "".join(c if c.isprintable() else "\ufffd" for c in value[:VALUE_CHARS])
    return event


def set_up(process: str) -> None:
    """Log from `info` on to stderr, each line with the name of the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            _bounded,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "process", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    structlog.contextvars.bind_contextvars(process=process)
