"""Reading back: every conversation over the integrator's REST API, compared with what was acknowledged."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import httpx

from kefu_project.replay.play import Played, Said
from kefu_project.replay.site import Site

AT_ONCE = 8


@dataclass(slots=True)
class Found:
    """What REST says of one dialogue's conversation, counted in messages; all but `stored` should be 0."""

    played: Played
    stored: int = 0
    missing: int = 0
    unexpected: int = 0
    changed: int = 0
    out_of_order: int = 0
    foreign: int = 0
    failure: str = ""

    @property
    def is_right(self) -> bool:
        wrong = self.missing + self.unexpected + self.changed + self.out_of_order + self.foreign
        return not (wrong or self.failure or self.played.failure)


def compare(expected: Sequence[Said], stored: Sequence[Said], found: Found) -> None:
    """Count the differences. Pure. Order means order of `seq` and the order that the API lists, both."""
    wanted = {said.id: said for said in expected}
    kept = {said.id: said for said in stored}
    found.stored = len(stored)
    found.missing = len(wanted.keys() - kept.keys())
    found.unexpected = len(stored) - len(wanted.keys() & kept.keys())
    both = [said for said in stored if said.id in wanted]
    found.changed = sum(said != wanted[said.id] for said in both)
    order = [said.id for said in expected if said.id in kept]
    found.out_of_order = sum(said.id != pk for said, pk in zip(both, order, strict=False))
    found.out_of_order += sum(one.seq >= other.seq for one, other in pairwise(stored))


async def read_back(sites: Sequence[Site], show: Sequence[Played], on_done: Callable[[], None]) -> list[Found]:
    """Read each dialogue at its brand, and ask every other brand for it: there it must be like a missing one."""
    base = f"http://{sites[0].address}:{sites[0].port}"
    places = asyncio.Semaphore(AT_ONCE)
    async with httpx.AsyncClient(base_url=base, timeout=30) as http:
        missing = {site.slug: await _get(http, site, str(uuid.uuid4()), None) for site in sites}

        async def check(played: Played) -> Found:
            async with places:
                found = Found(played)
                try:
                    await _check(http, sites, missing, found)
                except (httpx.HTTPError, KeyError, ValueError) as error:
                    found.failure = f"{type(error).__name__}: {error}"
                on_done()
                return found

        return await asyncio.gather(*(check(played) for played in show))


async def _check(
    http: httpx.AsyncClient, sites: Sequence[Site], missing: dict[str, httpx.Response], found: Found
) -> None:
    played = found.played
    if not played.conversation:
        found.missing = played.sent
        return
    compare(played.said, await _read_all(http, played.site, played.conversation), found)
    for other in sites:
        if other is not played.site:
            answer = await _get(http, other, played.conversation, None)
            unknown = missing[other.slug]
            found.foreign += (answer.status_code, answer.content) != (404, unknown.content)


async def _read_all(http: httpx.AsyncClient, site: Site, conversation: str) -> list[Said]:
    messages: list[Said] = []
    cursor: str | None = None
    while True:
        answer = await _get(http, site, conversation, cursor)
        answer.raise_for_status()
        page = answer.json()
        messages += [_said(message) for message in page["data"]]
        cursor = page["next"]
        if cursor is None:
            return messages


async def _get(http: httpx.AsyncClient, site: Site, conversation: str, cursor: str | None) -> httpx.Response:
    """One page, as often as the server says that there were too many requests."""
    headers = {"Host": site.authority, "Authorization": f"Bearer {site.secret_key}"}
    parameters = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
    while True:
        answer = await http.get(f"/api/v1/conversations/{conversation}/messages", headers=headers, params=parameters)
        if answer.status_code != 429:
            return answer
        await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))


def _said(message: dict[str, Any]) -> Said:
    return Said(message["id"], message["seq"], message["author"]["kind"], message["text"])
