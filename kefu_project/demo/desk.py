"""What the demo's desks are furnished with: hours, promises, tags, canned replies, macros, a rule, shared views.

All of it goes through the checks and verbs that the admin pages go through.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.actions import check_actions
from agents.automation.rules import save_rule
from agents.calendars.checks import check_week_spans, check_zone
from agents.canned import check_texts
from agents.inbox.saved import save_view
from agents.models import Agent, AutomationRule, Calendar, CannedReply, Macro, Queue, SlaPolicy
from chat.models import Tag
from chat.tags import create_tag
from tenants.models import Tenant

Words = tuple[str, str]


@dataclass(frozen=True)
class Canned:
    shortcut: str
    title: Words
    en: str
    zh: str
    queue: str = ""


TAGS: dict[str, tuple[Words, str]] = {
    "delivery": (("Delivery", "物流"), "#2563eb"),
    "refund": (("Refund", "退款"), "#d97706"),
    "product": (("Product question", "商品咨询"), "#0f766e"),
    "defect": (("Defect", "质量问题"), "#dc2626"),
    "praise": (("Praise", "好评"), "#7c3aed"),
}
CANNED = (
    Canned(
        "hello",
        ("Greeting", "问候"),
        "Hi {{visitor.name|there}}, this is {{agent.name}} from {{brand.name}}. How can I help?",
        "您好 {{visitor.name|}}，我是 {{brand.name}} 的 {{agent.name}}，请问有什么可以帮您？",
    ),
    Canned(
        "moment",
        ("Let me check", "稍等"),
        "Let me look that up, one moment please.",
        "我马上为您查询，请稍等片刻。",
    ),
    Canned(
        "where",
        ("Where is my parcel", "物流进度"),
        "Could you tell me the order number? It begins with A- and stands in the confirmation mail.",
        "请提供一下订单号，确认邮件里以 A- 开头的那一串。",
    ),
    Canned(
        "return",
        ("How to return", "退货步骤"),
        "You can return anything within 30 days. I am sending a label to your e-mail address; the refund comes within "
        "five days after the parcel arrived.",
        "30 天内都可以退货。退货面单会发到您的邮箱，收到包裹后五天内退款。",
        queue="Returns",
    ),
    Canned(
        "thanks",
        ("Goodbye", "结束语"),
        "Thank you {{visitor.name|}} for writing to us. Have a good day!",
        "{{visitor.name|您好}}，感谢您的咨询，祝您生活愉快！",
    ),
)


def furnish_desk(locale: str, queues: Mapping[str, Queue], agents: Sequence[Agent], now: datetime) -> dict[str, Tag]:
    """Furnish the current brand's desk and return its tags by their keys; the first of `agents` is its admin."""
    at = 1 if locale == Tenant.Locale.CHINESE else 0
    tags = {key: create_tag(name=name[at], colour=colour, now=now) for key, (name, colour) in TAGS.items()}
    _create_promises(at, queues, now)
    canned = {one.shortcut: _create_canned(one, at, queues) for one in CANNED}
    _create_macros(at, tags, canned)
    _create_views(at, tags, agents[0])
    return tags


def create_rules(locale: str, queues: Mapping[str, Queue], tags: Mapping[str, Tag], now: datetime) -> None:
    """Last: a rule looks at what happens from now on."""
    at = 1 if locale == Tenant.Locale.CHINESE else 0
    name = ("Refunds go to returns", "退款转到退换货")[at]
    value = "refund, money back, 退款, 退钱"
    conditions = [{"field": "message.text", "is": "words", "value": value}]
    actions = [
        {"do": "tag.add", "tag": str(tags["refund"].pk)},
        {"do": "queue.set", "queue": str(queues["Returns"].pk)},
    ]
    save_rule(AutomationRule(name=name, event="message.created", conditions=conditions, actions=actions), now)


def _create_promises(at: int, queues: Mapping[str, Queue], now: datetime) -> None:
    """Orders is always open, so that the demo answers at any hour; its promises count the hours of the office."""
    zone = ("Europe/Berlin", "Asia/Shanghai")[at]
    spans = [{"day": day, "start": "09:00", "end": "18:00"} for day in range(5)]
    spans.append({"day": 5, "start": "10:00", "end": "14:00"})
    check_zone(zone)
    check_week_spans(spans)
    name = ("Office hours", "工作时间")[at]
    calendar = Calendar.objects.create(name=name, time_zone=zone, spans=spans, created_at=now)
    policy = SlaPolicy.objects.create(
        name=("Standard", "标准")[at], calendar=calendar, first_minutes=5, next_minutes=10, resolution_minutes=480
    )
    Queue.objects.filter(pk=queues["Returns"].pk).update(sla=policy, max_waiting_count=20)


def _create_canned(one: Canned, at: int, queues: Mapping[str, Queue]) -> CannedReply:
    texts = check_texts({"en": one.en, "zh-hans": one.zh})
    queue = queues.get(one.queue)
    return CannedReply.objects.create(shortcut=one.shortcut, title=one.title[at], texts=texts, queue=queue)


def _create_macros(at: int, tags: Mapping[str, Tag], canned: Mapping[str, CannedReply]) -> None:
    farewell: list[dict[str, Any]] = [
        {"do": "reply.send", "canned": str(canned["thanks"].pk)},
        {"do": "conversation.close"},
    ]
    defect: list[dict[str, Any]] = [
        {"do": "tag.add", "tag": str(tags["defect"].pk)},
        {"do": "priority.set", "priority": 3},
        {
            "do": "note.add",
            "text": ("Defect: ask for a photo and the serial number.", "质量问题：请索要照片和序列号。")[at],
        },
    ]
    later: list[dict[str, Any]] = [{"do": "agent.assign", "agent": "me"}, {"do": "snooze.set", "minutes": 120}]
    named = (
        (("Thank and close", "感谢并结束"), "t", farewell),
        (("Handle a defect", "处理质量问题"), "d", defect),
        (("Mine, in two hours", "归我，两小时后提醒"), "", later),
    )
    for position, (name, key, actions) in enumerate(named):
        checked = check_actions(actions, has_agent=True)
        Macro.objects.create(name=name[at], key=key, actions=checked, position=position)


def _create_views(at: int, tags: Mapping[str, Tag], admin: Agent) -> None:
    named: tuple[tuple[Words, dict[str, Any]], ...] = (
        (("Urgent", "紧急"), {"priority": [3, 4]}),
        (("Chinese", "中文会话"), {"language": ["zh-hans"]}),
        (("Refunds", "退款"), {"tag": [str(tags["refund"].pk)], "status": ["waiting", "assigned", "closed"]}),
    )
    for name, filters in named:
        save_view(admin, name=name[at], filters=filters, is_shared=True)
