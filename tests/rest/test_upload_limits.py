"""How much uploads may take: of an address, of a brand's room, of the disk, at one moment."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from agents.models import Agent, CannedReply
from chat import upload_limits
from chat.authors import Author
from chat.errors import Overloaded
from chat.files import check_upload, copy_file, store_checked
from chat.messages import MessageDraft, post_visitor_message
from chat.models import File, Visitor, Widget
from chat.rest import visitor_views
from chat.rest.limits import Rate
from chat.tokens import make_token
from chat.upload_limits import INSPECTED_AT_ONCE, Room, inspection
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.rest.conftest import HOST, Api, png, problem

VISITORS, AGENTS, PROGRAMS = "/api/v1/visitor/files", "/api/v1/agent/files", "/api/v1/files"


def is_refused(answer: HttpResponse) -> None:
    problem(answer, 503, "overloaded")


@pytest.fixture
def oscar_api(acme: Tenant, acme_widget: Widget) -> Api:
    with in_tenant(acme):
        token = make_token(Visitor.objects.create(name="Oscar"), acme_widget)
    return Api(headers={"authorization": f"Bearer {token}", "origin": f"http://{HOST}"})


def test_uploads_of_one_address_are_limited_whoever_asks(
    visitor_api: Api, oscar_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_views, "UPLOAD_ADDRESS_RATE", Rate(f"test-{uuid4()}", 0.1, 2))

    def upload(api: Api, address: str) -> HttpResponse:
        return api.http.post(VISITORS, {"file": SimpleUploadedFile("a.txt", b"x")}, REMOTE_ADDR=address)

    here, there = "198.51.100.7", "198.51.100.8"
    assert [upload(api, here).status_code for api in (visitor_api, oscar_api)] == [201, 201]
    for api in (visitor_api, oscar_api):
        refused = upload(api, here)
        problem(refused, 429, "rate_limited")
        assert 1 <= int(refused["Retry-After"]) <= 20
        assert upload(api, there).status_code == 201


def test_megabytes_of_one_address_are_limited_too(
    visitor_api: Api, oscar_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visitor_views, "UPLOAD_SIZE_RATE", Rate(f"test-{uuid4()}", 0.1, 3))

    def upload(api: Api, size: int) -> HttpResponse:
        content = SimpleUploadedFile("a.txt", b"x" * size)
        return api.http.post(VISITORS, {"file": content}, REMOTE_ADDR="198.51.100.9")

    assert upload(visitor_api, 1_500_000).status_code == 201
    problem(upload(oscar_api, 1_500_000), 429, "rate_limited")
    assert upload(oscar_api, 10).status_code == 201


@pytest.mark.parametrize("room", [Room(2, 1_000_000), Room(100, 9)])
def test_what_no_message_carries_has_its_room(
    room: Room, visitor_api: Api, oscar_api: Api, vera: Visitor, acme: Tenant, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setitem(upload_limits.UNCLAIMED, "visitor", room)
    first, _second = (visitor_api.upload(VISITORS, b"four").json()["id"] for _ in range(2))
    refused = oscar_api.upload(VISITORS, b"four")
    is_refused(refused)
    assert int(refused["Retry-After"]) == 600
    with in_tenant(acme):
        assert File.objects.count() == 2
        draft = MessageDraft(uuid4(), kind="file", file_ids=[UUID(first)])
        post_visitor_message(vera, conversation_id=None, widget=None, draft=draft, now=now)
    assert oscar_api.upload(VISITORS, b"four").status_code == 201


def test_strangers_who_fill_theirs_keep_nobody_else_out(
    visitor_api: Api, agent_api: Api, key_api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(upload_limits.UNCLAIMED, "visitor", Room(9, 1))
    is_refused(visitor_api.upload(VISITORS, b"xy"))
    assert agent_api.upload(AGENTS, b"x").status_code == 201
    assert key_api.upload(PROGRAMS, b"x").status_code == 201


def test_the_team_and_its_programs_have_a_room_as_well(
    agent_api: Api, key_api: Api, acme: Tenant, alice: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in ("agent", "bot"):
        monkeypatch.setitem(upload_limits.UNCLAIMED, kind, Room(1, 1_000_000))
    for api, door in ((agent_api, AGENTS), (key_api, PROGRAMS)):
        assert api.upload(door, b"x").status_code == 201
        is_refused(api.upload(door, b"x"))
    with in_tenant(acme):
        file = File.objects.get(uploader_kind="agent")
        with pytest.raises(Overloaded):
            copy_file(file, uploader_kind="agent", uploader_id=alice.pk)
        assert File.objects.count() == 2


def test_files_leave_room_on_the_disk_at_every_door(
    visitor_api: Api, agent_api: Api, key_api: Api, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = agent_api.upload(AGENTS, b"x").json()["id"]
    monkeypatch.setattr(upload_limits, "FREE_DISK", 1 << 60)
    for api, door in ((visitor_api, VISITORS), (agent_api, AGENTS), (key_api, PROGRAMS)):
        refused = api.upload(door, b"x")
        is_refused(refused)
        assert int(refused["Retry-After"]) == 600
    body = {"shortcut": "map", "texts": {"en": "Here"}, "file_ids": [upload]}
    is_refused(agent_api.post("/api/v1/agent/canned", body))
    with in_tenant(acme):
        assert File.objects.count() == 1
        assert not CannedReply.objects.filter(shortcut="map").exists()


class Held(SimpleUploadedFile):
    """Whoever reads it is held until `go_on`."""

    def __init__(self) -> None:
        super().__init__("held.txt", b"hello")
        self.began, self.go_on = threading.Event(), threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.began.set()
        assert self.go_on.wait(30)
        return bytes(self.file.read(size))


def test_few_are_looked_at_at_once_and_nobody_waits_for_ever(
    visitor_api: Api, acme: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_limits, "INSPECTION_WAIT", 0.01)
    held = [Held() for _ in range(INSPECTED_AT_ONCE)]
    with ThreadPoolExecutor(INSPECTED_AT_ONCE) as pool:
        running = [pool.submit(check_upload, one) for one in held]
        try:
            assert all(one.began.wait(30) for one in held)
            refused = visitor_api.upload(VISITORS, png(), "a.png", "image/png")
        finally:
            for one in held:
                one.go_on.set()
        assert [one.result().name for one in running] == ["held.txt"] * INSPECTED_AT_ONCE
    is_refused(refused)
    assert int(refused["Retry-After"]) >= 1
    with in_tenant(acme):
        assert not File.objects.exists()
    assert visitor_api.upload(VISITORS, png(), "a.png", "image/png").status_code == 201


def test_what_was_looked_at_is_stored_without_a_second_look(acme: Tenant, bob: Agent) -> None:
    with in_tenant(acme), ExitStack() as others:
        checked = check_upload(SimpleUploadedFile("map.png", png()))
        for _ in range(INSPECTED_AT_ONCE):
            others.enter_context(inspection())
        file = store_checked(checked, author=Author("agent", bob.pk, "Bob"))
        assert (file.name, file.content_type, file.width) == ("map.png", "image/png", 8)
        assert default_storage.open(file.path).read() == png()


def test_a_picture_of_too_many_parts_is_a_download_at_every_door(
    visitor_api: Api, agent_api: Api, key_api: Api
) -> None:
    busy = b"\xff\xd8" + b"\xff\xe5\x00\x02" * 20_000 + b"\xff\xd9"
    for api, door in ((visitor_api, VISITORS), (agent_api, AGENTS), (key_api, PROGRAMS)):
        assert api.upload(door, busy, "a.jpg", "image/jpeg").json()["content_type"] == "application/octet-stream"
