"""Deadlines at once: hears that somebody asked or answered (kefu_project/asgi.py registers it)."""

import logging
from uuid import UUID

from django.utils import timezone

from agents.gathering import Gatherer
from agents.sla.keep import keep_promises
from agents.sla.plain import keep_plain
from agents.sla.rules import read_rules
from agents.sla.sweep import need_it
from chat.nudges import Grown, nudge_with

logger = logging.getLogger(__name__)

GATHER_SECONDS = 0.3
ASKED, REPLIED, CHANGED = "asked", "replied", "changed"
BY_AUTHOR = {"visitor": ASKED, "agent": REPLIED}
CHANGING = frozenset(
    f"conversation.{verb}"
    for verb in ("created", "reopened", "closed", "transferred", "snoozed", "woken", "left_message")
)


def keep_promises_with_nudges() -> None:
    nudge_with(hear)


def hear(grown: Grown) -> None:
    if grown.event == "message.created":
        heard = BY_AUTHOR.get(grown.author_kind)
        if heard == ASKED and grown.is_promised:
            return
    else:
        heard = CHANGED if grown.event in CHANGING else None
    if heard is not None:
        _gatherer.add(grown.tenant, grown.conversation_id, heard)


def keep_heard(heard: dict[UUID, set[str]]) -> None:
    """Keep the promises of the current brand's conversations of which something was heard."""
    rules, now = read_rules(), timezone.now()
    by_kind = {kind: [pk for pk, kinds in heard.items() if kind in kinds] for kind in (ASKED, REPLIED, CHANGED)}
    wanted = {*by_kind[CHANGED], *need_it(rules, asked=by_kind[ASKED], replied=by_kind[REPLIED])}
    for conversation_id in wanted - keep_plain(wanted, now, rules):
        try:
            keep_promises(conversation_id, now, rules)
        except Exception:
            logger.exception("promises not kept; the sweep tries again", extra={"conversation": str(conversation_id)})


_gatherer = Gatherer(keep_heard, GATHER_SECONDS)
