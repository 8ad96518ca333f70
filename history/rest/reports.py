"""GET agent/reports and agent/reports.csv: what supervisors read of the sums (docs/reports.md)."""

from django.http import StreamingHttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from agents.rest.supervisors import SupervisorView
from chat.errors import Invalid
from chat.rest.paging import read_flag
from history.reports.answer import answer
from history.reports.csv_file import UNSUMMED, stream_table
from history.reports.question import GROUPS, read_question
from tenants.context import current_tenant


class ReportsView(SupervisorView):
    def get(self, request: Request) -> Response:
        question = read_question(request.query_params, self.agent)
        return Response(answer(question, compare=read_flag(request.query_params, "compare")))


class ReportFileView(SupervisorView):
    def get(self, request: Request) -> StreamingHttpResponse:
        query = {**request.query_params.dict(), "group": ""}
        group = request.query_params.get("group", "day")
        if group not in (*GROUPS, *UNSUMMED):
            raise Invalid(f"`group` is one of {', '.join((*GROUPS, *UNSUMMED))}.")
        question, tenant = read_question(query, self.agent), current_tenant()
        name = f"{tenant.slug}-{group}-{question.first}-{question.last}.csv"
        response = StreamingHttpResponse(stream_table(tenant, question, group), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response
