"""What the forms of a brand's settings share, in the brand's own admin and in that of the installation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.contradictions import of_brand

HELP = {
    "name": _("Visitors see it above the chat, agents in the console and the switcher of brands."),
    "accent": _("Of buttons and of what visitors write, like #2563eb. Text on it is readable whatever it is."),
    "locale": _("Where a visitor's own language cannot be had: of the widget, and of canned replies."),
    "idle_close_minutes": _(
        "When the visitor says nothing for so long after the last answer, for example 1440 for a day. What waits for "
        "an answer is never closed. 0: never."
    ),
    "reopen_hours": _("Counted from its closing; after it, a message begins a new conversation. 0: always a new one."),
    "archive_after_days": _(
        "An archived conversation is read and found as before, but not reopened: no sooner than the hours above."
    ),
}


class BrandFormBase(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for field, sentence in of_brand(data):
            self.add_error(field if field in self.fields else None, sentence)
        return data
