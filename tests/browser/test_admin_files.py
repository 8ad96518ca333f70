"""Places for files in the admin: chosen, named, too many of them, saved, ticked away; in both themes and languages."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib.admin.models import LogEntry
from playwright.sync_api import FilePayload, Page, expect

from agents.models import Calendar, CannedReply
from chat.models import File
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.admin.pages import delete_all
from tests.browser.axe import serious
from tests.clients import Server

HOST = "acme.localhost"
WORDS = {"en-US": ("At most 10 files.", "Save"), "zh-CN": ("最多 10 个文件。", "保存")}


@pytest.fixture(autouse=True)
def put_back(acme: Tenant) -> Iterator[None]:
    yield
    delete_all((CannedReply, File, LogEntry, Calendar), acme)


def file(name: str, size: int = 2048) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": b"x" * size}


@pytest.mark.parametrize(("locale", "scheme"), [("en-US", "light"), ("zh-CN", "dark")])
def test_files_are_added_and_removed(
    locale: str,
    scheme: str,
    person: Callable[..., Page],
    sign_in: Callable[..., None],
    server: Server,
    acme: Tenant,
) -> None:
    too_many, save = WORDS[locale]
    with in_tenant(acme):
        reply = CannedReply.objects.create(shortcut="map", title="Map", texts={"en": "Here"})
    page = person(locale=locale, color_scheme=scheme, reduced_motion="reduce")
    sign_in(page, "alice@acme.test", HOST)
    address = server.url(HOST, f"/admin/agents/cannedreply/{reply.pk}/change/")
    page.goto(address)
    box = page.locator("[data-files]")
    box.locator("input[type=file]").set_input_files([file(f"{number}.txt") for number in range(11)])
    expect(box.get_by_role("alert")).to_have_text(too_many)
    page.get_by_role("button", name=save, exact=True).click()
    expect(box.locator("input[type=file]")).to_be_focused()
    assert page.url == address

    box.locator("input[type=file]").set_input_files([file("map.txt"), file("plan.txt")])
    expect(box.get_by_role("alert")).to_be_hidden()
    expect(box.locator("[data-chosen] li")).to_have_count(2)
    page.get_by_role("button", name=save, exact=True).click()
    page.wait_for_url("**/cannedreply/")
    page.goto(address)
    expect(box.get_by_role("link")).to_have_text(["map.txt", "plan.txt"])
    box.get_by_role("checkbox", name="map.txt").focus()
    page.keyboard.press("Space")
    # The theme around them is not ours, nor are its landmarks.
    assert serious(page, "[data-files]") == []
    page.get_by_role("button", name=save, exact=True).click()
    page.wait_for_url("**/cannedreply/")
    with in_tenant(acme):
        reply.refresh_from_db()
        assert [File.objects.get(pk=pk).name for pk in reply.file_ids] == ["plan.txt"]


def test_a_file_of_holidays_is_chosen_and_looked_at(
    person: Callable[..., Page], sign_in: Callable[..., None], server: Server, acme: Tenant
) -> None:
    """The theme's script fails at a place for files without a text field beside it; `person` says so."""
    with in_tenant(acme):
        hours = Calendar.objects.create(name="Office")
    page = person(color_scheme="dark", reduced_motion="reduce")
    sign_in(page, "alice@acme.test", HOST)
    page.goto(server.url(HOST, f"/admin/agents/calendar/{hours.pk}/change/"))
    page.get_by_role("link", name="Import holidays").click()
    box = page.locator("[data-files]")
    box.get_by_label("Choose a file").set_input_files([file("large.ics", 1024 * 1024 + 1)])
    expect(box.get_by_role("alert")).to_contain_text("larger than 1 MB")
    box.get_by_label("Choose a file").set_input_files([file("days.ics")])
    expect(box.locator("[data-chosen] li")).to_contain_text("days.ics")
    assert serious(page, "[data-files]") == []
    page.get_by_role("button", name="Look at it").click()
    expect(box.get_by_role("alert").last).to_have_text("This is not an iCal file.")
    expect(box.get_by_label("Choose a file")).to_have_accessible_description(
        "iCal file (.ics, at most 1 MB) This is not an iCal file."
    )
