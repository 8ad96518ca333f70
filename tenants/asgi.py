"""The brand of a connection or poll: found from the Host before anything else of ours runs."""

from typing import Any

from django.db import DatabaseError

from tenants.context import ContextOverloaded
from tenants.hosts import UnknownHost, find_tenant_async

Scope = dict[str, Any]


class BrandScope:
    """Puts `tenant` into the scope, None at the installation's own hosts; refuses a host that is not known.

    Where that cannot be found out, `outage` is the reason: the application raises it, and answers as it answers such.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        scope["tenant"], scope["outage"] = None, None
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        try:
            if len(hosts) != 1:
                raise UnknownHost
            scope["tenant"] = await find_tenant_async(hosts[0].decode("ascii"))
        except (UnknownHost, UnicodeDecodeError):
            await refuse(scope, receive, send)
            return
        except (DatabaseError, ContextOverloaded) as outage:
            scope["outage"] = outage
        await self.app(scope, receive, send)


async def refuse(scope: Scope, receive: Any, send: Any) -> None:
    """Answer as for a page that does not exist."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 4404})
        return
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"10")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": b"Not found\n"})
