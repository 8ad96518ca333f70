"""What a visitor's and an agent's programs do, for tests: HTTP with cookies, sockets with frames."""

import json
import socket
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_socket

Frame = dict[str, Any]
WAIT_SECONDS = 10.0


@dataclass(frozen=True)
class Server:
    port: int

    def url(self, host: str, path: str = "/") -> str:
        return f"http://{host}:{self.port}{path}"

    def origin(self, host: str) -> str:
        return f"http://{host}:{self.port}"

    def handshake_status(self, path: str, *host_headers: str) -> int:
        """Ask for a WebSocket with these Host headers, letter for letter, and return the HTTP status."""
        lines = [f"GET {path} HTTP/1.1", *(f"Host: {host}" for host in host_headers), "Connection: Upgrade"]
        lines += ["Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
        with socket.create_connection(("127.0.0.1", self.port), WAIT_SECONDS) as raw:
            raw.sendall("\r\n".join([*lines, "Sec-WebSocket-Protocol: kefu.v1.json", "", ""]).encode())
            return int(raw.recv(4096).split(b" ", 2)[1])


class Browser:
    """An HTTP client that keeps cookies and sends Host, Origin and the CSRF header as a browser on that host would."""

    def __init__(self, server: Server, host: str) -> None:
        self.server, self.host = server, host
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{server.port}", timeout=WAIT_SECONDS, follow_redirects=False
        )

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Host": f"{self.host}:{self.server.port}", "Origin": self.server.origin(self.host)}
        if token := self.cookie("kefu_csrf"):
            headers["X-CSRFToken"] = token
        headers |= options.pop("headers", {})
        return self.http.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return self.request("POST", path, **options)

    def cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self.http.cookies.jar if cookie.name == name), "")

    def sign_in(self, email: str, password: str) -> None:
        self.get("/account/sign-in")
        form = {"email": email, "password": password, "csrfmiddlewaretoken": self.cookie("kefu_csrf")}
        answer = self.post("/account/sign-in", data=form)
        assert answer.status_code == 302, f"sign-in of {email} answered {answer.status_code}"

    def close(self) -> None:
        self.http.close()


class SocketClient:
    """A WebSocket that speaks frames. Frames that nobody has asked for yet are kept in `inbox`, in order."""

    def __init__(
        self,
        server: Server,
        kind: str,
        *,
        host: str = "acme.localhost",
        token: str = "",
        session: str = "",
        origin: str | None = "",
    ) -> None:
        self.inbox: list[Frame] = []
        protocols = ["kefu.v1.json", *([f"kefu.token.{token}"] if token else [])]
        self.socket: ClientConnection = open_socket(
            f"ws://{host}:{server.port}/ws/v1/{kind}",
            sock=socket.create_connection(("127.0.0.1", server.port)),
            subprotocols=protocols,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"kefu_session={session}"} if session else {},
            origin=(server.origin(host) if origin == "" else origin),  # type: ignore[arg-type]
            compression=None,
            legacy=True,
        )

    def hello(self) -> Frame:
        return self.expect("hello")

    def send(self, frame_type: str, data: Any = None, *, conversation: Any = None, frame_id: str | None = None) -> str:
        frame_id = frame_id or uuid4().hex[:8]
        frame: Frame = {"type": frame_type, "id": frame_id, "data": {} if data is None else data}
        if conversation is not None:
            frame["conversation"] = str(conversation)
        self.socket.send(json.dumps(frame))
        return frame_id

    def request(self, frame_type: str, data: Any = None, *, conversation: Any = None) -> Frame:
        """Send a command and return the frame that answers it."""
        frame_id = self.send(frame_type, data, conversation=conversation)
        return self.find(lambda frame: frame.get("reply_to") == frame_id)

    def say(self, text: str, *, conversation: Any = None, client_id: str | None = None) -> Frame:
        return self.request(
            "message.create", {"client_id": client_id or str(uuid4()), "text": text}, conversation=conversation
        )

    def expect(self, frame_type: str) -> Frame:
        """Return the next frame of this type, now or within the waiting time."""
        return self.find(lambda frame: frame["type"] == frame_type)

    def find(self, wanted: Any, wait: float = WAIT_SECONDS) -> Frame:
        for index, frame in enumerate(self.inbox):
            if wanted(frame):
                return self.inbox.pop(index)
        deadline = time.monotonic() + wait
        while True:
            frame = json.loads(self.socket.recv(timeout=max(0.001, deadline - time.monotonic())))
            if wanted(frame):
                return frame
            self.inbox.append(frame)

    def drain(self) -> list[Frame]:
        """Return all that has come in before the answer to a ping."""
        pong = self.send("ping")
        self.inbox.append(self.find(lambda frame: frame.get("reply_to") == pong))
        frames, self.inbox = self.inbox, []
        return frames

    def close_code(self, wait: float = WAIT_SECONDS) -> int:
        """Wait until the server closes and return the code."""
        deadline = time.monotonic() + wait
        try:
            while True:
                self.inbox.append(json.loads(self.socket.recv(timeout=max(0.001, deadline - time.monotonic()))))
        except ConnectionClosed as closed:
            assert closed.rcvd is not None
            return closed.rcvd.code

    def close(self) -> None:
        self.socket.close()
