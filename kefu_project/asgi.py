"""ASGI entry: HTTP by Django, sockets by the consumers, each inside the brand of its Host."""

import gc
import os
import warnings
from typing import Any

# Static files and uploads are read from disk in the request's own thread: a few blocks, which is what we want.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")

from django.core.asgi import get_asgi_application

http = get_asgi_application()

from channels.routing import ProtocolTypeRouter

from agents.routing.waking import wake_with_nudges
from agents.sla.waking import keep_promises_with_nudges
from agents.waiting.waking import tell_standings_with_nudges
from chat import fanout, hot
from chat.message_log.writer import writer
from kefu_project.bodies import BodyLimit
from kefu_project.drain import drain_on_sigterm
from kefu_project.sockets import WithPolls, sockets

wake_with_nudges()
keep_promises_with_nudges()
tell_standings_with_nudges()


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Answer the server's start and stop; what waits to be written is written before the process ends."""
    while True:
        event = await receive()
        if event["type"] == "lifespan.startup":
            drain_on_sigterm()
            # What is loaded by now stays: a full collection would look at all of it each time, 60 ms long.
            gc.collect()
            gc.freeze()
        if event["type"] == "lifespan.shutdown":
            await writer().flush()
            await fanout.finish_publishing_here()
            await hot.close()
        await send({"type": f"{event['type']}.complete"})
        if event["type"] == "lifespan.shutdown":
            return


application = ProtocolTypeRouter({"http": BodyLimit(WithPolls(http)), "websocket": sockets, "lifespan": lifespan})
