"""sweep_uploads: what nobody sent goes with its bytes; what is carried, awaited or another's stays."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from chat.authors import Author
from chat.errors import NotFound
from chat.files import claim_files, store_file
from chat.messages import MessageDraft, post_message
from chat.models import File
from chat.upload_limits import UNCLAIMED, Room
from history import sweeps
from history.sweeps import UNUSED_FOR, UNUSED_IN_A_CROWD_FOR, sweep_uploads
from tenants.context import in_tenant
from tenants.ids import new_id
from tests.history.desk import NOW, TEAM, Desk
from tests.threads import run_together

LONG_AGO = NOW - UNUSED_FOR - timedelta(seconds=1)
AGENT = Author("agent", TEAM, "Alice")


def upload(author: Author = AGENT, *, at: object = LONG_AGO) -> File:
    file = store_file(SimpleUploadedFile("map.txt", b"Turn left."), author=author)
    File.objects.filter(pk=file.pk).update(created_at=at)
    return file


def test_what_nobody_sent_goes_with_its_bytes(desk: Desk) -> None:
    vera = desk.visitor()
    authors = [Author.of_visitor(vera), AGENT, Author("bot", new_id(), "Robot")]
    old, young = [upload(author) for author in authors], [upload(author, at=NOW - UNUSED_FOR) for author in authors]

    assert sweep_uploads(NOW) == 3

    assert set(File.objects.values_list("pk", flat=True)) >= {file.pk for file in young}
    assert not File.objects.filter(pk__in=[file.pk for file in old]).exists()
    assert [default_storage.exists(file.path) for file in old] == [False] * 3
    assert all(default_storage.exists(file.path) for file in young)
    assert sweep_uploads(NOW) == 0


def test_what_a_message_carries_and_what_a_canned_reply_keeps_stays(desk: Desk) -> None:
    conversation = desk.conversation()
    sent = upload()
    post_message(conversation.pk, author=AGENT, draft=MessageDraft(new_id(), "text", "Here", [sent.pk]), now=NOW)
    kept = upload(Author("canned", new_id(), ""))
    assert sweep_uploads(NOW) == 0
    assert all(default_storage.exists(file.path) for file in (sent, kept))


def test_a_crowd_of_visitors_files_goes_soon(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    vera, soon = Author.of_visitor(desk.visitor()), NOW - UNUSED_IN_A_CROWD_FOR - timedelta(seconds=1)
    young, teams = upload(vera, at=NOW - UNUSED_IN_A_CROWD_FOR), upload(at=soon)
    before = {file.pk for file in (upload(vera, at=soon), upload(vera, at=soon))}
    assert sweep_uploads(NOW) == 0, "there is room for them"
    monkeypatch.setitem(UNCLAIMED, "visitor", Room(5, 1_000_000))
    assert sweep_uploads(NOW) == 2
    assert not File.objects.filter(pk__in=before).exists()
    assert File.objects.filter(pk__in=[young.pk, teams.pk]).count() == 2
    assert sweep_uploads(NOW) == 0


def test_goes_on_behind_the_first_batch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "BATCH", 2)
    for _number in range(5):
        upload()
    assert sweep_uploads(NOW) == 5


def test_another_brands_uploads_are_not_seen(desk: Desk, neighbour: Desk) -> None:
    with in_tenant(neighbour.tenant):
        theirs = upload()
    assert sweep_uploads(NOW) == 0
    with in_tenant(neighbour.tenant):
        assert default_storage.exists(theirs.path)
        assert sweep_uploads(NOW) == 1


def test_what_is_being_sent_is_left_alone(desk: Desk) -> None:
    conversation, file = desk.conversation(), upload()

    def sweep(_number: int) -> int:
        with in_tenant(desk.tenant):
            return sweep_uploads(NOW)

    with transaction.atomic():
        claim_files([file.pk], author=AGENT, conversation=conversation)
        assert run_together(1, sweep) == [0]
    assert sweep_uploads(NOW) == 0
    assert default_storage.exists(file.path)


def test_sender_and_sweep_at_once(desk: Desk) -> None:
    """Either the message has its file, bytes and all, or its sender is told that there is none."""
    conversation = desk.conversation()

    def one(number: int, file: UUID) -> object:
        with in_tenant(desk.tenant):
            if number:
                return sweep_uploads(NOW)
            try:
                return post_message(
                    conversation.pk, author=AGENT, draft=MessageDraft(new_id(), "text", "Here", [file]), now=NOW
                )
            except NotFound:
                return None

    for _trial in range(20):
        file = upload()
        posted, swept = run_together(2, lambda number, pk=file.pk: one(number, pk))  # type: ignore[misc]
        assert (posted is None) == bool(swept)
        assert default_storage.exists(file.path) == (posted is not None)
