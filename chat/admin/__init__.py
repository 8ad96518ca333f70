"""Admin pages of a brand's widgets (changed here), conversations and visitors (only looked at here)."""

from chat.admin import conversations, widgets  # noqa: F401  (importing registers)
