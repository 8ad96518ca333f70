"""Structured logs: one event, then key=value (or JSON). Nothing here may carry a token or a message's text."""

import logging
import logging.config
from typing import Any

from django.db import connection

from kefu_project.lean_imports import without

# It would load both for tracebacks and reactors that we do not use: an eighth of a web process's start.
with without("rich", "twisted"):
    import structlog

SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def add_brand(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Name the brand that the thread is in, so that each line can be traced to one brand."""
    if "brand" not in event and (slug := getattr(getattr(connection, "tenant", None), "slug", None)):
        event["brand"] = slug
    return event


def configure(options: dict[str, Any]) -> None:
    renderer: Any = (
        structlog.processors.JSONRenderer() if options["json"] else structlog.dev.ConsoleRenderer(colors=False)
    )
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [*SHARED, add_brand],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            renderer,
        ],
    }
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"kefu": formatter},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "kefu"}},
            "root": {"handlers": ["stderr"], "level": options["level"]},
            "loggers": {
                "django": {"level": "INFO"},
                "django.server": {"level": "WARNING"},
                "uvicorn.access": {"level": "WARNING"},
                "kombu": {"level": "WARNING"},
                # A line for each task would bury all others: the sweeps run every few seconds.
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "celery.beat": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
                "axes": {"level": "WARNING"},
            },
        }
    )
