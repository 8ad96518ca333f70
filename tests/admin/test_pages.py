"""Every page of both admin sites opens, in both languages, and reading changes nothing."""

from datetime import datetime

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation
from django.utils.text import capfirst

from agents.models import Agent
from chat.messages import MessageDraft, post_visitor_message
from chat.models import Visitor, Widget
from kefu_project.admin_settings import UNFOLD_BRAND
from tenants.context import in_tenant
from tenants.ids import new_id
from tenants.models import Tenant
from tests.admin.pages import crawl
from tests.plans import no_writes


@pytest.fixture
def talk(acme: Tenant, vera: Visitor, acme_widget: Widget, now: datetime) -> None:
    with in_tenant(acme):
        draft = MessageDraft(new_id(), text="<script>alert('log')</script>")
        post_visitor_message(vera, conversation_id=None, widget=acme_widget, draft=draft, now=now)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_brand_pages_open_and_only_read(language: str, alice_admin: Client, talk: None) -> None:
    alice_admin.cookies["kefu_locale"] = language
    with no_writes():
        pages = dict(crawl(alice_admin))
    assert len(pages) > 30
    assert all("frame-ancestors 'none'" in answer["Content-Security-Policy"] for answer in pages.values())
    assert {answer.status_code for answer in pages.values()} <= {200, 302}
    assert not [address for address, answer in pages.items() if b"<script>alert" in answer.content]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_installation_pages_open_and_only_read(language: str, kim_admin: Client, talk: None) -> None:
    kim_admin.cookies["kefu_locale"] = language
    with no_writes():
        pages = dict(crawl(kim_admin))
    assert len(pages) > 20
    assert {answer.status_code for answer in pages.values()} <= {200, 302}


def test_signing_in_and_out_are_those_of_the_account(alice_admin: Client) -> None:
    stranger = Client(HTTP_HOST="acme.localhost:8000")
    assert stranger.get("/admin/")["Location"] == "/account/sign-in?next=/admin/"
    assert stranger.get("/admin/login/?next=/admin/")["Location"] == "/account/sign-in?next=/admin/"
    assert alice_admin.get("/admin/password_change/")["Location"] == "/account/password"
    assert alice_admin.post("/admin/logout/").status_code == 302
    assert alice_admin.get("/admin/").status_code == 302


def test_visitors_are_found_by_name_and_mail(alice_admin: Client, talk: None, alice: Agent) -> None:
    found = alice_admin.get("/admin/chat/conversation/?q=Vera").content.decode()
    missed = alice_admin.get("/admin/chat/conversation/?q=Nobody").content.decode()
    assert ("Vera" in found, "Vera" in missed) == (True, False)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_page_is_called_in_the_sidebar_what_its_rows_are_called(language: str) -> None:
    items = [item for section in UNFOLD_BRAND["SIDEBAR"]["navigation"] for item in section["items"]]
    with translation.override(language):
        links = {str(item["link"]): str(item["title"]) for item in items}
        named = {
            f"/admin/{opts.app_label}/{opts.model_name}/": capfirst(str(opts.verbose_name_plural))
            for opts in (model._meta for model in apps.get_models())
        }
    del named["/admin/tenants/tenant/"]  # one row, and its page is the brand's settings
    del named["/admin/admin/logentry/"]  # Django's name, not ours
    shown = links.keys() & named.keys()
    assert len(shown) > 15
    assert {link: links[link] for link in shown} == {link: named[link] for link in shown}
