"""/api/v1/visitors."""

from uuid import UUID

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from chat.access import get_visitor
from chat.models import Visitor
from chat.page_trail import trail_of
from chat.rest.base import read_input
from chat.rest.integrator import docs
from chat.rest.integrator.inputs import VisitorChange, VisitorCreate
from chat.rest.integrator.resources import PageViewResource, VisitorResource, page
from chat.rest.keys import KeyView
from chat.rest.paging import cut_page, read_limit, read_order
from chat.visitor_records import save_visitor, update_visitor


class VisitorsView(KeyView):
    scopes = {"GET": "visitors:read", "POST": "visitors:write"}

    @docs.list_visitors
    def get(self, request: Request) -> Response:
        query = request.query_params
        rows = Visitor.objects.all()
        if "external_id" in query:
            rows = rows.filter(external_id=query["external_id"])
        if "email" in query:
            rows = rows.filter(email__iexact=query["email"])
        found, following = cut_page(
            rows, by="created_at", cursor=query.get("cursor"), limit=read_limit(query), newest_first=read_order(query)
        )
        return Response(page(VisitorResource, found, following))

    @docs.create_visitor
    def post(self, request: Request) -> Response:
        given = read_input(VisitorCreate, request.data)
        visitor, made = save_visitor(given.pop("external_id", None), given, timezone.now())
        return Response(VisitorResource(visitor).data, 201 if made else 200)


class PageViewsView(KeyView):
    scopes = {"GET": "visitors:read"}

    @docs.list_page_views
    def get(self, request: Request, visitor_id: UUID) -> Response:
        views = trail_of(get_visitor(visitor_id), read_limit(request.query_params))
        return Response(page(PageViewResource, views, None))


class VisitorView(KeyView):
    scopes = {"GET": "visitors:read", "PATCH": "visitors:write"}

    @docs.retrieve_visitor
    def get(self, request: Request, visitor_id: UUID) -> Response:
        return Response(VisitorResource(get_visitor(visitor_id)).data)

    @docs.change_visitor
    def patch(self, request: Request, visitor_id: UUID) -> Response:
        return Response(VisitorResource(update_visitor(visitor_id, read_input(VisitorChange, request.data))).data)
