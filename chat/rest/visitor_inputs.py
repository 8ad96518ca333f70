"""What visitors send. Lengths here only stop nonsense; the verbs cut and clean."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from chat.identity import MAX_CHARS as MAX_IDENTITY
from chat.page_trail import MAX_BATCH
from chat.protocol import MAX_TEXT_CHARS
from chat.rest.fields import Attributes, Email, Text, Upload, Uuid, Whole
from chat.tokens import MAX_CHARS as MAX_TOKEN


class PageInput(serializers.Serializer[object]):
    """The page that the visitor looks at."""

    url = Text(max_length=4000, required=False, allow_blank=True)
    title = Text(max_length=1000, required=False, allow_blank=True)
    referrer = Text(max_length=4000, required=False, allow_blank=True)


class SessionInput(serializers.Serializer[object]):
    key = Text(max_length=64, help_text="The widget's publishable key, `kf_pk_…`.")
    token = Text(
        max_length=MAX_TOKEN, required=False, allow_null=True, allow_blank=True, help_text="An earlier session's token."
    )
    identity = Text(
        max_length=MAX_IDENTITY,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="An identity token (JWT, HS256).",
    )
    locale = Text(max_length=35, required=False, allow_blank=True)
    page = PageInput(required=False)
    attributes = Attributes(required=False)


@extend_schema_serializer(component_name="IdentifyInput")
class IdentifyInput(serializers.Serializer[object]):
    """Either a token that proves who the visitor is, or what the visitor says about itself."""

    identity = Text(max_length=MAX_IDENTITY, required=False)
    name = Text(max_length=200, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True)
    phone = Text(max_length=100, required=False, allow_blank=True)
    attributes = Attributes(required=False)


class PageViewInput(serializers.Serializer[object]):
    url = Text(max_length=4000, allow_blank=True, help_text="Only http and https addresses are kept.")
    title = Text(max_length=1000, required=False, allow_blank=True)
    ts = Whole(
        min_value=0, required=False, allow_null=True, help_text="When, in milliseconds since 1970. Left out: now."
    )


class PageViewsInput(serializers.Serializer[object]):
    views = serializers.ListField(child=PageViewInput(), min_length=1, max_length=MAX_BATCH)


@extend_schema_serializer(component_name="LeftMessageInput")
class LeftMessageInput(serializers.Serializer[object]):
    """A message for later, and where the answer goes."""

    client_id = Uuid(help_text="Made by the client; sending the same one again changes nothing.")
    email = Email(max_length=254)
    name = Text(max_length=200, required=False, allow_blank=True)
    text = Text(max_length=MAX_TEXT_CHARS)


class FileInput(serializers.Serializer[object]):
    file = Upload()
