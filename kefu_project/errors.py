"""What is shown when a request fails outside of any view: problems under /api/, plain pages elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.views import defaults

from chat.rest.problems import INTERNAL, Problem, problem_response

_BAD = Problem(400, "malformed", "The request cannot be read.", "The request cannot be read.")


def server_error(request: HttpRequest) -> HttpResponse:
    return problem_response(INTERNAL) if request.path.startswith("/api/") else defaults.server_error(request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(_BAD) if request.path.startswith("/api/") else defaults.bad_request(request, exception)
