"""Registers with chat/ what it needs of the archive (docs/history.md)."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HistoryConfig(AppConfig):
    name = "history"
    verbose_name = _("History")

    def ready(self) -> None:
        from chat.message_log import find_archived_with
        from chat.reading import read_archived_with
        from history import reader

        read_archived_with(reader.read_page)
        find_archived_with(reader.find_by_client_id)
