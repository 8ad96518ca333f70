"""GET /files/<id>: an agent who may see it, the visitor whose conversation or upload it is, or a key that may read."""

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from agents.access import get_agent_file
from agents.models import Agent
from agents.rest.auth import StaffSession
from chat.access import get_file, get_visitor_file
from chat.file_views import file_response
from chat.key_auth import KeyAuth
from chat.models import File
from chat.rest.keys import SecretKey
from chat.rest.visitor_auth import VisitorToken, VisitorView
from chat.tokens import VisitorIdentity


class FileView(VisitorView):
    # The bearer first: a widget on the console's own host carries the agent's cookie as well.
    authentication_classes = [SecretKey, VisitorToken, StaffSession]

    def check_page(self, request: Request) -> None:
        if isinstance(request.auth, VisitorIdentity):
            super().check_page(request)

    def get(self, request: Request, file_id: UUID) -> HttpResponseBase:
        reader = request.auth
        assert isinstance(reader, Agent | VisitorIdentity | KeyAuth)
        return file_response(request._request, _find(reader, file_id))


def _find(reader: Agent | VisitorIdentity | KeyAuth, file_id: UUID) -> File:
    if isinstance(reader, VisitorIdentity):
        return get_visitor_file(reader.visitor, file_id)
    if isinstance(reader, Agent):
        return get_agent_file(reader, file_id)
    reader.require("messages:read")
    return get_file(file_id)
