"""The last word: a conversation's whole log, read page by page over the REST API of who may read it."""

import asyncio
from typing import TYPE_CHECKING

import httpx

from tests.torture.history import Entry
from tests.torture.tracker import entry_of

if TYPE_CHECKING:
    from tests.torture.client import Person

PAGE = 100
TRIES = 30


async def read_log(
    person: "Person", port: int, conversation: str, *, after: int = 0, http: httpx.AsyncClient | None = None
) -> list[Entry]:
    """Return the rows after `after` in the order in which the API lists them."""
    if http is None:
        async with httpx.AsyncClient(timeout=30, trust_env=False) as own:
            return await read_log(person, port, conversation, after=after, http=own)
    entries: list[Entry] = []
    before: int | None = None
    while True:
        page = await _page(http, person, port, conversation, before)
        entries = [entry_of(event) for event in page["events"]] + entries
        if not page["more"] or not entries or entries[0].seq <= after + 1:
            return [entry for entry in entries if entry.seq > after]
        before = entries[0].seq


async def _page(
    http: httpx.AsyncClient, person: "Person", port: int, conversation: str, before: int | None
) -> dict[str, list[dict[str, object]]]:
    """One page; a server that is just coming back is asked again."""
    authority = f"{person.host}:{port}"
    headers = {"Host": authority, "Origin": f"http://{authority}"}
    if person.token:
        headers["Authorization"] = f"Bearer {person.token}"
    else:
        headers["Cookie"] = person.cookie
    url = f"http://127.0.0.1:{port}/api/v1/{person.kind}/conversations/{conversation}/events"
    parameters = {"limit": PAGE} | ({"before": before} if before else {})
    for attempt in range(TRIES):
        try:
            answer = await http.get(url, headers=headers, params=parameters)
            if answer.status_code not in (429, 500, 502, 503):
                break
        except httpx.TransportError:
            if attempt == TRIES - 1:
                raise
        await asyncio.sleep(0.5)
    answer.raise_for_status()
    return answer.json()  # type: ignore[no-any-return]
