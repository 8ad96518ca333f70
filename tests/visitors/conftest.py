"""The callers of tests/rest, for what is told here about visitors."""

from tests.rest.conftest import agent_api, anyone, conversation, key_api, mallory_api, visitor_api

__all__ = ["agent_api", "anyone", "conversation", "key_api", "mallory_api", "visitor_api"]
