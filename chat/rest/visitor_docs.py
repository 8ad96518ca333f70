"""What the OpenAPI document says about each of the visitor's endpoints."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

from chat.reading import MAX_PAGE, PAGE
from chat.rest import visitor_inputs as inputs
from chat.rest import visitor_shapes as shapes
from chat.rest.integrator.resources import FileResource

_TAG = ["Visitor's own"]

start_session = extend_schema(
    operation_id="startSession",
    summary="Start or go on with a visitor's session",
    description=(
        "From a page of the brand's own host, or of an origin that the widget allows; without `Origin` only where the "
        "widget allows apps. An earlier `token` goes on as the same visitor; an `identity` makes it a known person."
    ),
    tags=_TAG,
    auth=[],
    request=inputs.SessionInput,
    responses={201: shapes.SessionShape},
    examples=[
        OpenApiExample("First visit", value={"key": "kf_pk_…", "locale": "en"}, request_only=True),
    ],
)
identify = extend_schema(
    operation_id="identifyVisitor",
    summary="Say who the visitor is",
    description="With `identity` verified, otherwise the visitor's own word. Use the new token from now on.",
    tags=_TAG,
    request=inputs.IdentifyInput,
    responses=shapes.IdentifiedShape,
)
log_out = extend_schema(
    operation_id="logOutVisitor",
    summary="Make all tokens of the visitor worthless",
    tags=_TAG,
    request=None,
    responses={204: OpenApiResponse(description="Done.")},
)
list_conversations = extend_schema(
    operation_id="listOwnConversations",
    summary="The visitor's conversations, the last active first",
    tags=_TAG,
    responses=shapes.ConversationsShape,
)
list_events = extend_schema(
    operation_id="listOwnEvents",
    summary="A page of a conversation's events",
    description="The last ones, or the last ones before `before`, in order of `seq`.",
    tags=_TAG,
    parameters=[
        OpenApiParameter("before", {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}),
        OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}),
    ],
    responses=shapes.EventsShape,
)
leave_message = extend_schema(
    operation_id="leaveMessage",
    summary="Leave a message that is answered later",
    description=(
        "Where `hours.can_leave_message` or `waiting.can_leave_message` says so. Opens the visitor's conversation or "
        "uses the open one; it counts as left until the visitor comes back and writes while it is open. "
        "The same `client_id` again answers as the first time, with `duplicate: true` and status 200."
    ),
    tags=_TAG,
    request=inputs.LeftMessageInput,
    responses={201: shapes.LeftMessageShape, 200: shapes.LeftMessageShape},
)
upload_file = extend_schema(
    operation_id="uploadOwnFile",
    summary="Upload a file for a message",
    description="At most 20 MB. Name its `id` in `file_ids` of `message.create`.",
    tags=_TAG,
    request={"multipart/form-data": inputs.FileInput},
    responses={201: FileResource},
)
note_page_views = extend_schema(
    operation_id="notePageViews",
    summary="Tell which pages the visitor looked at",
    description=(
        "Agents see them beside the conversation. At most 20 at once; the newest 100 are kept. Fragments, sign-in "
        "parts and the values of secret parameters are dropped; what is no web address, and what is older than a "
        "day, is left out. Sending the same again, with the same `ts`, adds nothing."
    ),
    tags=_TAG,
    request=inputs.PageViewsInput,
    responses={201: shapes.PageViewsShape},
    examples=[
        OpenApiExample(
            "One page",
            value={"views": [{"url": "https://acme.example.com/tents", "title": "Tents", "ts": 1767225600000}]},
            request_only=True,
        ),
    ],
)
