"""The brand of a socket: found from the Host before any consumer runs."""

from typing import Any

from tenants.hosts import UnknownHost, find_tenant_async

Scope = dict[str, Any]


class BrandSocketMiddleware:
    """Puts `tenant` into the scope; a host that is not a brand's is refused before the handshake."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        tenant = await self._tenant(scope)
        if tenant is None:
            await receive()
            await send({"type": "websocket.close", "code": 4404})
            return
        scope["tenant"] = tenant
        await self.app(scope, receive, send)

    async def _tenant(self, scope: Scope) -> Any:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1:
            return None
        try:
            return await find_tenant_async(hosts[0].decode("ascii"))
        except (UnknownHost, UnicodeDecodeError):
            return None
