"""The same wrong frames over long poll and poll: in the bodies of requests, beside wrong questions."""

import json
import random
from typing import Any

import httpx

from chat.wire import frames_to
from chat.wire.frames import decode_frame, frames_from
from tests.fuzz.mutate import JSON, Shot
from tests.fuzz.people import Person, Town
from tests.fuzz.valid import Frame, pick
from tests.fuzz.verdict import EXCEPTION_TEXT, HTTP_STATUSES, fault_of

CONTENT_TYPES = {"json": "application/json", "proto": "application/x-protobuf"}
ANSWER_SECONDS = 30.0


class Poster:
    """Asks as one person after the other; says what is wrong with an answer."""

    def __init__(self, town: Town, port: int) -> None:
        self.town, self.port = town, port
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_SECONDS)

    async def post(self, person: Person, encoding: str, shots: list[Shot], dice: random.Random) -> list[str]:
        """Send all frames in one request; returns what is wrong."""
        path = f"/api/v1/{person.kind}/frames"
        kind = CONTENT_TYPES[encoding]
        headers = self._headers(person) | {"Content-Type": kind, "Accept": kind}
        return await self._ask("POST", path, encoding, headers=headers, content=_body(encoding, shots, dice))

    async def question(self, person: Person, encoding: str, dice: random.Random) -> list[str]:
        """Ask for events, with values that are half right."""
        somewhere = pick(dice, self.town.ids.conversations, self.town.ids.foreign)
        choices: dict[str, list[str]] = {
            "after": [
                "",
                ":",
                f"{somewhere}:0",
                f"{somewhere}:-1",
                f"{somewhere}:{2**63}",
                "é",
                "a" * 9000,
                "x:1," * 201,
            ],
            "since": ["", "0", "-1", "x", "1e9", "9" * 15, "9" * 16, "１", "nan"],
            "epoch": ["", "x", somewhere, "\x00"],
            "connection": ["", "x", "0" * 12, "f" * 13],
            "wait": ["0", "", "x", "-1", "1e400", "0.5"],
        }
        query = {name: dice.choice(values) for name, values in choices.items() if dice.random() < 0.6}
        headers = self._headers(person) | {"Accept": CONTENT_TYPES[encoding]}
        return await self._ask("GET", f"/api/v1/{person.kind}/events", encoding, headers=headers, params=query)

    async def close(self) -> None:
        await self.http.aclose()

    async def _ask(self, method: str, path: str, encoding: str, **options: Any) -> list[str]:
        try:
            answer = await self.http.request(method, path, **options)
        except httpx.HTTPError as error:
            return [f"{method} {path}: {error!r}"]
        if answer.status_code not in HTTP_STATUSES:
            return [f"{method} {path}: status {answer.status_code}: {answer.text[:300]}"]
        if answer.status_code != 200:
            is_told = EXCEPTION_TEXT.search(answer.text)
            return [f"{method} {path}: the text of an exception: {answer.text[:300]}"] if is_told else []
        try:
            frames = _frames(answer.content, encoding)
        except (ValueError, KeyError) as error:
            return [f"{method} {path}: {error!r}: {answer.content[:200]!r}"]
        return [f"{method} {path}: {fault}" for frame in frames if (fault := fault_of(frame))]

    def _headers(self, person: Person) -> dict[str, str]:
        own = {"Cookie": person.cookie} if person.cookie else {"Authorization": f"Bearer {person.token}"}
        host = f"{person.host}:{self.port}"
        return own | {"Host": host} | ({} if person.kind == "app" else {"Origin": f"http://{host}"})


def _body(encoding: str, shots: list[Shot], dice: random.Random) -> bytes:
    octets = [_octets(shot) for shot in shots]
    if encoding == JSON:
        # One frame that is no JSON spoils the whole body: mostly, it is left to the sockets.
        whole = [one for one in octets if dice.random() < 0.05 or _is_json(one)]
        body = b'{"frames":[' + b",".join(whole) + b"]}"
    else:
        body = frames_to(octets)
    return body if dice.random() < 0.95 else body[: dice.randrange(len(body))]


def _octets(shot: Shot) -> bytes:
    pieces = shot.payload if isinstance(shot.payload, list) else [shot.payload]
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)


def _is_json(octets: bytes) -> bool:
    try:
        json.loads(octets)
    except (ValueError, RecursionError):
        return False
    return True


def _frames(body: bytes, encoding: str) -> list[Frame]:
    if encoding == JSON:
        found: list[Frame] = json.loads(body)["frames"]
        return found
    return [decode_frame(one) for one in frames_from(body)]
