"""Serializer fields that take only the JSON type they are named for: DRF's own turn 5 into "5" and "yes" into true."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class Text(serializers.CharField):
    """A string. Kept as it is: cleaning is the verb's business."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Email(serializers.EmailField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Uuid(serializers.UUIDField):
    """A UUID in its usual form: no integers, no braces, no urn."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or len(data) != 36:
            self.fail("invalid", value=data)
        value = super().to_internal_value(data)
        assert isinstance(value, UUID)
        return value


@extend_schema_field(
    {
        "type": "object",
        "maxProperties": 50,
        "additionalProperties": {
            "anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"}]
        },
        "examples": [{"plan": "pro", "orders": 3}],
    }
)
class Attributes(serializers.Field[Any, Any, Any, Any]):
    """Facts about a visitor; null removes one. What the values may be is checked by chat/attributes.py."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError("Give an object of texts, numbers and booleans.")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"type": "string", "format": "binary"})
class Upload(serializers.FileField):
    """A file of a multipart form; an empty one is refused where it is stored."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_empty_file", True)
        super().__init__(**kwargs)


class Choice(serializers.ChoiceField):
    """One of a few strings; DRF's own takes 1 for "1"."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number that fits 53 bits, as browsers count; DRF's own takes "5" and 5.0 too."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", 2**53 - 1)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))
