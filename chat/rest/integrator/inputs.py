"""What integrators send."""

from typing import Any

from rest_framework import serializers

from chat.protocol import MAX_FILES, MAX_TEXT_CHARS
from chat.rest.fields import Attributes, Choice, Email, Text, Uuid
from chat.visitors import LOCALES


class VisitorFields(serializers.Serializer[object]):
    name = Text(max_length=80, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True)
    phone = Text(max_length=40, required=False, allow_blank=True)
    locale = Choice(choices=list(LOCALES), required=False)
    attributes = Attributes(required=False)


class VisitorCreate(VisitorFields):
    """With an `external_id` that is known the visitor is updated, otherwise made."""

    external_id = Text(max_length=200, required=False, allow_null=True, help_text="Your own id of this person.")


class VisitorChange(VisitorFields):
    external_id = Text(
        max_length=200,
        required=False,
        help_text="Your own id of this person. When it changes, older tokens of the visitor die: its browser goes on "
        "with an identity token.",
    )


class ConversationCreate(serializers.Serializer[object]):
    """Gives the visitor's open conversation where there is one."""

    visitor = Uuid()


class MessageCreate(serializers.Serializer[object]):
    """A text, files, or both."""

    text = Text(max_length=MAX_TEXT_CHARS, required=False, allow_blank=True)
    file_ids = serializers.ListField(child=Uuid(), max_length=MAX_FILES, required=False)
    author = Choice(
        choices=["bot", "visitor"], default="bot", help_text="bot: the key itself. visitor: on the visitor's behalf."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("text", "").strip() and not attrs.get("file_ids"):
            raise serializers.ValidationError({"text": "A message needs a text or a file."})
        return attrs


class MessageChange(serializers.Serializer[object]):
    text = Text(max_length=MAX_TEXT_CHARS, allow_blank=True, help_text="Empty only where the message has files.")
