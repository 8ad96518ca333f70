"""Addresses of staff accounts, the same on brand hosts and on the installation's host."""

from django.urls import path

from tenants import account_views, handoff_views

urlpatterns = [
    path("account/sign-in", account_views.sign_in_page, name="sign-in"),
    path("account/sign-out", account_views.sign_out_page, name="sign-out"),
    path("account/password", account_views.password_page, name="password"),
    path("account/language", account_views.choose_language, name="language"),
    path("account/handoff/start", handoff_views.start_page, name="handoff-start"),
    path("account/handoff", handoff_views.redeem_page, name="handoff"),
]
