"""Generated requests, valid and invalid, against a running server: no fault, and every answer as documented.

KF_SCHEMATHESIS_EXAMPLES sets the number per operation and phase; the default comes to about two thousand in all.
"""

import os
from zlib import crc32

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chat.models import Conversation, Visitor, Widget
from chat.rest.schema import openapi_document
from tests.clients import Server

EXAMPLES = int(os.environ.get("KF_SCHEMATHESIS_EXAMPLES", "60"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
HOST = "acme.localhost"

schema = schemathesis.openapi.from_dict(openapi_document())


@pytest.fixture
def real_ids(conversation: Conversation, vera: Visitor, acme_widget: Widget) -> dict[str, str]:
    """What a generator cannot guess, by the names of parameters and of members of bodies."""
    return {
        "conversation_id": str(conversation.pk),
        "visitor_id": str(vera.pk),
        "visitor": str(vera.pk),
        "key": acme_widget.public_key,
    }


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_answers_are_as_documented(
    case: schemathesis.Case, server: Server, real_ids: dict[str, str], acme_key: str, vera_token: str
) -> None:
    _aim_at_real_rows(case, real_ids)
    if isinstance(case.query, dict) and "wait" in case.query:
        case.query["wait"] = 0  # there is nothing to wait for
    token = vera_token if "/visitor/" in case.path else acme_key
    headers = {"Host": f"{HOST}:{server.port}", "Origin": server.origin(HOST), "Authorization": f"Bearer {token}"}
    response = case.call(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=20)
    case.validate_response(response, checks=CHECKS, headers=headers)


def _aim_at_real_rows(case: schemathesis.Case, real_ids: dict[str, str]) -> None:
    """Half of the texts in these places become those of real rows; which half depends on the text, to be repeatable."""
    for values in (case.path_parameters, case.query, case.body):
        if not isinstance(values, dict):
            continue
        for name in real_ids.keys() & values.keys():
            if isinstance(values[name], str) and crc32(values[name].encode("utf-8", "replace")) % 2:
                values[name] = real_ids[name]
