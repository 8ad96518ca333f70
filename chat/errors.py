"""Refusals: verbs raise them, shells render them. Each has a stable code, the same in frames and in problem+json."""

from typing import ClassVar


class Refusal(Exception):
    """Something a caller may not do or did wrong. `detail` is for people and never holds internals."""

    code: ClassVar[str] = "invalid"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request is not valid."

    def __init__(self, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.retry_after = retry_after


class Invalid(Refusal):
    pass


class Malformed(Refusal):
    code = "malformed"
    title = "The frame cannot be read."


class UnknownType(Refusal):
    code = "unknown_type"
    title = "There is no such command."


class Unauthenticated(Refusal):
    code = "unauthenticated"
    status = 401
    title = "Sign in or give a valid key or token."


class IdentityExpired(Refusal):
    """An identity token that was right once. Not a guess: it is not counted as a wrong one."""

    code = "identity_expired"
    status = 401
    title = "The identity token has expired."

    def __init__(self, external_id: str) -> None:
        super().__init__()
        self.external_id = external_id


class Forbidden(Refusal):
    code = "forbidden"
    status = 403
    title = "This is not allowed."


class Blocked(Forbidden):
    """The team does not want to hear from this visitor any more."""

    title = "You cannot write here any more."


class NotFound(Refusal):
    """Missing, or another's: the caller cannot tell which."""

    code = "not_found"
    status = 404
    title = "There is no such thing here."


class Conflict(Refusal):
    code = "conflict"
    status = 409
    title = "The same key was used with another content."


class ConversationClosed(Refusal):
    code = "conversation_closed"
    status = 409
    title = "The conversation is closed."


class EpochChanged(Refusal):
    code = "epoch_changed"
    status = 409
    title = "The brand's history is another one now: load it anew."


class WrongMethod(Refusal):
    code = "method_not_allowed"
    status = 405
    title = "This method is not allowed here."


class UnsupportedType(Refusal):
    code = "unsupported_media_type"
    status = 415
    title = "This content type is not understood here."


class FileTypeRefused(Refusal):
    code = "file_type_refused"
    status = 415
    title = "Programs and scripts are not accepted as files."


class TooSlow(Refusal):
    code = "too_slow"
    status = 408
    title = "The request did not come in time."


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    title = "This is too large."


class RateLimited(Refusal):
    code = "rate_limited"
    status = 429
    title = "Too many at once. Try again later."


class Overloaded(Refusal):
    code = "overloaded"
    status = 503
    title = "The server is busy. Try again shortly."
