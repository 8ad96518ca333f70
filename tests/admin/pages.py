"""Walking through an admin site by its own links, and reading what its pages show."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.http import HttpResponse
from django.test import Client

from tenants.context import in_tenant
from tenants.models import Tenant, User

MAX_PAGES = 150
# A canned reply, as its page sends it.
REPLY = {"shortcut": "/hello", "title": "Hello", "text_en": "Hello {{visitor.name}}", "text_zh_hans": "您好"}


def crawl(client: Client) -> Iterator[tuple[str, HttpResponse]]:
    """Yield every page that can be reached by links, once each, without the queries that only sort."""
    seen: set[str] = set()
    queue = ["/admin/"]
    while queue:
        address = queue.pop()
        if address in seen:
            continue
        assert len(seen) < MAX_PAGES, "there are more pages than are looked at"
        seen.add(address)
        answer = client.get(address)
        yield address, answer
        if answer.status_code == 302:
            queue.append(answer["Location"])
        links = re.findall(r'href="(/admin/[^"#]*)"', answer.content.decode())
        queue += [link.replace("&amp;", "&") for link in links if "o=" not in link]


def shown_password(page: str) -> str:
    """The password on a page that shows one."""
    match = re.search(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", page)
    assert match, "the page shows no password"
    return match[1]


def remove_accounts(beginning: str) -> None:
    """Without cascading: the agents' tables, to which it would go, are not in public."""
    User.objects.filter(email__startswith=beginning)._raw_delete("default")


def delete_all(models: Iterable[type[Model]], *brands: Tenant) -> None:
    """Whatever a test made of these, in the brands."""
    for brand in brands:
        with in_tenant(brand):
            for model in models:
                model._default_manager.all().delete()


def problems(answer: Any) -> list[str]:
    assert answer.status_code == 200, "it was saved"
    return [str(one) for group in answer.context["adminform"].form.errors.values() for one in group]
