"""Admin pages of a brand's widgets and tags (changed here), conversations and visitors (only looked at here)."""

from chat.admin import conversations, tags, widgets  # noqa: F401  (importing registers)
