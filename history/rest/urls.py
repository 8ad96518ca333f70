"""Addresses of the console's endpoints that read what history keeps, below /api/v1/."""

from django.urls import path

from history.rest import reports

history_urls = [
    path("agent/reports", reports.ReportsView.as_view()),
    path("agent/reports.csv", reports.ReportFileView.as_view()),
]
