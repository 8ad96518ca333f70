"""Addresses of the console's endpoints, and of what programs ask about agents, below /api/v1/."""

from django.urls import URLPattern, path

from agents.rest import assignments, board, canned, colleagues, drafts, macros, mentions, views, visitors
from agents.rest.inbox.urls import inbox_urls

agent_urls = [
    *inbox_urls,
    path("agent/me", views.MeView.as_view()),
    path("agent/conversations", views.ConversationsView.as_view()),
    path("agent/conversations/<uuid:conversation_id>", views.ConversationView.as_view()),
    path("agent/conversations/<uuid:conversation_id>/events", views.EventsView.as_view()),
    path("agent/conversations/<uuid:conversation_id>/assignments", assignments.AgentAssignmentsView.as_view()),
    path("agent/visitors", visitors.VisitorsView.as_view()),
    path("agent/visitors/<uuid:visitor_id>", visitors.VisitorView.as_view()),
    path("agent/visitors/<uuid:visitor_id>/conversations", visitors.FormerView.as_view()),
    path("agent/visitors/<uuid:visitor_id>/page-views", visitors.TrailView.as_view()),
    path("agent/visitors/<uuid:visitor_id>/notes", visitors.NotesView.as_view()),
    path("agent/visitors/<uuid:visitor_id>/notes/<uuid:note_id>", visitors.NoteView.as_view()),
    path("agent/visitors/<uuid:visitor_id>/block", visitors.BlockView.as_view()),
    path("agent/visitors/<uuid:visitor_id>/merge", visitors.MergeView.as_view()),
    path("agent/drafts", drafts.DraftsView.as_view()),
    path("agent/conversations/<uuid:conversation_id>/draft", drafts.DraftView.as_view()),
    path("agent/colleagues", colleagues.ColleaguesView.as_view()),
    path("agent/mentions", mentions.MentionsView.as_view()),
    path("agent/mentions/seen", mentions.MentionsSeenView.as_view()),
    path("agent/canned", canned.CannedListView.as_view()),
    path("agent/canned/<uuid:canned_id>", canned.CannedView.as_view()),
    path("agent/canned/<uuid:canned_id>/use", canned.CannedUseView.as_view()),
    path("agent/macros", macros.MacrosView.as_view()),
    path("agent/conversations/<uuid:conversation_id>/macros/<uuid:macro_id>", macros.RunMacroView.as_view()),
    path("agent/board", board.BoardView.as_view()),
    path("agent/files", views.FilesView.as_view()),
]

# With those of chat/rest/urls.py: see settings.DOCUMENTED_URLS.
desk_urls: list[URLPattern] = [
    path("conversations/<uuid:conversation_id>/assignments", assignments.AssignmentsView.as_view()),
]
