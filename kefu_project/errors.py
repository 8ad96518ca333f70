"""What is shown when a request fails outside of any view: problems under /api/, plain pages elsewhere."""

import sys

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.views import defaults

from chat.rest.problems import AWAY, INTERNAL, Problem, problem_response

_BAD = Problem(400, "malformed", "The request cannot be read.", "The request cannot be read.")


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while the database is away, which passes; Django has logged the reason."""
    problem = AWAY if isinstance(sys.exc_info()[1], OperationalError) else INTERNAL
    if request.path.startswith("/api/"):
        return problem_response(problem)
    page = defaults.server_error(request)
    page.status_code = problem.status
    for name, value in problem.headers.items():
        page[name] = value
    return page


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem_response(_BAD) if request.path.startswith("/api/") else defaults.bad_request(request, exception)
