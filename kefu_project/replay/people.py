"""Who talks: a visitor on a connection of its own, and the agents of a brand on a few shared ones."""

import asyncio
import re
import uuid
from collections import defaultdict

import httpx

from kefu_project.replay.corpus import Dialogue
from kefu_project.replay.line import Frame, Line, open_line
from kefu_project.replay.site import Login, Site

# A push is a hint: after this long the client asks for what it has not been shown.
SHOWN_WITHIN = 5.0


class Shown:
    """What a client has been shown: the top seq of each conversation, and who waits for more."""

    def __init__(self) -> None:
        self._tops: dict[str, int] = defaultdict(int)
        self._changed: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def note(self, conversation: str, seq: int) -> None:
        if seq > self._tops[conversation]:
            self._tops[conversation] = seq
            self._changed[conversation].set()

    async def wait(self, conversation: str, seq: int) -> bool:
        """Tell whether `seq` was shown in time."""
        try:
            async with asyncio.timeout(SHOWN_WITHIN):
                while self._tops[conversation] < seq:
                    self._changed[conversation].clear()
                    await self._changed[conversation].wait()
        except TimeoutError:
            return False
        return True

    def forget(self, conversation: str) -> None:
        self._tops.pop(conversation, None)
        self._changed.pop(conversation, None)


class Speaker:
    """Somebody who says lines on a connection and is shown what the others say."""

    def __init__(self, line: Line, shown: Shown) -> None:
        self.line = line
        self._shown = shown

    async def say(self, text: str, conversation: str | None) -> Frame:
        data = {"client_id": str(uuid.uuid4()), "text": text}
        return await self.line.request("message.create", data, conversation)

    async def is_shown(self, conversation: str, seq: int) -> bool:
        """Wait until `seq` was pushed, else ask for it; tell whether it was pushed."""
        if await self._shown.wait(conversation, seq):
            return True
        answer = await self.line.request("resume", {"conversations": {conversation: seq - 1}})
        top = answer["conversations"][conversation]["top"]
        if top < seq:
            raise LookupError(f"seq {seq} was acknowledged, resume says top {top}")
        return False


async def visitor_arrives(http: httpx.AsyncClient, site: Site, dialogue: Dialogue) -> Speaker:
    """Start a session as the widget on the brand's shop page does, and connect with its token."""
    page = {"url": f"{site.origin}/demo/", "title": dialogue.topic}
    answer = await http.post(
        "/api/v1/visitor/sessions",
        headers={"Host": site.authority, "Origin": site.origin},
        json={"key": site.public_key, "locale": dialogue.locale, "page": page},
    )
    answer.raise_for_status()
    shown = Shown()

    def on_event(frame: Frame) -> None:
        if "seq" in frame and "conversation" in frame:
            shown.note(frame["conversation"], frame["seq"])

    return Speaker(await open_line(site, "visitor", on_event=on_event, token=answer.json()["token"]), shown)


class Desk:
    """The agents of one brand, signed in through the page, on `lines` connections in turn."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.shown = Shown()
        self.agents: list[Speaker] = []

    async def open(self, http_address: str, lines: int) -> None:
        cookies = [await sign_in(http_address, self.site, login) for login in self.site.logins[:lines]]
        for number in range(lines):
            cookie = cookies[number % len(cookies)]
            line = await open_line(self.site, "agent", on_event=self._on_event, cookie=cookie)
            self.agents.append(Speaker(line, self.shown))

    def agent_for(self, dialogue: Dialogue) -> Speaker:
        return self.agents[dialogue.number % len(self.agents)]

    async def close(self) -> None:
        for agent in self.agents:
            await agent.line.close()

    def _on_event(self, frame: Frame) -> None:
        if frame["type"] == "conversation.updated":
            for row in frame["data"]["rows"]:
                self.shown.note(row["id"], row["top"])


async def sign_in(http_address: str, site: Site, login: Login) -> str:
    """Fill in the sign-in page as a person would; return the session's cookie header."""
    headers = {"Host": site.authority, "Origin": site.origin, "Referer": f"{site.origin}/account/sign-in"}
    async with httpx.AsyncClient(base_url=http_address, headers=headers, timeout=30) as browser:
        page = await browser.get("/account/sign-in")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        form = {"email": login.email, "password": login.password, "csrfmiddlewaretoken": token[1] if token else ""}
        answer = await browser.post("/account/sign-in", data=form)
        session = next((cookie.value for cookie in browser.cookies.jar if cookie.name == "kefu_session"), None)
        if answer.status_code != 302 or not session:
            raise PermissionError(f"{login.email} cannot sign in at {site.host}: {answer.status_code}")
        return f"kefu_session={session}"
