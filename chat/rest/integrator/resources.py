"""What integrators get: one serializer per resource, used for the answers and for the OpenAPI document."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chat.models import Conversation, Message, PageView, Visitor
from chat.rest.fields import Attributes


class VisitorResource(serializers.ModelSerializer[Visitor]):
    """A person who asks. `identified` means that `external_id` is known."""

    external_id = serializers.CharField(allow_null=True)
    email = serializers.CharField(help_text="Empty when not known.")
    attributes = Attributes()
    identified = serializers.BooleanField(source="is_identified")
    merged_into = serializers.UUIDField(
        source="merged_into_id", allow_null=True, help_text="The visitor that has taken over all that this one had."
    )

    class Meta:
        model = Visitor
        fields = (
            "id", "external_id", "identified", "name", "email", "phone", "locale", "attributes", "merged_into",
            "last_seen_at", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class PageViewResource(serializers.ModelSerializer[PageView]):
    """A page that the visitor looked at, without what may be secret in its address."""

    class Meta:
        model = PageView
        fields = ("url", "title", "viewed_at")
        read_only_fields = fields


class Reference(serializers.Serializer[object]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class VisitorReference(serializers.Serializer[Visitor]):
    id = serializers.UUIDField()
    external_id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    email = serializers.CharField()


class ConversationResource(serializers.ModelSerializer[Conversation]):
    """One matter of one visitor. Needs `visitor` loaded."""

    visitor = VisitorReference()
    close_reason = serializers.SerializerMethodField()
    queue = serializers.SerializerMethodField()
    agent = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = (
            "id", "status", "close_reason", "visitor", "queue", "agent", "last_seq", "last_message_preview",
            "last_message_at", "unread_count", "waiting_since", "assigned_at", "first_reply_at", "closed_at",
            "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": ["string", "null"], "enum": [*Conversation.CloseReason.values, None]})
    def get_close_reason(self, conversation: Conversation) -> str | None:
        return conversation.close_reason or None

    @extend_schema_field(Reference(allow_null=True))
    def get_queue(self, conversation: Conversation) -> dict[str, str] | None:
        return _reference(conversation.queue_id, conversation.queue_name)

    @extend_schema_field(Reference(allow_null=True))
    def get_agent(self, conversation: Conversation) -> dict[str, str] | None:
        return _reference(conversation.assignee_id, conversation.assignee_name)


class AuthorResource(serializers.Serializer[object]):
    kind = serializers.ChoiceField(choices=["visitor", "agent", "bot", "system"])
    id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField()


class FileResource(serializers.Serializer[object]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    url = serializers.CharField(help_text="Path on the brand's host; give the same Authorization header.")


class MessageResource(serializers.Serializer[Message]):
    """A message or note. `seq` counts up without holes over everything that happens in the conversation."""

    id = serializers.UUIDField()
    conversation = serializers.UUIDField(source="conversation_id")
    seq = serializers.IntegerField()
    kind = serializers.SerializerMethodField()
    visibility = serializers.ChoiceField(choices=["public", "note"])
    author = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    html = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()
    client_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.SerializerMethodField()
    recalled = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(choices=["text", "file"]))
    def get_kind(self, message: Message) -> str:
        return str(message.body.get("kind", "text"))

    @extend_schema_field(AuthorResource)
    def get_author(self, message: Message) -> dict[str, Any]:
        return {
            "kind": message.author_kind,
            "id": str(message.author_id) if message.author_id else None,
            "name": message.author_name,
        }

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_edited_at(self, message: Message) -> str | None:
        edited_ts = message.body.get("edited_ts")
        if edited_ts is None:
            return None
        moment = datetime.fromtimestamp(edited_ts / 1000, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @extend_schema_field(serializers.BooleanField(help_text="Taken back by its author: text and files are gone."))
    def get_recalled(self, message: Message) -> bool:
        return "recalled" in message.body

    def get_text(self, message: Message) -> str:
        return str(message.body.get("text", ""))

    def get_html(self, message: Message) -> str:
        return str(message.body.get("html", ""))

    @extend_schema_field(FileResource(many=True))
    def get_files(self, message: Message) -> list[dict[str, Any]]:
        return list(message.body.get("files", []))


class VisitorPage(serializers.Serializer[object]):
    data = VisitorResource(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="Give it as `cursor` for the next page; null at the end.")


class PageViewPage(serializers.Serializer[object]):
    data = PageViewResource(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="Always null: a trail is one page.")


class ConversationPage(serializers.Serializer[object]):
    data = ConversationResource(many=True)  # type: ignore[assignment]
    next = serializers.CharField(allow_null=True, help_text="Give it as `cursor` for the next page; null at the end.")


class MessagePage(serializers.Serializer[object]):
    data = MessageResource(many=True)  # type: ignore[assignment]
    next = serializers.CharField(
        allow_null=True, help_text="The seq that this page has read up to; give it as `cursor`. Null at the end."
    )


def page(resource: type[serializers.BaseSerializer[Any]], rows: Sequence[Any], following: str | None) -> dict[str, Any]:
    return {"data": resource(rows, many=True).data, "next": following}


def _reference(pk: object, name: str) -> dict[str, str] | None:
    return {"id": str(pk), "name": name} if pk else None
