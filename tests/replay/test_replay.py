"""The replay against a real server, and proof that its reading back finds what is wrong."""

import asyncio
import sys
from collections.abc import Sequence

import pytest

from chat.models import Message
from kefu_project.embedded.problems import StartProblem
from kefu_project.replay.corpus import Dialogue, read_dialogues
from kefu_project.replay.play import Show, play_all
from kefu_project.replay.readback import Found, read_back
from kefu_project.replay.report import percentile, summary_of, table_of
from kefu_project.replay.site import Login, Site
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.clients import Server
from tests.conftest import PASSWORD

PEOPLE = {"acme": ("alice@acme.test", "bob@acme.test"), "globex": ("mallory@globex.test",)}


@pytest.fixture
def sites(server: Server, acme: Tenant, globex: Tenant, acme_key: str, globex_key: str) -> list[Site]:
    return [_site(server, acme, acme_key), _site(server, globex, globex_key)]


def _site(server: Server, tenant: Tenant, key: str) -> Site:
    from chat.models import Widget

    with in_tenant(tenant):
        public_key = Widget.objects.all()[0].public_key
    logins = tuple(Login(email, PASSWORD) for email in PEOPLE[tenant.slug])
    return Site(tenant.slug, tenant.name, f"{tenant.slug}.localhost", "127.0.0.1", server.port, public_key, key, logins)


def _play(sites: Sequence[Site], dialogues: Sequence[Dialogue]) -> Show:
    return asyncio.run(play_all(sites, dialogues, rate=50, on_done=lambda _played: None))


def _read(sites: Sequence[Site], show: Show) -> list[Found]:
    return asyncio.run(read_back(sites, show.played, lambda: None))


def test_real_dialogues_at_both_brands_are_all_there(sites: list[Site]) -> None:
    dialogues = read_dialogues(24, seed=3)
    show = _play(sites, dialogues)
    found = _read(sites, show)

    summary = summary_of(show, found)
    assert summary["passed"], summary
    assert [row["brand"] for row in summary["brands"]] == ["Acme", "Globex", "All"]
    everything = summary["brands"][-1]
    lines = sum(len(dialogue.lines) for dialogue in dialogues)
    assert (everything["sent"], everything["acked"], everything["stored"]) == (lines, lines, lines)
    headings, rows = table_of(show, found)
    assert list(headings) == ["figure", "Acme", "Globex", "All"]
    assert next(row["All"] for row in rows if row["figure"] == "stored") == lines


def test_reading_back_finds_what_is_wrong(sites: list[Site], acme: Tenant) -> None:
    """Each dialogue at acme gets one fault, planted behind the server's back."""
    dialogues = [Dialogue(number, "en", "test", ("one", "two", "three")) for number in range(8)]
    show = _play(sites, dialogues)
    at_acme = [played for played in show.played if played.site.slug == "acme"]
    missing, changed, swapped, unexpected = at_acme
    with in_tenant(acme):
        Message.objects.filter(pk=missing.said[1].id).delete()
        Message.objects.filter(pk=changed.said[1].id).update(body={"kind": "text", "text": "not what was said"})
        first, second = (Message.objects.get(pk=said.id) for said in swapped.said[:2])
        Message.objects.filter(pk=first.pk).update(seq=1000)
        Message.objects.filter(pk=second.pk).update(seq=first.seq)
        last = Message.objects.get(pk=unexpected.said[-1].id)
        last.pk, last.seq, last.client_id = None, 1000, None
        Message.objects.bulk_create([Message(**_copy(last))])

    found = {id(one.played): one for one in _read(sites, show)}

    assert found[id(missing)].missing == 1
    assert found[id(changed)].changed == 1
    assert found[id(swapped)].out_of_order > 0
    assert found[id(unexpected)].unexpected == 1
    assert all(one.is_right == (one.played.site.slug == "globex") for one in found.values())


def test_a_conversation_that_another_brand_can_read_is_foreign(sites: list[Site]) -> None:
    """A site that claims to be globex but asks with acme's key and host."""
    show = _play(sites, [Dialogue(0, "en", "test", ("one", "two"))])
    acme, globex = sites
    liar = Site("liar", "Liar", acme.host, acme.address, acme.port, acme.public_key, acme.secret_key, ())
    found = _read([acme, globex, liar], show)

    assert [one.foreign for one in found] == [1]
    assert not summary_of(show, found)["passed"]


def test_dialogues_come_in_the_same_order_for_the_same_seed() -> None:
    assert read_dialogues(50, seed=1) == read_dialogues(50, seed=1)
    assert read_dialogues(50, seed=1) != read_dialogues(50, seed=2)
    assert {dialogue.locale for dialogue in read_dialogues(2000, seed=1)} == {"en", "zh-hans"}
    assert all(len(dialogue.lines) >= 2 for dialogue in read_dialogues(2000, seed=1))


def _copy(message: Message) -> dict[str, object]:
    names = [field.attname for field in Message._meta.concrete_fields if field.attname != "id"]
    return {name: getattr(message, name) for name in names}


@pytest.mark.parametrize("package", ["chatterbot_corpus", "httpx"])
def test_what_is_missing_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(StartProblem, match="not installed"):
        read_dialogues(1, seed=1)


def test_percentiles_are_of_the_nearest_rank() -> None:
    assert [percentile([0.1, 0.2, 0.3, 0.4], share) for share in (0, 0.25, 0.5, 0.51, 1)] == [100, 100, 200, 300, 400]
