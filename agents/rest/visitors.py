"""The console's endpoints about one visitor: profile, trail, notes, former conversations, merging (docs/profile.md)."""

from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.access import get_agent_visitor
from agents.authors import author_of
from agents.profiles import block_as, merge_as, preview_merge, search_visitors, unblock_as
from agents.rest.auth import AgentView
from agents.rest.profiles import former_page, merge_view, visitor_profile, visitor_summaries, whole_profile
from chat.page_trail import page_view, trail_of
from chat.rest.base import read_input
from chat.rest.fields import Attributes, Choice, Email, Text, Uuid
from chat.rest.paging import read_limit, read_uuid
from chat.visitor_notes import MAX_CHARS, add_note, delete_note, edit_note, note_view
from chat.visitor_records import update_visitor
from chat.visitors import LOCALES


class ProfileInput(serializers.Serializer[object]):
    name = Text(max_length=80, required=False, allow_blank=True)
    email = Email(max_length=254, required=False, allow_blank=True)
    phone = Text(max_length=40, required=False, allow_blank=True)
    locale = Choice(choices=list(LOCALES), required=False)
    attributes = Attributes(required=False)


class NoteInput(serializers.Serializer[object]):
    text = Text(max_length=MAX_CHARS)


class MergeInput(serializers.Serializer[object]):
    into = Uuid()


class VisitorsView(AgentView):
    def get(self, request: Request) -> Response:
        found = search_visitors(self.agent, request.query_params.get("q", ""))
        return Response({"visitors": visitor_summaries(self.agent, found)})


class VisitorView(AgentView):
    def get(self, request: Request, visitor_id: UUID) -> Response:
        visitor = get_agent_visitor(self.agent, visitor_id)
        return Response(whole_profile(self.agent, visitor, beside=read_uuid(request.query_params, "beside")))

    def patch(self, request: Request, visitor_id: UUID) -> Response:
        get_agent_visitor(self.agent, visitor_id)
        changed = update_visitor(visitor_id, read_input(ProfileInput, request.data))
        return Response(visitor_profile(self.agent, changed))


class FormerView(AgentView):
    def get(self, request: Request, visitor_id: UUID) -> Response:
        query = request.query_params
        page = former_page(
            self.agent,
            get_agent_visitor(self.agent, visitor_id),
            beside=read_uuid(query, "beside"),
            cursor=query.get("cursor"),
            limit=read_limit(query, default=20),
        )
        return Response(page)


class TrailView(AgentView):
    def get(self, request: Request, visitor_id: UUID) -> Response:
        visitor = get_agent_visitor(self.agent, visitor_id)
        return Response({"views": [page_view(view) for view in trail_of(visitor)]})


class NotesView(AgentView):
    def post(self, request: Request, visitor_id: UUID) -> Response:
        visitor = get_agent_visitor(self.agent, visitor_id)
        text = read_input(NoteInput, request.data)["text"]
        note = add_note(visitor.pk, author=author_of(self.agent), text=text, now=timezone.now())
        return Response(note_view(note), 201)


class NoteView(AgentView):
    def patch(self, request: Request, visitor_id: UUID, note_id: UUID) -> Response:
        visitor = get_agent_visitor(self.agent, visitor_id)
        text = read_input(NoteInput, request.data)["text"]
        return Response(note_view(edit_note(visitor.pk, note_id, author=author_of(self.agent), text=text)))

    def delete(self, request: Request, visitor_id: UUID, note_id: UUID) -> Response:
        visitor = get_agent_visitor(self.agent, visitor_id)
        delete_note(visitor.pk, note_id, author=author_of(self.agent))
        return Response(status=204)


class BlockView(AgentView):
    def post(self, request: Request, visitor_id: UUID) -> Response:
        return Response(visitor_profile(self.agent, block_as(self.agent, visitor_id, timezone.now())))

    def delete(self, request: Request, visitor_id: UUID) -> Response:
        return Response(visitor_profile(self.agent, unblock_as(self.agent, visitor_id, timezone.now())))


class MergeView(AgentView):
    """GET says what POST would do."""

    def get(self, request: Request, visitor_id: UUID) -> Response:
        into = read_input(MergeInput, request.query_params)["into"]
        return Response(merge_view(self.agent, preview_merge(self.agent, visitor_id, into)))

    def post(self, request: Request, visitor_id: UUID) -> Response:
        into = read_input(MergeInput, request.data)["into"]
        return Response(visitor_profile(self.agent, merge_as(self.agent, visitor_id, into, timezone.now())))
