"""Sockets of the storm: every frame is looked at before anything else happens with it."""

import re

import httpx

from kefu_project.replay.line import Line, LineLost, open_line
from tests.storm.side import Colleague, Guest, Side
from tests.storm.watch import Watch


async def connect(side: Side, watch: Watch, kind: str, *, token: str = "", cookie: str = "") -> Line:
    def look(text: str) -> None:
        watch.scan(side.slug, f"{kind} socket", text.encode())

    return await open_line(side.site, kind, on_event=lambda _frame: None, on_text=look, token=token, cookie=cookie)


async def line_of_guest(side: Side, watch: Watch, guest: Guest) -> Line:
    """The guest's socket, opened when it is first wanted and again when it was lost."""
    if guest.line is None or guest.line.is_over:
        guest.line = await connect(side, watch, "visitor", token=guest.token)
    return guest.line


async def line_of_colleague(side: Side, watch: Watch, colleague: Colleague) -> Line:
    if colleague.line is None or colleague.line.is_over:
        colleague.line = await connect(side, watch, "agent", cookie=colleague.cookie)
    return colleague.line


async def handshake(side: Side, kind: str, *, token: str = "", cookie: str = "") -> str:
    """Say how the server answers a connection with these credentials: `hello`, or why not."""
    try:
        line = await open_line(side.site, kind, on_event=lambda _frame: None, token=token, cookie=cookie)
    except LineLost as lost:
        return str(lost)
    await line.close()
    return "hello"


async def sign_in(http: httpx.AsyncClient, side: Side, email: str, password: str) -> Colleague:
    """Through the real page."""
    headers = {"Host": side.site.authority, "Origin": side.site.origin}
    page = await http.get("/account/sign-in", headers=headers)
    csrf = page.cookies.get("kefu_csrf") or _cookie(page, "kefu_csrf")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    form = {"email": email, "password": password, "csrfmiddlewaretoken": token[1] if token else csrf}
    answer = await http.post("/account/sign-in", headers=headers | {"Cookie": f"kefu_csrf={csrf}"}, data=form)
    assert answer.status_code == 302, f"sign-in at {side.slug}: {answer.status_code}"
    csrf = _cookie(answer, "kefu_csrf") or csrf
    return Colleague(f"kefu_session={_cookie(answer, 'kefu_session')}; kefu_csrf={csrf}", csrf)


def _cookie(answer: httpx.Response, name: str) -> str:
    found = [
        value for key, value in answer.headers.multi_items() if key == "set-cookie" and value.startswith(f"{name}=")
    ]
    return found[-1].split(";")[0].split("=", 1)[1] if found else ""
