"""Files of canned replies on their page: added, named, removed, refused with a sentence, gone with the reply."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation
from PIL import Image

from agents.admin.files import REFUSALS
from agents.authors import author_of
from agents.canned_files import copies_of
from agents.models import Agent, AuditEntry, CannedReply, Queue
from chat import upload_limits
from chat.models import File
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.account.conftest import SignedIn
from tests.admin import tables
from tests.admin.pages import REPLY, delete_all, problems
from tests.rest.conftest import png
from tests.threads import run_together

CANNED = "/admin/agents/cannedreply/"
MEGABYTE = 1024 * 1024


@pytest.fixture(autouse=True)
def put_back(brands: dict[str, Tenant]) -> Iterator[None]:
    yield
    delete_all((CannedReply, File, LogEntry), *brands.values())


@pytest.fixture
def reply(alice_admin: Client, acme: Tenant) -> CannedReply:
    """With two files: a map and a plan."""
    answer = alice_admin.post(f"{CANNED}add/", REPLY | {"files": [upload("map.png", png()), upload("plan.txt")]})
    assert answer.status_code == 302
    with in_tenant(acme):
        return CannedReply.objects.get()


def upload(name: str, content: bytes = b"hello") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def page_of(reply: CannedReply) -> str:
    return f"{CANNED}{reply.pk}/change/"


def names(tenant: Tenant) -> list[str]:
    """Of the only reply, in order; what is stored is what is named."""
    with in_tenant(tenant):
        reply = CannedReply.objects.get()
        found = {file.pk: file for file in File.objects.filter(uploader_kind="canned")}
        assert set(found) == set(reply.file_ids)
        assert {file.uploader_id for file in found.values()} <= {reply.pk}
        return [found[pk].name for pk in reply.file_ids]


def paths(tenant: Tenant) -> list[str]:
    with in_tenant(tenant):
        return list(File.objects.filter(uploader_kind="canned").values_list("path", flat=True))


def test_files_come_with_a_new_reply_and_are_sent_along(
    reply: CannedReply, alice_admin: Client, acme: Tenant, alice: Agent
) -> None:
    assert names(acme) == ["map.png", "plan.txt"]
    page = alice_admin.get(page_of(reply)).content.decode()
    assert "multipart/form-data" in page
    for shown in ("map.png", "plan.txt", "5\xa0bytes", "At most 10 files", "Remove map.png"):
        assert shown in page, shown
    with in_tenant(acme):
        copies = copies_of(reply, author_of(alice))
    assert [(file.name, file.uploader_kind, file.uploader_id) for file in copies] == [
        ("map.png", "agent", alice.pk),
        ("plan.txt", "agent", alice.pk),
    ]
    answer = alice_admin.get(f"/files/{reply.file_ids[0]}")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")


def test_files_are_added_and_removed_at_once(reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    before = paths(acme)
    changes = {"files": [upload("prices.csv", b"a,b")], "files-remove": [str(reply.file_ids[0])]}
    assert alice_admin.post(page_of(reply), REPLY | changes).status_code == 302
    assert names(acme) == ["plan.txt", "prices.csv"]
    assert [default_storage.exists(path) for path in before] == [False, True]
    with in_tenant(acme):
        line = AuditEntry.objects.order_by("-at").first()
    assert (line.action, line.changes["files"]) == (
        "cannedreply.changed",
        ["map.png, plan.txt", "plan.txt, prices.csv"],
    )


def test_a_change_of_the_text_leaves_the_files(reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    assert alice_admin.post(page_of(reply), REPLY | {"text_en": "Other"}).status_code == 302
    assert names(acme) == ["map.png", "plan.txt"]
    with in_tenant(acme):
        assert "files" not in AuditEntry.objects.order_by("-at").first().changes


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([upload("empty.txt", b"")], "“empty.txt”: The file is empty."),
        ([upload("big.bin", b"x" * (20 * MEGABYTE + 1))], "“big.bin”: A file has at most 20 MB."),
        ([upload(f"{number}.txt") for number in range(9)], "At most 10 files."),
        ([upload("\u202e../x\u200b.txt", b"")], "“x.txt”: The file is empty."),
        ([upload("setup.exe")], "“setup.exe”: Programs and scripts are not accepted as files."),
    ],
)
def test_what_will_not_do_is_a_sentence_at_the_field(
    files: list[Any], sentence: str, reply: CannedReply, alice_admin: Client, acme: Tenant
) -> None:
    before = paths(acme)
    for file in files:
        file.seek(0)
    changes = {"text_en": "Not saved", "files": [upload("good.txt"), *files], "files-remove": []}
    answer = alice_admin.post(page_of(reply), REPLY | changes)
    assert problems(answer) == [sentence]
    assert answer.context["adminform"].form.errors.as_data().keys() == {"files"}
    assert paths(acme) == before
    with in_tenant(acme):
        assert CannedReply.objects.get().texts["en"] == REPLY["text_en"]


def test_what_bursts_the_reader_is_refused_as_everywhere(reply: CannedReply, alice_admin: Client) -> None:
    wide = io.BytesIO()
    Image.new("1", (40_001, 1_000)).save(wide, "PNG")
    answer = alice_admin.post(page_of(reply), REPLY | {"files": [upload("wide.png", wide.getvalue())]})
    assert problems(answer) == ["“wide.png”: A picture has at most 40 megapixels."]


def test_a_full_disk_is_a_sentence(reply: CannedReply, alice_admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_limits, "FREE_DISK", 1 << 60)
    answer = alice_admin.post(page_of(reply), REPLY | {"files": [upload("map.txt")]})
    assert problems(answer) == ["“map.txt”: There is no room for files at the moment."]


def test_every_refusal_is_said_in_chinese(reply: CannedReply, alice_admin: Client) -> None:
    files = [upload("empty.txt", b""), upload("big.bin", b"x" * (20 * MEGABYTE + 1))]
    answer = alice_admin.post(page_of(reply), REPLY | {"files": files}, headers={"accept-language": "zh-hans"})
    assert problems(answer) == ["“empty.txt”：文件是空的。", "“big.bin”：单个文件不能超过 20 MB。"]
    with translation.override("zh-hans"):
        assert not {translation.gettext(sentence) for sentence in REFUSALS} & set(REFUSALS)


def test_a_wrong_claim_about_the_type_counts_for_nothing(reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    files = [SimpleUploadedFile("x.html", png(), "text/html"), SimpleUploadedFile("p.png", b"<svg/>", "image/png")]
    assert alice_admin.post(page_of(reply), REPLY | {"files": files}).status_code == 302
    assert names(acme)[2:] == ["x.html.png", "p.png"]
    with in_tenant(acme):
        types = dict(File.objects.values_list("name", "content_type"))
    assert (types["x.html.png"], types["p.png"]) == ("image/png", "application/octet-stream")


def test_room_is_made_by_what_goes(reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    more = [upload(f"{number}.txt") for number in range(8)]
    assert alice_admin.post(page_of(reply), REPLY | {"files": more}).status_code == 302
    assert problems(alice_admin.post(page_of(reply), REPLY | {"files": [upload("eleven.txt")]}))
    changes = {"files": [upload("eleven.txt")], "files-remove": [str(reply.file_ids[0])]}
    assert alice_admin.post(page_of(reply), REPLY | changes).status_code == 302
    assert len(names(acme)) == 10


def test_two_pages_do_not_pass_the_limit_together(
    reply: CannedReply, signed_in: SignedIn, alice: Agent, acme: Tenant
) -> None:
    clients = [signed_in(alice, acme), signed_in(alice, acme)]
    seven = [upload(f"{number}.txt") for number in range(7)]
    assert clients[0].post(page_of(reply), REPLY | {"files": seven}).status_code == 302

    def add(number: int) -> int:
        return clients[number].post(page_of(reply), REPLY | {"files": [upload("x.txt")]}).status_code

    assert sorted(run_together(2, add)) == [200, 302]
    assert len(names(acme)) == 10


def test_ticks_are_kept_after_a_mistake_elsewhere(reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    changes = {"shortcut": "two words", "files-remove": [str(reply.file_ids[0])]}
    page = alice_admin.post(page_of(reply), REPLY | changes).content.decode()
    assert f'value="{reply.file_ids[0]}" checked' in page
    assert len(names(acme)) == 2


def test_only_its_own_files_can_be_removed(reply: CannedReply, alice_admin: Client, acme: Tenant, alice: Agent) -> None:
    with in_tenant(acme):
        (copy, _other) = copies_of(reply, author_of(alice))
    wrong = [str(copy.pk), "nonsense", "00000000-0000-0000-0000-000000000000"]
    assert alice_admin.post(page_of(reply), REPLY | {"files-remove": wrong}).status_code == 302
    assert len(names(acme)) == 2
    with in_tenant(acme):
        assert File.objects.filter(pk=copy.pk).exists()


@pytest.mark.parametrize("many", [False, True])
def test_files_go_with_the_reply(many: bool, reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    before = paths(acme)
    if many:
        form = {"action": "delete_selected", "_selected_action": [str(reply.pk)], "post": "yes"}
        assert alice_admin.post(CANNED, form).status_code == 302
    else:
        assert alice_admin.post(f"{CANNED}{reply.pk}/delete/", {"post": "yes"}).status_code == 302
    assert paths(acme) == []
    assert not any(default_storage.exists(path) for path in before)
    with in_tenant(acme):
        assert not CannedReply.objects.exists()


def test_files_go_with_the_queue_of_the_reply(reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    before = paths(acme)
    with in_tenant(acme):
        queue = Queue.objects.create(name="Sales")
        CannedReply.objects.update(queue=queue)
    assert alice_admin.post(f"/admin/agents/queue/{queue.pk}/delete/", {"post": "yes"}).status_code == 302
    assert paths(acme) == []
    assert not any(default_storage.exists(path) for path in before)
    with in_tenant(acme):
        assert not CannedReply.objects.exists()


def test_mallory_finds_neither_page_nor_file(reply: CannedReply, mallory_admin: Client, acme: Tenant) -> None:
    missing = f"{CANNED}00000000-0000-0000-0000-000000000000/change/"
    for address in (page_of(reply), missing):
        answer = mallory_admin.post(address, REPLY | {"files-remove": [str(reply.file_ids[0])]})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert mallory_admin.get(f"/files/{reply.file_ids[0]}").status_code == 404
    assert len(names(acme)) == 2


def test_import_leaves_files_and_says_so(reply: CannedReply, alice_admin: Client, acme: Tenant) -> None:
    for page in ("import", "export"):
        assert "Files are not in the table" in alice_admin.get(f"{CANNED}{page}/").content.decode(), page
    (row,) = tables.export(alice_admin, CANNED)
    assert "files" not in row
    text = "shortcut,title,text_en\nhello,New,Changed\n"
    assert tables.confirm(alice_admin, CANNED, tables.upload(alice_admin, CANNED, text)).status_code == 302
    assert names(acme) == ["map.png", "plan.txt"]
    with in_tenant(acme):
        assert CannedReply.objects.get().texts["en"] == "Changed"
