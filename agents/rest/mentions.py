"""Notes that name the agent who asks."""

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from agents.mentions import count_unseen, mark_seen, mention_view, mentions_of
from agents.rest.auth import AgentView
from chat.rest.base import read_input
from chat.rest.fields import Uuid
from chat.rest.paging import cut_page, read_flag, read_limit


class SeenInput(serializers.Serializer[object]):
    # Without it: all of them.
    conversation = Uuid(required=False)


class MentionsView(AgentView):
    def get(self, request: Request) -> Response:
        mentions = mentions_of(self.agent)
        if read_flag(request.query_params, "unseen"):
            mentions = mentions.filter(seen_at__isnull=True)
        page, following = cut_page(
            mentions,
            by="created_at",
            cursor=request.query_params.get("cursor"),
            limit=read_limit(request.query_params),
            newest_first=True,
        )
        shown = [mention_view(mention) for mention in page]
        return Response({"mentions": shown, "next": following, "unseen": count_unseen(self.agent)})


class MentionsSeenView(AgentView):
    def post(self, request: Request) -> Response:
        given = read_input(SeenInput, request.data)
        conversations = [given["conversation"]] if "conversation" in given else None
        return Response({"unseen": mark_seen(self.agent, conversations, timezone.now())})
