"""What the OpenAPI document says about each endpoint for integrators. Problems are added by chat/rest/schema.py."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema

from chat.reading import MAX_PAGE, PAGE
from chat.rest.integrator import inputs, resources
from chat.rest.visitor_inputs import FileInput

_VISITOR = "01935a3e-7d5b-7c3a-9f52-0c6a2f1d4b11"
_LIMIT = OpenApiParameter(
    "limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}, description="Rows per page."
)
_CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="`next` of the page before.")
_ORDER = OpenApiParameter(
    "order", OpenApiTypes.STR, enum=["asc", "desc"], default="asc", description="Oldest or newest first."
)
_PAGING = [_CURSOR, _LIMIT, _ORDER]

list_visitors = extend_schema(
    operation_id="listVisitors",
    summary="List visitors",
    tags=["Visitors"],
    parameters=[
        *_PAGING,
        OpenApiParameter("external_id", OpenApiTypes.STR, description="Only the visitor with this external id."),
        OpenApiParameter("email", OpenApiTypes.STR, description="Only visitors with this e-mail address, in any case."),
    ],
    responses=resources.VisitorPage,
)
create_visitor = extend_schema(
    operation_id="saveVisitor",
    summary="Create a visitor, or update the one with this external id",
    tags=["Visitors"],
    request=inputs.VisitorCreate,
    responses={201: resources.VisitorResource, 200: resources.VisitorResource},
    examples=[
        OpenApiExample(
            "A person of your own system",
            value={
                "external_id": "customer-4711",
                "name": "Vera",
                "email": "vera@example.com",
                "attributes": {"plan": "pro"},
            },
            request_only=True,
        )
    ],
)
retrieve_visitor = extend_schema(
    operation_id="getVisitor", summary="Get a visitor", tags=["Visitors"], responses=resources.VisitorResource
)
list_page_views = extend_schema(
    operation_id="listPageViews",
    summary="List the pages that a visitor looked at, the last one first",
    description="The newest 100 are kept. Fragments and the values of secret parameters are dropped.",
    tags=["Visitors"],
    parameters=[_LIMIT],
    responses=resources.PageViewPage,
)
change_visitor = extend_schema(
    operation_id="changeVisitor",
    summary="Change a visitor",
    description="What is left out stays. `attributes` are merged; null removes one.",
    tags=["Visitors"],
    request=inputs.VisitorChange,
    responses=resources.VisitorResource,
)

list_conversations = extend_schema(
    operation_id="listConversations",
    summary="List conversations",
    tags=["Conversations"],
    parameters=[
        *_PAGING,
        OpenApiParameter(
            "status",
            OpenApiTypes.STR,
            enum=["open", "waiting", "assigned", "closed"],
            description="`open`: not closed.",
        ),
        OpenApiParameter("visitor", OpenApiTypes.UUID, description="Only conversations of this visitor."),
    ],
    responses=resources.ConversationPage,
)
create_conversation = extend_schema(
    operation_id="openConversation",
    summary="Open a conversation for a visitor",
    description="Answers 200 with the visitor's open conversation where there is one: a visitor has at most one.",
    tags=["Conversations"],
    request=inputs.ConversationCreate,
    responses={201: resources.ConversationResource, 200: resources.ConversationResource},
    examples=[OpenApiExample("For one visitor", value={"visitor": _VISITOR}, request_only=True)],
)
retrieve_conversation = extend_schema(
    operation_id="getConversation",
    summary="Get a conversation",
    tags=["Conversations"],
    responses=resources.ConversationResource,
)
close_conversation = extend_schema(
    operation_id="closeConversation",
    summary="Close a conversation",
    description="Closing a closed one changes nothing.",
    tags=["Conversations"],
    request=None,
    responses=resources.ConversationResource,
)
reopen_conversation = extend_schema(
    operation_id="reopenConversation",
    summary="Reopen a conversation",
    description="It waits again. Refused when it is archived, or when its visitor has another open one.",
    tags=["Conversations"],
    request=None,
    responses=resources.ConversationResource,
)

list_messages = extend_schema(
    operation_id="listMessages",
    summary="List a conversation's messages",
    description=(
        "In order of `seq`. A page is cut by entries of the log and may hold fewer messages than `limit`: go on while "
        "`next` is not null. To wait for new messages, remember the last `seq` and give it as `cursor`."
    ),
    tags=["Messages"],
    parameters=[
        OpenApiParameter(
            "cursor", {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}, description="Messages after this seq."
        ),
        _LIMIT,
        OpenApiParameter(
            "notes", OpenApiTypes.BOOL, default=False, description="With the notes that visitors never see."
        ),
    ],
    responses=resources.MessagePage,
)
create_message = extend_schema(
    operation_id="postMessage",
    summary="Post a message",
    description=(
        "As a bot (the key's name is shown) or on the visitor's behalf. With an `Idempotency-Key` it is safe to send "
        "again: the same key and content answer 200 with the first message, another content answers 409."
    ),
    tags=["Messages"],
    parameters=[
        OpenApiParameter(
            "Idempotency-Key",
            {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
            OpenApiParameter.HEADER,
            description="Any text that you use for one message only.",
        )
    ],
    request=inputs.MessageCreate,
    responses={201: resources.MessageResource, 200: resources.MessageResource},
    examples=[
        OpenApiExample("From a bot", value={"text": "Your parcel left today."}, request_only=True),
        OpenApiExample(
            "On the visitor's behalf", value={"text": "Where is it?", "author": "visitor"}, request_only=True
        ),
    ],
)
edit_message = extend_schema(
    operation_id="editMessage",
    summary="Edit a message of this key",
    description=(
        "Only messages that this key posted as a bot, while the conversation is open and for as long as the brand "
        "allows (15 minutes unless its admin chose otherwise); otherwise 403 or 409. The same text again changes "
        "nothing."
    ),
    tags=["Messages"],
    request=inputs.MessageChange,
    responses=resources.MessageResource,
    examples=[OpenApiExample("A correction", value={"text": "Your parcel leaves tomorrow."}, request_only=True)],
)
recall_message = extend_schema(
    operation_id="recallMessage",
    summary="Recall a message of this key",
    description=(
        "Its text and files are gone for everybody; it stays in the list with `recalled`. The same rules as for "
        "editing. Recalling it again changes nothing."
    ),
    tags=["Messages"],
    request=None,
    responses=resources.MessageResource,
)
create_file = extend_schema(
    operation_id="uploadFile",
    summary="Upload a file for a message of this key",
    description="At most 20 MB. Name its `id` in `file_ids` of a message by the bot.",
    tags=["Messages"],
    request={"multipart/form-data": FileInput},
    responses={201: resources.FileResource},
)
