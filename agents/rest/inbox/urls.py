"""Addresses of the inbox, below /api/v1/."""

from django.urls import path

from agents.rest.inbox import bulk, elsewhere, merged, saved, tags

inbox_urls = [
    path("agent/bulk", bulk.BulkView.as_view()),
    path("agent/merged", merged.MergedView.as_view()),
    path("agent/elsewhere", elsewhere.ElsewhereView.as_view()),
    path("agent/views", saved.SavedViewsView.as_view()),
    path("agent/views/order", saved.OrderView.as_view()),
    path("agent/views/<uuid:view_id>", saved.SavedViewView.as_view()),
    path("agent/tags", tags.TagsView.as_view()),
    path("agent/tags/<uuid:tag_id>", tags.TagView.as_view()),
]
