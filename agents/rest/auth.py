"""The console over HTTP: the session cookie says which account, the Agent row what it is in this brand."""

from django.http import HttpRequest, HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from agents.access import get_agent
from agents.models import Agent
from chat.errors import Forbidden
from chat.rest.base import ApiView
from tenants.models import User


class StaffSession(BaseAuthentication):
    """Signed out: nobody, so 401. Signed in without an Agent row here: NotFound, whatever is asked for."""

    def authenticate(self, request: Request) -> tuple[User, Agent] | None:
        user = getattr(request._request, "user", None)
        if user is None or not user.is_authenticated:
            return None
        agent = get_agent(user)
        check_csrf(request._request)
        return user, agent

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class AgentView(ApiView):
    """Endpoints of the console."""

    authentication_classes = [StaffSession]

    @property
    def agent(self) -> Agent:
        """Who asks; there is one wherever a method of the view runs."""
        assert isinstance(self.request.auth, Agent)
        return self.request.auth


def check_csrf(request: HttpRequest) -> None:
    """What Django's middleware does for its own views; views of the framework are exempt from it."""
    check = CSRFCheck(_nothing)
    check.process_request(request)
    if check.process_view(request, _nothing, (), {}) is not None:
        raise Forbidden("The CSRF token is missing or wrong: reload the page.")


def _nothing(request: HttpRequest) -> HttpResponse:
    """Stands for the view, of which the check only asks whether it is exempt."""
    return HttpResponse()
