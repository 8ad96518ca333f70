"""Tags: words that agents put on conversations."""

from django import forms
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminColorInputWidget

from chat.models import Conversation, Tag
from chat.tags import delete_tag
from tenants.admin.base import KefuModelAdmin
from tenants.admin.site import brand_admin


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ("name", "colour")
        widgets = {"colour": UnfoldAdminColorInputWidget}
        help_texts = {
            "name": _("Renaming it renames it on every conversation."),
            "colour": _("Of its dot in the inbox."),
        }


class TagAdmin(KefuModelAdmin):
    form = TagForm
    list_display = ("swatch", "name", "conversations", "created_at")
    list_display_links = ("name",)
    search_fields = ("name",)
    actions = None

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        delete_tag(obj.pk)

    @display(description="")
    def swatch(self, tag: Tag) -> SafeString:
        return format_html('<span class="kf-swatch" style="background: {}"></span>', tag.colour)

    @display(description=_("conversations"))
    def conversations(self, tag: Tag) -> int:
        return Conversation.objects.filter(tag_ids__contains=[tag.pk]).count()


brand_admin.register(Tag, TagAdmin)
