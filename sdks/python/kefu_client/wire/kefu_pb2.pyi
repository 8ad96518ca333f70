from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Frame(_message.Message):
    __slots__ = ("type", "id", "reply_to", "conversation", "seq", "ts", "other", "resume", "message_create", "message_edit", "message_recall", "note_create", "conversation_open", "conversation_close", "conversation_reopen", "conversation_read", "conversation_take", "conversation_release", "conversation_transfer", "conversation_watch", "conversation_unwatch", "typing_start", "typing_stop", "availability_set", "ping", "conversation_view", "conversation_rate", "tag_set", "hello", "resumed", "ack", "ack_conversation", "ack_snapshot", "error", "pong", "drain", "message_created", "message_edited", "message_recalled", "note_created", "conversation_created", "conversation_assigned", "conversation_transferred", "conversation_released", "conversation_closed", "conversation_reopened", "conversation_advanced", "conversation_merged", "conversation_rated", "conversation_left_message", "conversation_tagged", "conversation_snoozed", "conversation_woken", "conversation_prioritised", "conversation_mailed", "conversation_updated", "typing_started", "typing_stopped", "presence_changed", "agent_availability_changed", "visitor_page_viewed", "visitor_updated", "conversation_viewers", "agent_mentioned", "queue_position_changed")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REPLY_TO_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    OTHER_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_CREATE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_EDIT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_RECALL_FIELD_NUMBER: _ClassVar[int]
    NOTE_CREATE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_OPEN_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_CLOSE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_REOPEN_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_READ_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_TAKE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_RELEASE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_TRANSFER_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_WATCH_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_UNWATCH_FIELD_NUMBER: _ClassVar[int]
    TYPING_START_FIELD_NUMBER: _ClassVar[int]
    TYPING_STOP_FIELD_NUMBER: _ClassVar[int]
    AVAILABILITY_SET_FIELD_NUMBER: _ClassVar[int]
    PING_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_VIEW_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_RATE_FIELD_NUMBER: _ClassVar[int]
    TAG_SET_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    ACK_FIELD_NUMBER: _ClassVar[int]
    ACK_CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    ACK_SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    PONG_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_CREATED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_EDITED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_RECALLED_FIELD_NUMBER: _ClassVar[int]
    NOTE_CREATED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_CREATED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ASSIGNED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_TRANSFERRED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_RELEASED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_CLOSED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_REOPENED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_ADVANCED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_MERGED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_RATED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_LEFT_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_TAGGED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_SNOOZED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_WOKEN_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_PRIORITISED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_MAILED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_UPDATED_FIELD_NUMBER: _ClassVar[int]
    TYPING_STARTED_FIELD_NUMBER: _ClassVar[int]
    TYPING_STOPPED_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_CHANGED_FIELD_NUMBER: _ClassVar[int]
    AGENT_AVAILABILITY_CHANGED_FIELD_NUMBER: _ClassVar[int]
    VISITOR_PAGE_VIEWED_FIELD_NUMBER: _ClassVar[int]
    VISITOR_UPDATED_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_VIEWERS_FIELD_NUMBER: _ClassVar[int]
    AGENT_MENTIONED_FIELD_NUMBER: _ClassVar[int]
    QUEUE_POSITION_CHANGED_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    reply_to: str
    conversation: str
    seq: int
    ts: int
    other: _struct_pb2.Struct
    resume: Resume
    message_create: MessageCreate
    message_edit: MessageEdit
    message_recall: MessageRecall
    note_create: NoteCreate
    conversation_open: Nothing
    conversation_close: Nothing
    conversation_reopen: Nothing
    conversation_read: ConversationSeen
    conversation_take: Nothing
    conversation_release: Nothing
    conversation_transfer: ConversationTransfer
    conversation_watch: Nothing
    conversation_unwatch: Nothing
    typing_start: TypingStart
    typing_stop: Nothing
    availability_set: AvailabilitySet
    ping: Nothing
    conversation_view: ConversationView
    conversation_rate: ConversationRate
    tag_set: TagSet
    hello: Hello
    resumed: Resumed
    ack: Ack
    ack_conversation: AckConversation
    ack_snapshot: Snapshot
    error: Error
    pong: Pong
    drain: Drain
    message_created: Message
    message_edited: MessageEdited
    message_recalled: MessageRecalled
    note_created: Message
    conversation_created: ConversationCreated
    conversation_assigned: ConversationAssigned
    conversation_transferred: ConversationTransferred
    conversation_released: ConversationBy
    conversation_closed: ConversationClosed
    conversation_reopened: ConversationBy
    conversation_advanced: Nothing
    conversation_merged: ConversationMerged
    conversation_rated: ConversationRated
    conversation_left_message: ConversationLeftMessage
    conversation_tagged: ConversationTagged
    conversation_snoozed: ConversationSnoozed
    conversation_woken: ConversationBy
    conversation_prioritised: ConversationPrioritised
    conversation_mailed: ConversationMailed
    conversation_updated: ConversationUpdated
    typing_started: Typing
    typing_stopped: Typing
    presence_changed: PresenceChanged
    agent_availability_changed: AvailabilityChanged
    visitor_page_viewed: VisitorPageViewed
    visitor_updated: VisitorUpdated
    conversation_viewers: ConversationViewers
    agent_mentioned: AgentMentioned
    queue_position_changed: QueuePosition
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., reply_to: _Optional[str] = ..., conversation: _Optional[str] = ..., seq: _Optional[int] = ..., ts: _Optional[int] = ..., other: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., resume: _Optional[_Union[Resume, _Mapping]] = ..., message_create: _Optional[_Union[MessageCreate, _Mapping]] = ..., message_edit: _Optional[_Union[MessageEdit, _Mapping]] = ..., message_recall: _Optional[_Union[MessageRecall, _Mapping]] = ..., note_create: _Optional[_Union[NoteCreate, _Mapping]] = ..., conversation_open: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_close: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_reopen: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_read: _Optional[_Union[ConversationSeen, _Mapping]] = ..., conversation_take: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_release: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_transfer: _Optional[_Union[ConversationTransfer, _Mapping]] = ..., conversation_watch: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_unwatch: _Optional[_Union[Nothing, _Mapping]] = ..., typing_start: _Optional[_Union[TypingStart, _Mapping]] = ..., typing_stop: _Optional[_Union[Nothing, _Mapping]] = ..., availability_set: _Optional[_Union[AvailabilitySet, _Mapping]] = ..., ping: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_view: _Optional[_Union[ConversationView, _Mapping]] = ..., conversation_rate: _Optional[_Union[ConversationRate, _Mapping]] = ..., tag_set: _Optional[_Union[TagSet, _Mapping]] = ..., hello: _Optional[_Union[Hello, _Mapping]] = ..., resumed: _Optional[_Union[Resumed, _Mapping]] = ..., ack: _Optional[_Union[Ack, _Mapping]] = ..., ack_conversation: _Optional[_Union[AckConversation, _Mapping]] = ..., ack_snapshot: _Optional[_Union[Snapshot, _Mapping]] = ..., error: _Optional[_Union[Error, _Mapping]] = ..., pong: _Optional[_Union[Pong, _Mapping]] = ..., drain: _Optional[_Union[Drain, _Mapping]] = ..., message_created: _Optional[_Union[Message, _Mapping]] = ..., message_edited: _Optional[_Union[MessageEdited, _Mapping]] = ..., message_recalled: _Optional[_Union[MessageRecalled, _Mapping]] = ..., note_created: _Optional[_Union[Message, _Mapping]] = ..., conversation_created: _Optional[_Union[ConversationCreated, _Mapping]] = ..., conversation_assigned: _Optional[_Union[ConversationAssigned, _Mapping]] = ..., conversation_transferred: _Optional[_Union[ConversationTransferred, _Mapping]] = ..., conversation_released: _Optional[_Union[ConversationBy, _Mapping]] = ..., conversation_closed: _Optional[_Union[ConversationClosed, _Mapping]] = ..., conversation_reopened: _Optional[_Union[ConversationBy, _Mapping]] = ..., conversation_advanced: _Optional[_Union[Nothing, _Mapping]] = ..., conversation_merged: _Optional[_Union[ConversationMerged, _Mapping]] = ..., conversation_rated: _Optional[_Union[ConversationRated, _Mapping]] = ..., conversation_left_message: _Optional[_Union[ConversationLeftMessage, _Mapping]] = ..., conversation_tagged: _Optional[_Union[ConversationTagged, _Mapping]] = ..., conversation_snoozed: _Optional[_Union[ConversationSnoozed, _Mapping]] = ..., conversation_woken: _Optional[_Union[ConversationBy, _Mapping]] = ..., conversation_prioritised: _Optional[_Union[ConversationPrioritised, _Mapping]] = ..., conversation_mailed: _Optional[_Union[ConversationMailed, _Mapping]] = ..., conversation_updated: _Optional[_Union[ConversationUpdated, _Mapping]] = ..., typing_started: _Optional[_Union[Typing, _Mapping]] = ..., typing_stopped: _Optional[_Union[Typing, _Mapping]] = ..., presence_changed: _Optional[_Union[PresenceChanged, _Mapping]] = ..., agent_availability_changed: _Optional[_Union[AvailabilityChanged, _Mapping]] = ..., visitor_page_viewed: _Optional[_Union[VisitorPageViewed, _Mapping]] = ..., visitor_updated: _Optional[_Union[VisitorUpdated, _Mapping]] = ..., conversation_viewers: _Optional[_Union[ConversationViewers, _Mapping]] = ..., agent_mentioned: _Optional[_Union[AgentMentioned, _Mapping]] = ..., queue_position_changed: _Optional[_Union[QueuePosition, _Mapping]] = ...) -> None: ...

class Frames(_message.Message):
    __slots__ = ("frames", "ts")
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedCompositeFieldContainer[Frame]
    ts: int
    def __init__(self, frames: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ..., ts: _Optional[int] = ...) -> None: ...

class FramesAsBytes(_message.Message):
    __slots__ = ("frames", "ts")
    FRAMES_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    frames: _containers.RepeatedScalarFieldContainer[bytes]
    ts: int
    def __init__(self, frames: _Optional[_Iterable[bytes]] = ..., ts: _Optional[int] = ...) -> None: ...

class Nothing(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Resume(_message.Message):
    __slots__ = ("conversations", "epoch")
    class ConversationsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    conversations: _containers.ScalarMap[str, int]
    epoch: str
    def __init__(self, conversations: _Optional[_Mapping[str, int]] = ..., epoch: _Optional[str] = ...) -> None: ...

class MessageCreate(_message.Message):
    __slots__ = ("client_id", "kind", "text", "file_ids")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FILE_IDS_FIELD_NUMBER: _ClassVar[int]
    client_id: str
    kind: str
    text: str
    file_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, client_id: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., file_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class MessageEdit(_message.Message):
    __slots__ = ("message", "text")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    message: str
    text: str
    def __init__(self, message: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class MessageRecall(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class NoteCreate(_message.Message):
    __slots__ = ("client_id", "text", "mentions")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    MENTIONS_FIELD_NUMBER: _ClassVar[int]
    client_id: str
    text: str
    mentions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, client_id: _Optional[str] = ..., text: _Optional[str] = ..., mentions: _Optional[_Iterable[str]] = ...) -> None: ...

class ConversationSeen(_message.Message):
    __slots__ = ("seq", "by")
    SEQ_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    seq: int
    by: str
    def __init__(self, seq: _Optional[int] = ..., by: _Optional[str] = ...) -> None: ...

class ConversationTransfer(_message.Message):
    __slots__ = ("agent", "queue", "note")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    agent: str
    queue: str
    note: str
    def __init__(self, agent: _Optional[str] = ..., queue: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class ConversationRate(_message.Message):
    __slots__ = ("score", "comment")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    score: int
    comment: str
    def __init__(self, score: _Optional[int] = ..., comment: _Optional[str] = ...) -> None: ...

class TypingStart(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class ConversationView(_message.Message):
    __slots__ = ("is_writing", "has_left")
    IS_WRITING_FIELD_NUMBER: _ClassVar[int]
    HAS_LEFT_FIELD_NUMBER: _ClassVar[int]
    is_writing: bool
    has_left: bool
    def __init__(self, is_writing: _Optional[bool] = ..., has_left: _Optional[bool] = ...) -> None: ...

class TagSet(_message.Message):
    __slots__ = ("add", "remove")
    ADD_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    add: _containers.RepeatedScalarFieldContainer[str]
    remove: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, add: _Optional[_Iterable[str]] = ..., remove: _Optional[_Iterable[str]] = ...) -> None: ...

class AvailabilitySet(_message.Message):
    __slots__ = ("availability",)
    AVAILABILITY_FIELD_NUMBER: _ClassVar[int]
    availability: str
    def __init__(self, availability: _Optional[str] = ...) -> None: ...

class Hello(_message.Message):
    __slots__ = ("session", "epoch", "heartbeat", "limits", "server_time", "me", "brand")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    ME_FIELD_NUMBER: _ClassVar[int]
    BRAND_FIELD_NUMBER: _ClassVar[int]
    session: str
    epoch: str
    heartbeat: int
    limits: Limits
    server_time: int
    me: Me
    brand: Brand
    def __init__(self, session: _Optional[str] = ..., epoch: _Optional[str] = ..., heartbeat: _Optional[int] = ..., limits: _Optional[_Union[Limits, _Mapping]] = ..., server_time: _Optional[int] = ..., me: _Optional[_Union[Me, _Mapping]] = ..., brand: _Optional[_Union[Brand, _Mapping]] = ...) -> None: ...

class Limits(_message.Message):
    __slots__ = ("text", "frame", "upload", "files")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FRAME_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    text: int
    frame: int
    upload: int
    files: int
    def __init__(self, text: _Optional[int] = ..., frame: _Optional[int] = ..., upload: _Optional[int] = ..., files: _Optional[int] = ...) -> None: ...

class Me(_message.Message):
    __slots__ = ("kind", "id", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    id: str
    name: str
    def __init__(self, kind: _Optional[str] = ..., id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class Brand(_message.Message):
    __slots__ = ("id", "slug", "name", "accent")
    ID_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACCENT_FIELD_NUMBER: _ClassVar[int]
    id: str
    slug: str
    name: str
    accent: str
    def __init__(self, id: _Optional[str] = ..., slug: _Optional[str] = ..., name: _Optional[str] = ..., accent: _Optional[str] = ...) -> None: ...

class Resumed(_message.Message):
    __slots__ = ("epoch", "conversations")
    class ConversationsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ResumedConversation
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ResumedConversation, _Mapping]] = ...) -> None: ...
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CONVERSATIONS_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    conversations: _containers.MessageMap[str, ResumedConversation]
    def __init__(self, epoch: _Optional[str] = ..., conversations: _Optional[_Mapping[str, ResumedConversation]] = ...) -> None: ...

class ResumedConversation(_message.Message):
    __slots__ = ("recovered", "top", "events", "error")
    RECOVERED_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    recovered: bool
    top: int
    events: _containers.RepeatedCompositeFieldContainer[Frame]
    error: str
    def __init__(self, recovered: _Optional[bool] = ..., top: _Optional[int] = ..., events: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ..., error: _Optional[str] = ...) -> None: ...

class Ack(_message.Message):
    __slots__ = ("client_id", "id", "conversation", "seq", "ts", "duplicate", "top", "availability", "viewers")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    AVAILABILITY_FIELD_NUMBER: _ClassVar[int]
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    client_id: str
    id: str
    conversation: str
    seq: int
    ts: int
    duplicate: bool
    top: int
    availability: str
    viewers: _struct_pb2.ListValue
    def __init__(self, client_id: _Optional[str] = ..., id: _Optional[str] = ..., conversation: _Optional[str] = ..., seq: _Optional[int] = ..., ts: _Optional[int] = ..., duplicate: _Optional[bool] = ..., top: _Optional[int] = ..., availability: _Optional[str] = ..., viewers: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ...) -> None: ...

class AckConversation(_message.Message):
    __slots__ = ("conversation",)
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    conversation: Conversation
    def __init__(self, conversation: _Optional[_Union[Conversation, _Mapping]] = ...) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ("conversation", "events", "top", "waiting")
    CONVERSATION_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    WAITING_FIELD_NUMBER: _ClassVar[int]
    conversation: Conversation
    events: _containers.RepeatedCompositeFieldContainer[Frame]
    top: int
    waiting: QueuePosition
    def __init__(self, conversation: _Optional[_Union[Conversation, _Mapping]] = ..., events: _Optional[_Iterable[_Union[Frame, _Mapping]]] = ..., top: _Optional[int] = ..., waiting: _Optional[_Union[QueuePosition, _Mapping]] = ...) -> None: ...

class Error(_message.Message):
    __slots__ = ("code", "message", "retry_after")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    retry_after: float
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., retry_after: _Optional[float] = ...) -> None: ...

class Pong(_message.Message):
    __slots__ = ("tops", "heartbeat")
    class TopsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    TOPS_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    tops: _containers.ScalarMap[str, int]
    heartbeat: int
    def __init__(self, tops: _Optional[_Mapping[str, int]] = ..., heartbeat: _Optional[int] = ...) -> None: ...

class Drain(_message.Message):
    __slots__ = ("retry_after",)
    RETRY_AFTER_FIELD_NUMBER: _ClassVar[int]
    retry_after: float
    def __init__(self, retry_after: _Optional[float] = ...) -> None: ...

class Author(_message.Message):
    __slots__ = ("kind", "id", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: str
    id: str
    name: str
    def __init__(self, kind: _Optional[str] = ..., id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class Reference(_message.Message):
    __slots__ = ("id", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class File(_message.Message):
    __slots__ = ("id", "name", "size", "content_type", "width", "height", "url")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    size: int
    content_type: str
    width: int
    height: int
    url: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., size: _Optional[int] = ..., content_type: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., url: _Optional[str] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("client_id", "kind", "text", "html", "files", "author", "edited_ts", "recalled", "mentions")
    CLIENT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    EDITED_TS_FIELD_NUMBER: _ClassVar[int]
    RECALLED_FIELD_NUMBER: _ClassVar[int]
    MENTIONS_FIELD_NUMBER: _ClassVar[int]
    client_id: str
    kind: str
    text: str
    html: str
    files: _containers.RepeatedCompositeFieldContainer[File]
    author: Author
    edited_ts: int
    recalled: bool
    mentions: _struct_pb2.ListValue
    def __init__(self, client_id: _Optional[str] = ..., kind: _Optional[str] = ..., text: _Optional[str] = ..., html: _Optional[str] = ..., files: _Optional[_Iterable[_Union[File, _Mapping]]] = ..., author: _Optional[_Union[Author, _Mapping]] = ..., edited_ts: _Optional[int] = ..., recalled: _Optional[bool] = ..., mentions: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ...) -> None: ...

class MessageEdited(_message.Message):
    __slots__ = ("message", "text", "html", "edited_ts", "author", "recalled")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    HTML_FIELD_NUMBER: _ClassVar[int]
    EDITED_TS_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    RECALLED_FIELD_NUMBER: _ClassVar[int]
    message: str
    text: str
    html: str
    edited_ts: int
    author: Author
    recalled: bool
    def __init__(self, message: _Optional[str] = ..., text: _Optional[str] = ..., html: _Optional[str] = ..., edited_ts: _Optional[int] = ..., author: _Optional[_Union[Author, _Mapping]] = ..., recalled: _Optional[bool] = ...) -> None: ...

class MessageRecalled(_message.Message):
    __slots__ = ("message", "author")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    message: str
    author: Author
    def __init__(self, message: _Optional[str] = ..., author: _Optional[_Union[Author, _Mapping]] = ...) -> None: ...

class ConversationCreated(_message.Message):
    __slots__ = ("visitor", "page")
    VISITOR_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    visitor: Reference
    page: WebPage
    def __init__(self, visitor: _Optional[_Union[Reference, _Mapping]] = ..., page: _Optional[_Union[WebPage, _Mapping]] = ...) -> None: ...

class WebPage(_message.Message):
    __slots__ = ("url", "title")
    URL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    url: str
    title: str
    def __init__(self, url: _Optional[str] = ..., title: _Optional[str] = ...) -> None: ...

class ConversationAssigned(_message.Message):
    __slots__ = ("agent", "by", "reasons")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    agent: Reference
    by: Author
    reasons: _struct_pb2.Struct
    def __init__(self, agent: _Optional[_Union[Reference, _Mapping]] = ..., by: _Optional[_Union[Author, _Mapping]] = ..., reasons: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ConversationTransferred(_message.Message):
    __slots__ = ("to", "by", "reason")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    to: Place
    by: Author
    reason: str
    def __init__(self, to: _Optional[_Union[Place, _Mapping]] = ..., by: _Optional[_Union[Author, _Mapping]] = ..., reason: _Optional[str] = ..., **kwargs) -> None: ...

class Place(_message.Message):
    __slots__ = ("agent", "queue")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    agent: Reference
    queue: Reference
    def __init__(self, agent: _Optional[_Union[Reference, _Mapping]] = ..., queue: _Optional[_Union[Reference, _Mapping]] = ...) -> None: ...

class ConversationBy(_message.Message):
    __slots__ = ("by", "reason")
    BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    by: Author
    reason: str
    def __init__(self, by: _Optional[_Union[Author, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class ConversationTagged(_message.Message):
    __slots__ = ("tags", "by")
    TAGS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    tags: _struct_pb2.ListValue
    by: Author
    def __init__(self, tags: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ..., by: _Optional[_Union[Author, _Mapping]] = ...) -> None: ...

class ConversationSnoozed(_message.Message):
    __slots__ = ("until_ts", "by")
    UNTIL_TS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    until_ts: int
    by: Author
    def __init__(self, until_ts: _Optional[int] = ..., by: _Optional[_Union[Author, _Mapping]] = ...) -> None: ...

class ConversationPrioritised(_message.Message):
    __slots__ = ("priority", "by")
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    priority: int
    by: Author
    def __init__(self, priority: _Optional[int] = ..., by: _Optional[_Union[Author, _Mapping]] = ...) -> None: ...

class ConversationMailed(_message.Message):
    __slots__ = ("to", "upto", "refused", "by")
    TO_FIELD_NUMBER: _ClassVar[int]
    UPTO_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    to: str
    upto: int
    refused: bool
    by: Author
    def __init__(self, to: _Optional[str] = ..., upto: _Optional[int] = ..., refused: _Optional[bool] = ..., by: _Optional[_Union[Author, _Mapping]] = ...) -> None: ...

class ConversationClosed(_message.Message):
    __slots__ = ("reason", "by")
    REASON_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    reason: str
    by: Author
    def __init__(self, reason: _Optional[str] = ..., by: _Optional[_Union[Author, _Mapping]] = ...) -> None: ...

class ConversationMerged(_message.Message):
    __slots__ = ("into", "by")
    FROM_FIELD_NUMBER: _ClassVar[int]
    INTO_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    into: Reference
    by: Author
    def __init__(self, into: _Optional[_Union[Reference, _Mapping]] = ..., by: _Optional[_Union[Author, _Mapping]] = ..., **kwargs) -> None: ...

class ConversationRated(_message.Message):
    __slots__ = ("score", "comment")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    score: int
    comment: str
    def __init__(self, score: _Optional[int] = ..., comment: _Optional[str] = ...) -> None: ...

class ConversationLeftMessage(_message.Message):
    __slots__ = ("name", "email")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    name: str
    email: str
    def __init__(self, name: _Optional[str] = ..., email: _Optional[str] = ...) -> None: ...

class QueuePosition(_message.Message):
    __slots__ = ("place", "wait_seconds", "can_leave_message")
    PLACE_FIELD_NUMBER: _ClassVar[int]
    WAIT_SECONDS_FIELD_NUMBER: _ClassVar[int]
    CAN_LEAVE_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    place: int
    wait_seconds: int
    can_leave_message: bool
    def __init__(self, place: _Optional[int] = ..., wait_seconds: _Optional[int] = ..., can_leave_message: _Optional[bool] = ...) -> None: ...

class ConversationUpdated(_message.Message):
    __slots__ = ("rows", "gone")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Conversation]
    gone: _struct_pb2.ListValue
    def __init__(self, rows: _Optional[_Iterable[_Union[Conversation, _Mapping]]] = ..., gone: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ...) -> None: ...

class Typing(_message.Message):
    __slots__ = ("author", "text")
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    author: Author
    text: str
    def __init__(self, author: _Optional[_Union[Author, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...

class PresenceChanged(_message.Message):
    __slots__ = ("changes",)
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[PresenceChange]
    def __init__(self, changes: _Optional[_Iterable[_Union[PresenceChange, _Mapping]]] = ...) -> None: ...

class PresenceChange(_message.Message):
    __slots__ = ("visitor", "agent", "online")
    VISITOR_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    visitor: str
    agent: str
    online: bool
    def __init__(self, visitor: _Optional[str] = ..., agent: _Optional[str] = ..., online: _Optional[bool] = ...) -> None: ...

class ConversationViewers(_message.Message):
    __slots__ = ("viewers",)
    VIEWERS_FIELD_NUMBER: _ClassVar[int]
    viewers: _containers.RepeatedCompositeFieldContainer[Viewer]
    def __init__(self, viewers: _Optional[_Iterable[_Union[Viewer, _Mapping]]] = ...) -> None: ...

class Viewer(_message.Message):
    __slots__ = ("agent", "is_writing")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    IS_WRITING_FIELD_NUMBER: _ClassVar[int]
    agent: Reference
    is_writing: bool
    def __init__(self, agent: _Optional[_Union[Reference, _Mapping]] = ..., is_writing: _Optional[bool] = ...) -> None: ...

class AgentMentioned(_message.Message):
    __slots__ = ("by", "text", "seq", "unseen")
    BY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    UNSEEN_FIELD_NUMBER: _ClassVar[int]
    by: str
    text: str
    seq: int
    unseen: int
    def __init__(self, by: _Optional[str] = ..., text: _Optional[str] = ..., seq: _Optional[int] = ..., unseen: _Optional[int] = ...) -> None: ...

class AvailabilityChanged(_message.Message):
    __slots__ = ("agent", "availability")
    AGENT_FIELD_NUMBER: _ClassVar[int]
    AVAILABILITY_FIELD_NUMBER: _ClassVar[int]
    agent: Reference
    availability: str
    def __init__(self, agent: _Optional[_Union[Reference, _Mapping]] = ..., availability: _Optional[str] = ...) -> None: ...

class VisitorPageViewed(_message.Message):
    __slots__ = ("visitor", "page")
    VISITOR_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    visitor: str
    page: ViewedPage
    def __init__(self, visitor: _Optional[str] = ..., page: _Optional[_Union[ViewedPage, _Mapping]] = ...) -> None: ...

class ViewedPage(_message.Message):
    __slots__ = ("url", "title", "ts")
    URL_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    url: str
    title: str
    ts: int
    def __init__(self, url: _Optional[str] = ..., title: _Optional[str] = ..., ts: _Optional[int] = ...) -> None: ...

class VisitorUpdated(_message.Message):
    __slots__ = ("visitor", "merged_into")
    VISITOR_FIELD_NUMBER: _ClassVar[int]
    MERGED_INTO_FIELD_NUMBER: _ClassVar[int]
    visitor: str
    merged_into: str
    def __init__(self, visitor: _Optional[str] = ..., merged_into: _Optional[str] = ...) -> None: ...

class Conversation(_message.Message):
    __slots__ = ("id", "status", "top", "visitor_read_seq", "agent_read_seq", "agent", "created_ts", "close_reason", "visitor", "queue", "last_message", "unread", "waiting_since_ts", "active_ts", "closed_ts", "language", "priority", "left_message", "tags", "rating", "snoozed_until_ts", "awaiting_since_ts", "reply_due_ts", "resolve_due_ts", "assigned_ts")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    VISITOR_READ_SEQ_FIELD_NUMBER: _ClassVar[int]
    AGENT_READ_SEQ_FIELD_NUMBER: _ClassVar[int]
    AGENT_FIELD_NUMBER: _ClassVar[int]
    CREATED_TS_FIELD_NUMBER: _ClassVar[int]
    CLOSE_REASON_FIELD_NUMBER: _ClassVar[int]
    VISITOR_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    LAST_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    UNREAD_FIELD_NUMBER: _ClassVar[int]
    WAITING_SINCE_TS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_TS_FIELD_NUMBER: _ClassVar[int]
    CLOSED_TS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    LEFT_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    RATING_FIELD_NUMBER: _ClassVar[int]
    SNOOZED_UNTIL_TS_FIELD_NUMBER: _ClassVar[int]
    AWAITING_SINCE_TS_FIELD_NUMBER: _ClassVar[int]
    REPLY_DUE_TS_FIELD_NUMBER: _ClassVar[int]
    RESOLVE_DUE_TS_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_TS_FIELD_NUMBER: _ClassVar[int]
    id: str
    status: str
    top: int
    visitor_read_seq: int
    agent_read_seq: int
    agent: Reference
    created_ts: int
    close_reason: str
    visitor: RowVisitor
    queue: Reference
    last_message: LastMessage
    unread: int
    waiting_since_ts: int
    active_ts: int
    closed_ts: int
    language: str
    priority: int
    left_message: bool
    tags: _struct_pb2.ListValue
    rating: int
    snoozed_until_ts: int
    awaiting_since_ts: int
    reply_due_ts: int
    resolve_due_ts: int
    assigned_ts: int
    def __init__(self, id: _Optional[str] = ..., status: _Optional[str] = ..., top: _Optional[int] = ..., visitor_read_seq: _Optional[int] = ..., agent_read_seq: _Optional[int] = ..., agent: _Optional[_Union[Reference, _Mapping]] = ..., created_ts: _Optional[int] = ..., close_reason: _Optional[str] = ..., visitor: _Optional[_Union[RowVisitor, _Mapping]] = ..., queue: _Optional[_Union[Reference, _Mapping]] = ..., last_message: _Optional[_Union[LastMessage, _Mapping]] = ..., unread: _Optional[int] = ..., waiting_since_ts: _Optional[int] = ..., active_ts: _Optional[int] = ..., closed_ts: _Optional[int] = ..., language: _Optional[str] = ..., priority: _Optional[int] = ..., left_message: _Optional[bool] = ..., tags: _Optional[_Union[_struct_pb2.ListValue, _Mapping]] = ..., rating: _Optional[int] = ..., snoozed_until_ts: _Optional[int] = ..., awaiting_since_ts: _Optional[int] = ..., reply_due_ts: _Optional[int] = ..., resolve_due_ts: _Optional[int] = ..., assigned_ts: _Optional[int] = ...) -> None: ...

class RowVisitor(_message.Message):
    __slots__ = ("id", "name", "email", "locale", "identified", "online")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    IDENTIFIED_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    email: str
    locale: str
    identified: bool
    online: bool
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., email: _Optional[str] = ..., locale: _Optional[str] = ..., identified: _Optional[bool] = ..., online: _Optional[bool] = ...) -> None: ...

class LastMessage(_message.Message):
    __slots__ = ("text", "author_kind", "author_name", "ts")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_KIND_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_NAME_FIELD_NUMBER: _ClassVar[int]
    TS_FIELD_NUMBER: _ClassVar[int]
    text: str
    author_kind: str
    author_name: str
    ts: int
    def __init__(self, text: _Optional[str] = ..., author_kind: _Optional[str] = ..., author_name: _Optional[str] = ..., ts: _Optional[int] = ...) -> None: ...
