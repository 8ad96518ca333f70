"""A week of short talks that are over, so that reports and former conversations have something to show.

Who asks what and when is drawn from a fixed seed: every demo has the same week.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from agents.models import Agent
from chat.models import Tag, Widget
from kefu_project.demo.talks import DEVICES, Talk, create_talk

DAYS = 7
TALKS_A_DAY = (3, 4)
SEED = 20260105

# (tags, page, question, answer, thanks), English and Chinese.
English = tuple[tuple[str, ...], tuple[str, str], str, str, str]
IN_ENGLISH: tuple[English, ...] = (
    (("delivery",), ("/account/orders", "Your orders"), "Where is my parcel?", "It left us this morning.", "Thanks!"),
    (("delivery",), ("/help/delivery", "Delivery"), "Do you deliver on Saturdays?", "In cities, yes.", "Great."),
    (("refund",), ("/returns", "Returns"), "How do I send this back?", "Use the label in the parcel.", "Easy, thanks."),
    (("product",), ("/sale", "Sale"), "Is the sale price still valid?", "Until Sunday night.", "Then I will order."),
    (("product",), ("/help/sizes", "Sizes"), "Does it run small?", "A little: take one size up.", "Will do."),
    (("defect",), ("/help/repair", "Repairs"), "The buckle broke.", "We send a new one for free.", "That is kind!"),
)
IN_CHINESE: tuple[English, ...] = (
    (("delivery",), ("/account/orders", "我的订单"), "请问什么时候发货？", "今天下午发出。", "好的，谢谢"),
    (("delivery",), ("/help/delivery", "配送说明"), "偏远地区能送吗？", "可以，多两天。", "明白了"),
    (("refund",), ("/returns", "退换货"), "怎么申请退款？", "在订单页点“申请退款”即可。", "找到了，谢谢"),
    (("product",), ("/sale", "优惠活动"), "优惠券可以叠加吗？", "每单可用一张。", "好的"),
    (("product",), ("/help/guide", "选购指南"), "送人选哪一款好？", "礼盒装最受欢迎。", "就买这个"),
    (("defect",), ("/help/repair", "售后"), "收到的包装破了。", "抱歉，马上为您补发。", "服务真好"),
)
ENGLISH_NAMES = (
    "Jonas Weber",
    "Amelia Clarke",
    "Luca Moretti",
    "Zoë van Dijk",
    "Daniel Osei",
    "Hana Kim",
    "Sofia Reyes",
)
CHINESE_NAMES = ("张伟", "李娜", "刘强", "杨雪", "黄磊", "周敏", "吴昊")
COMMENTS = {5: ("", "Quick and friendly.", "很满意"), 4: ("", "Good."), 3: ("",), 2: ("Took a while.",)}


def create_week(slug: str, widget: Widget, agents: Sequence[Agent], tags: Mapping[str, Tag], now: datetime) -> None:
    """Fill the current brand's last week."""
    chance = random.Random(f"{SEED}-{slug}")
    for talk in _talks(chance, len(agents), now):
        create_talk(talk, slug, widget, agents, tags, now)


def _talks(chance: random.Random, agents: int, now: datetime) -> Sequence[Talk]:
    """Oldest first; none is so young that it would end in the future."""
    moments = [
        now.replace(hour=chance.choice((8, 9, 10, 10, 11, 13, 14, 14, 15, 16, 19)), minute=chance.randrange(60))
        - timedelta(days=days)
        for days in range(DAYS)
        for _ in range(chance.randint(*TALKS_A_DAY))
    ]
    past = sorted(moment for moment in moments if moment < now - timedelta(hours=2))
    return [_talk(chance, agents, int((now - moment).total_seconds() // 60)) for moment in past]


def _talk(chance: random.Random, agents: int, minutes_ago: int) -> Talk:
    is_chinese = chance.random() < 0.4
    tags, page, question, answer, thanks = chance.choice(IN_CHINESE if is_chinese else IN_ENGLISH)
    name = chance.choice(CHINESE_NAMES if is_chinese else ENGLISH_NAMES)
    rating = chance.choice((0, 0, 5, 5, 5, 4, 4, 3, 2))
    return Talk(
        name,
        "",
        minutes_ago,
        [
            ("V", 0, question),
            ("A", chance.choice((0.5, 1, 1, 2, 3, 6, 12)), answer),
            ("V", chance.choice((1, 2, 4)), thanks),
        ],
        agent=chance.randrange(agents),
        is_closed=True,
        locale="zh-hans" if is_chinese else "en",
        page=page,
        tags=tags,
        rating=rating,
        comment=chance.choice(COMMENTS.get(rating, ("",))),
        device=chance.choice(list(DEVICES)),
    )
