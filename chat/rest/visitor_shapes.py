"""Shapes of the visitor's answers for the OpenAPI document; the answers are made by chat/reading.py and the views."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from chat.rest.integrator.resources import Reference


class VisitorSelf(serializers.Serializer[object]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.CharField()
    identified = serializers.BooleanField()


@extend_schema_field(
    {
        "type": "object",
        "properties": {"en": {"type": "string"}, "zh-hans": {"type": "string"}},
        "required": ["en", "zh-hans"],
    }
)
class GreetingField(serializers.Field[Any, Any, Any, Any]):
    pass


@extend_schema_field({"type": "object", "additionalProperties": True})
class FreeObject(serializers.Field[Any, Any, Any, Any]):
    pass


class WidgetShape(serializers.Serializer[object]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    greeting = GreetingField()
    launcher_label = serializers.CharField()
    theme = FreeObject()
    locale = serializers.CharField()


class BrandShape(serializers.Serializer[object]):
    name = serializers.CharField()
    accent = serializers.CharField()
    slug = serializers.CharField()


class ColleagueShape(serializers.Serializer[object]):
    name = serializers.CharField()
    availability = serializers.CharField()


class VisitorConversation(serializers.Serializer[object]):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=["waiting", "assigned", "closed"])
    top = serializers.IntegerField(help_text="The highest seq.")
    visitor_read_seq = serializers.IntegerField()
    agent_read_seq = serializers.IntegerField()
    agent = Reference(allow_null=True)
    left_message = serializers.BooleanField()
    rating = serializers.IntegerField(allow_null=True, help_text="What this visitor gave, 1 to 5.")
    created_ts = serializers.IntegerField(help_text="Milliseconds since 1970, UTC.")


class HoursShape(serializers.Serializer[object]):
    """Whether somebody would answer now."""

    is_open = serializers.BooleanField()
    opens_ts = serializers.IntegerField(allow_null=True, help_text="When it opens next; null: open, or not known.")
    can_leave_message = serializers.BooleanField(help_text="Closed, or the queue is too long: offer the form.")


class WaitingShape(serializers.Serializer[object]):
    """Where the visitor stands in the queue. Told anew by `queue.position_changed`."""

    place = serializers.IntegerField(min_value=1)
    wait_seconds = serializers.IntegerField(allow_null=True, help_text="An estimate; null: not known.")
    can_leave_message = serializers.BooleanField()


class SessionShape(serializers.Serializer[object]):
    token = serializers.CharField(help_text="Bearer token of this visitor for 30 days.")
    visitor = VisitorSelf()
    widget = WidgetShape()
    brand = BrandShape()
    agents = ColleagueShape(many=True, help_text="At most three that are online.")
    available = serializers.BooleanField()
    conversation = VisitorConversation(allow_null=True)
    unread = serializers.IntegerField()
    hours = HoursShape()
    waiting = WaitingShape(allow_null=True)
    answer_seconds = serializers.IntegerField(
        allow_null=True, help_text="How soon somebody usually answers; null: not known, or nobody would now."
    )
    asks_for_rating = serializers.BooleanField(help_text="Ask for a rating when a conversation was closed.")
    answers_by_mail = serializers.BooleanField(help_text="Who leaves a message is answered by mail while away.")
    typing_preview = serializers.BooleanField(help_text="Agents see what the visitor writes before it is sent.")
    epoch = serializers.CharField()
    limits = FreeObject()


class IdentifiedShape(serializers.Serializer[object]):
    token = serializers.CharField()
    visitor = VisitorSelf()


class PageViewsShape(serializers.Serializer[object]):
    added = serializers.IntegerField(help_text="How many were new.")


class LeftMessageShape(serializers.Serializer[object]):
    conversation = VisitorConversation()
    message = FreeObject(
        help_text="`client_id, id, conversation, seq, ts, duplicate`, as `message.create` is answered."
    )


class ConversationsShape(serializers.Serializer[object]):
    conversations = VisitorConversation(many=True)


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "type": {"type": "string", "examples": ["message.created"]},
            "id": {"type": ["string", "null"]},
            "conversation": {"type": "string", "format": "uuid"},
            "seq": {"type": "integer", "minimum": 1},
            "ts": {"type": "integer", "description": "Milliseconds since 1970, UTC."},
            "data": {"type": "object", "additionalProperties": True},
        },
        "required": ["type", "id", "conversation", "seq", "ts", "data"],
    }
)
class EventField(serializers.Field[Any, Any, Any, Any]):
    pass


class EventsShape(serializers.Serializer[object]):
    events = serializers.ListField(child=EventField())
    more = serializers.BooleanField(help_text="There are older ones.")
