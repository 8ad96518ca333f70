"""Uploads and /files/<id>: what is stored, who may read it, and that nothing of it runs in our origin."""

import re
import struct
import zlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import override_settings

from agents.models import Agent
from chat.authors import Author
from chat.errors import NotFound
from chat.file_checks import MAX_NAME_CHARS, clean_name
from chat.files import claim_files
from chat.messages import MessageDraft, Posted, post_visitor_message
from chat.models import Conversation, File, Visitor, Widget
from chat.rest import visitor_views
from chat.rest.limits import Rate
from chat.tokens import make_token
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.png import png_of
from tests.rest.conftest import Api, png, problem, same_refusal, signed_in

UPLOAD = "/api/v1/visitor/files"
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def bomb(width: int, height: int) -> bytes:
    """A PNG of a hundred bytes that says it has this many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return png_of((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 64)))


def test_picture_is_recognised_whatever_the_client_says(visitor_api: Api) -> None:
    answer = visitor_api.upload(UPLOAD, png(), "page.html", "text/html")
    assert answer.status_code == 201
    view = answer.json()
    assert (view["content_type"], view["width"], view["height"]) == ("image/png", 8, 6)
    assert view["name"] == "page.html.png"
    served = visitor_api.get(view["url"])
    assert b"".join(served.streaming_content) == png()
    assert served["Content-Type"] == "image/png"
    assert served["Content-Disposition"].startswith("inline")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in served["Content-Security-Policy"]
    assert served["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (SVG, "logo.svg", "image/svg+xml"),
        (HTML, "page.html", "text/html"),
        (HTML, "photo.png", "image/png"),
        (SVG, "photo.jpg", "image/jpeg"),
        (b"GIF89a" + HTML, "fun.gif", "image/gif"),
        (b"%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert(1))>>", "bill.pdf", "application/pdf"),
        (b"PK\x03\x04" + b"x" * 40, "archive.zip", "application/zip"),
        (b"<?xml version='1.0'?><?xml-stylesheet href='x'?><a/>", "feed.xml", "text/xml"),
        (b"alert(1)", "run.mjs", "text/javascript"),
        (b"hello", "note.txt", "text/plain"),
        (b"\x89PNG\r\n\x1a\n" + HTML, "cut.png", "image/png"),
    ],
)
def test_everything_else_is_a_download(visitor_api: Api, content: bytes, name: str, kind: str) -> None:
    view = visitor_api.upload(UPLOAD, content, name, kind).json()
    served = visitor_api.get(view["url"])
    assert served["Content-Disposition"].startswith("attachment")
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert served["Content-Type"].split(";")[0] in (
        "application/octet-stream", "application/pdf", "application/zip", "text/plain",
    )  # fmt: skip
    assert b"".join(served.streaming_content) == content


def test_bombs_and_large_files_are_refused(visitor_api: Api, acme: Tenant) -> None:
    problem(visitor_api.upload(UPLOAD, bomb(50_000, 50_000), "big.png", "image/png"), 413, "too_large")
    problem(visitor_api.upload(UPLOAD, bomb(2_000_000_000, 2), "wide.png", "image/png"), 413, "too_large")
    problem(visitor_api.upload(UPLOAD, b"x" * (20 * 1024 * 1024 + 1)), 413, "too_large")
    problem(visitor_api.upload(UPLOAD, b""), 400, "invalid")
    with in_tenant(acme):
        assert not File.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "setup.exe", "SETUP.ExE", "run.bat", "invoice.pdf.js", "setup.exe ", "setup.exe.", "C:\\tmp\\setup.exe",
        "photo\u202egnp.exe", "setup.e\u200bxe", "setup.exe\x00", "setup.exe\u3000", "a" * 300 + ".exe",
    ],
)  # fmt: skip
def test_programs_are_refused_whatever_is_in_them(visitor_api: Api, acme: Tenant, name: str) -> None:
    for content in (b"MZ\x90\x00", b"hello", png()):
        problem(visitor_api.upload(UPLOAD, content, name), 415, "file_type_refused")
    with in_tenant(acme):
        assert not File.objects.exists()


@pytest.mark.parametrize("name", ["exe", "exe.txt", "notes about setup_exe", "setup.exe_", "图.exe.zip"])
def test_other_names_are_none_of_a_program(visitor_api: Api, name: str) -> None:
    assert visitor_api.upload(UPLOAD, b"hello", name).status_code == 201


def test_programs_are_refused_at_every_door(agent_api: Api, key_api: Api, acme: Tenant) -> None:
    problem(agent_api.upload("/api/v1/agent/files", b"MZ", "setup.exe"), 415, "file_type_refused")
    problem(key_api.upload("/api/v1/files", b"MZ", "setup.exe"), 415, "file_type_refused")
    with in_tenant(acme):
        assert not File.objects.exists()


@override_settings(REFUSED_FILE_ENDINGS=frozenset({"pdf"}))
def test_what_is_refused_is_a_setting(visitor_api: Api) -> None:
    assert visitor_api.upload(UPLOAD, b"MZ", "setup.exe").status_code == 201
    problem(visitor_api.upload(UPLOAD, b"%PDF-1.7", "bill.pdf"), 415, "file_type_refused")


def test_largest_file_is_taken(visitor_api: Api) -> None:
    assert visitor_api.upload(UPLOAD, b"x" * (20 * 1024 * 1024), "all.bin").json()["size"] == 20 * 1024 * 1024


def test_other_bodies_are_refused(visitor_api: Api) -> None:
    problem(visitor_api.post(UPLOAD, {"file": "x"}), 415, "unsupported_media_type")
    problem(visitor_api.raw(UPLOAD, b"x", "multipart/form-data"), 400, "malformed")
    problem(visitor_api.raw(UPLOAD, b"x", "multipart/form-data; boundary=" + "b" * 300), 400, "malformed")
    problem(visitor_api.raw(UPLOAD, b"--b\r\n\r\n", "multipart/form-data; boundary=b"), 400, "invalid")


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("a\u200b\u2066b.txt", "ab.txt"),
        ("x\r\nSet-Cookie: a=b.txt", "x Set-Cookie_ a=b.txt"),
        ("nul\x00.png", "nul.png"),
        ("\ud800.png", "_.png"),
        ('"><img src=x>.png', "___img src=x_.png"),
        (".htaccess", "htaccess"),
        ("...", "file"),
        ("", "file"),
        ("订单 123.pdf", "订单 123.pdf"),
        ("cafe\u0301.txt", "café.txt"),
        ("line\u2028break.txt", "line break.txt"),
    ],
)
def test_names_are_cleaned(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


def test_long_names_keep_their_ending() -> None:
    for name in ("a" * 300 + ".pdf", "订" * 300 + ".jpeg", "x" * 300, ("a." * 200) + "txt"):
        cleaned = clean_name(name)
        assert len(cleaned) <= MAX_NAME_CHARS
        assert cleaned.rpartition(".")[2] == name.rpartition(".")[2][:MAX_NAME_CHARS]


def test_name_cannot_break_the_header(visitor_api: Api) -> None:
    view = visitor_api.upload(UPLOAD, b"x", "报告\u202e; filename=evil.html").json()
    disposition = visitor_api.get(view["url"])["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename\*=utf-8''[A-Za-z0-9._%-]+", disposition)


def readers(
    acme: Tenant, widget: Widget, agent: Agent, make_session: Callable[[Agent, Tenant], str], key: str
) -> dict[str, Api]:
    with in_tenant(acme):
        token = make_token(Visitor.objects.create(name="Oscar"), widget)
    return {
        "other visitor": Api(headers={"authorization": f"Bearer {token}", "origin": "http://acme.localhost"}),
        "agent": signed_in(make_session(agent, acme)),
        "key": Api(headers={"authorization": f"Bearer {key}"}),
        "nobody": Api(),
    }


def test_who_may_read(
    visitor_api: Api,
    mallory_api: Api,
    acme: Tenant,
    acme_widget: Widget,
    bob: Agent,
    make_session: Callable[[Agent, Tenant], str],
    acme_key: str,
    globex_key: str,
) -> None:
    url = visitor_api.upload(UPLOAD, b"private", "note.txt").json()["url"]
    missing = f"/files/{uuid4()}"
    others = readers(acme, acme_widget, bob, make_session, acme_key)
    assert visitor_api.get(url).status_code == 200
    assert others["agent"].get(url).status_code == 200
    assert others["key"].get(url).status_code == 200
    same_refusal(others["other visitor"].get(url), others["other visitor"].get(missing))
    same_refusal(mallory_api.get(url), mallory_api.get(missing))
    problem(others["nobody"].get(url), 401, "unauthenticated")
    problem(Api(headers={"authorization": f"Bearer {globex_key}"}).get(url), 401, "unauthenticated")


def test_visitor_reads_what_an_agent_sent_it(
    visitor_api: Api, agent_api: Api, acme: Tenant, alice: Agent, conversation: Conversation
) -> None:
    view = agent_api.upload("/api/v1/agent/files", b"the bill", "bill.txt").json()
    same_refusal(visitor_api.get(view["url"]), visitor_api.get(f"/files/{uuid4()}"))
    with in_tenant(acme):
        author = Author("agent", alice.pk, "Alice")
        with transaction.atomic():
            claim_files([File.objects.get().pk], author=author, conversation=conversation)
    assert visitor_api.get(view["url"]).status_code == 200


def test_only_the_uploader_may_send_a_file_and_only_once(
    visitor_api: Api, acme: Tenant, vera: Visitor, now: datetime
) -> None:
    visitor_api.upload(UPLOAD, b"x")
    with in_tenant(acme):
        file_id = File.objects.get().pk
        oscar = Visitor.objects.create(name="Oscar")
        with pytest.raises(NotFound):
            send(oscar, file_id, now)
        posted = send(vera, file_id, now)
        assert posted.message.body["files"][0]["id"] == str(file_id)
        with pytest.raises(NotFound):
            send(vera, file_id, now)


def send(visitor: Visitor, file_id: UUID, now: datetime) -> Posted:
    draft = MessageDraft(uuid4(), kind="file", file_ids=[file_id])
    return post_visitor_message(visitor, conversation_id=None, widget=None, draft=draft, now=now)


def test_missing_bytes_are_a_404(visitor_api: Api, acme: Tenant) -> None:
    url = visitor_api.upload(UPLOAD, b"x").json()["url"]
    with in_tenant(acme):
        File.objects.update(path="nowhere")
    problem(visitor_api.get(url), 404, "not_found")


def test_files_lie_under_the_brands_own_folder(visitor_api: Api, acme: Tenant) -> None:
    visitor_api.upload(UPLOAD, b"x", "../../up.txt")
    with in_tenant(acme):
        assert File.objects.get().path.startswith(f"{acme.pk}/")


def test_uploads_of_one_visitor_are_limited(visitor_api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor_views, "UPLOAD_RATE", Rate(f"test-{uuid4()}", 0.1, 1))
    answers = [visitor_api.upload(UPLOAD, b"x") for _ in range(2)]
    assert answers[0].status_code == 201
    problem(answers[-1], 429, "rate_limited")
    assert int(answers[-1]["Retry-After"]) >= 1
