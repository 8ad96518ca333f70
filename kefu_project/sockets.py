"""Addresses of the real-time transports: each participant has a socket, and polls for networks without sockets."""

from typing import Any

from agents.participant import AgentParticipant
from chat.consumers.poll import PollConsumer
from chat.consumers.socket import SocketConsumer
from chat.participants.app import AppParticipant
from chat.participants.participant import Participant
from chat.participants.visitor import VisitorParticipant
from tenants.asgi import BrandScope, refuse

PARTICIPANTS: tuple[type[Participant], ...] = (VisitorParticipant, AgentParticipant, AppParticipant)

_sockets: dict[str, Any] = {f"/ws/v1/{who.kind}": SocketConsumer.as_asgi(speaks_for=who) for who in PARTICIPANTS}
_polls: dict[str, Any] = {
    f"/api/v1/{who.kind}/{name}": BrandScope(PollConsumer(who, method))
    for who in PARTICIPANTS
    for name, method in (("events", "GET"), ("frames", "POST"))
}


async def _socket(scope: Any, receive: Any, send: Any) -> None:
    app = _sockets.get(scope["path"])
    # Only a program's key says which brand is meant; everybody else needs the brand's own address.
    is_without = (
        scope["tenant"] is None and scope["outage"] is None and scope["path"] != f"/ws/v1/{AppParticipant.kind}"
    )
    if app is None or is_without:
        await refuse(scope, receive, send)
    else:
        await app(scope, receive, send)


sockets = BrandScope(_socket)


class WithPolls:
    """ASGI: answers polls, hands everything else on."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        poll = _polls.get(scope["path"])
        await (self.app if poll is None else poll)(scope, receive, send)
