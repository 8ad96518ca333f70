"""Loads Celery with Django. Not in `__init__`, as is usual: the supervisor imports this package and needs neither."""

from django.apps import AppConfig


class KefuConfig(AppConfig):
    name = "kefu_project"

    def ready(self) -> None:
        from kefu_project import celery  # noqa: F401  (from here on `shared_task` belongs to this app)
