"""Conversations that the demo's brands have had already, so that the first look shows how the console is used.

They go through the same verb functions as real ones, each step at its own time in the past.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jwt

from agents.assignments import take_conversation
from agents.authors import author_of
from agents.models import Agent
from chat.conversations import close_conversation, mark_read
from chat.marks import set_priority, snooze_conversation, tag_conversation
from chat.messages import MessageDraft, post_message, post_note, post_visitor_message
from chat.models import Conversation, Tag, Visitor, Widget
from chat.page_trail import View, note_page_views
from chat.ratings import rate_conversation
from chat.visitor_notes import add_note
from chat.visitors import identify_visitor, start_session
from tenants.ids import new_id

_KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
DEVICES = {
    "mac": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_KIT} Chrome/131.0.0.0 Safari/537.36",
    "windows": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    "linux": "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "iphone": "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/17.5 Mobile/15E148 Safari/604.1",
    "wechat": "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.42",
    "android": f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_KIT} Chrome/131.0.0.0 Mobile Safari/537.36",
}


@dataclass(frozen=True)
class Talk:
    """One conversation. `lines` are (who, minutes after the one before, text); who is V, A (agent) or N (note)."""

    visitor: str
    email: str
    minutes_ago: int
    lines: Sequence[tuple[str, float, str]]
    agent: int | None = None
    is_closed: bool = False
    locale: str = "en"
    page: tuple[str, str] = ("/", "Shop")
    external_id: str = ""
    attributes: dict[str, str | int] = field(default_factory=dict)
    # What the desk made of it: keys of the brand's tags, the visitor's rating and words, a note about the person.
    tags: tuple[str, ...] = ()
    rating: int = 0
    comment: str = ""
    person_note: str = ""
    priority: int = 0
    snoozed_minutes: int = 0
    phone: str = ""
    # Pages before the last one, oldest first.
    trail: tuple[tuple[str, str], ...] = ()
    device: str = "mac"


ACME_TALKS = (
    Talk(
        "Nora Lindqvist",
        "nora@mail.example",
        2905,
        [
            ("V", 0, "Hello, is the Ridge 2 tent free-standing? I mostly camp on rock."),
            (
                "A",
                2,
                "Hi Nora! Yes: two poles cross at the top, so it stands without pegs. On rock, take the guy-line set.",
            ),
            ("V", 1, "Perfect. Does the guy-line set fit the older Ridge too?"),
            ("A", 3, "It does, same loops since 2022: https://acme.example/ridge-guy-lines"),
            ("V", 1, "Ordered both. Thank you!"),
            ("A", 1, "Enjoy the trip 🏕️"),
        ],
        agent=0,
        is_closed=True,
        page=("/tents/ridge-2", "Ridge 2 tent"),
        tags=("product",),
        rating=5,
        comment="Fast, and knows tents.",
        trail=(("/", "Acme Outdoor"), ("/tents", "Tents")),
    ),
    Talk(
        "王磊",
        "wanglei@mail.example",
        1530,
        [
            ("V", 0, "你好，订单 A-20418 显示已签收，但我没有收到包裹。"),
            ("A", 3, "您好王先生，我马上查一下物流。"),
            ("N", 1, "Carrier says it was left with the neighbour at 14:20, door 3."),
            ("A", 2, "快递员把包裹放在 3 号门的邻居那里了，今天 14:20。方便去问一下吗？"),
            ("V", 12, "拿到了，谢谢！"),
        ],
        agent=2,
        is_closed=True,
        locale="zh-hans",
        page=("/account/orders/A-20418", "Order A-20418"),
        tags=("delivery",),
        rating=4,
        device="wechat",
    ),
    Talk(
        "Tomás Herrera",
        "tomas@mail.example",
        46,
        [
            ("V", 0, "Hi, the zip of my Drift jacket broke after three weeks. Can I send it back?"),
            ("A", 4, "Sorry about that, Tomás. Of course: that is covered. Do you still have the order number?"),
            ("V", 3, "A-21877"),
            ("N", 1, "Second Drift zip this month: tell the product team."),
            ("A", 2, "Found it. I can send a new jacket today and a label for the old one. Same size M?"),
            ("V", 5, "Yes please, M in moss green if you have it."),
        ],
        agent=0,
        external_id="customer-3112",
        page=("/returns", "Returns"),
        attributes={"plan": "Club", "orders": 7},
        tags=("defect", "refund"),
        priority=3,
        person_note="Guides tours in the Pyrenees: wears his gear out faster than others. Likes a quick word.",
        trail=(("/", "Acme Outdoor"), ("/jackets/drift", "Drift jacket"), ("/account/orders/A-21877", "Order A-21877")),
        device="iphone",
    ),
    Talk(
        "Ines Duarte",
        "ines@mail.example",
        21,
        [
            ("V", 0, "Do you ship to the Azores?"),
            ("A", 3, "We do, 5 to 7 days, €12 flat. Would you like me to check an item for you?"),
            ("V", 9, "The Basecamp stove. Gas canisters too?"),
        ],
        agent=1,
        page=("/stoves/basecamp", "Basecamp stove"),
        tags=("delivery",),
        phone="+351 21 555 0100",
        trail=(("/", "Acme Outdoor"), ("/stoves", "Stoves")),
        device="windows",
    ),
    Talk(
        "",
        "",
        8,
        [
            ("V", 0, "hey, my discount code SPRING does not work"),
            ("V", 1, "it says “not valid for this basket”"),
        ],
        page=("/basket", "Your basket"),
        trail=(("/sale", "Spring sale"), ("/boots/scree-gtx", "Scree GTX boots")),
        device="android",
    ),
    Talk(
        "Fatima El Amrani",
        "fatima@mail.example",
        64,
        [
            ("V", 0, "My refund for A-21502 has not arrived yet, it has been eight days."),
            ("A", 3, "Hello Fatima, I see it: our bank sent it back because of a typing mistake in the IBAN."),
            ("A", 1, "Could you send me the IBAN again? I will start the transfer at once."),
            ("V", 6, "Oh no. I will look it up and write later today."),
        ],
        agent=2,
        page=("/account/orders/A-21502", "Order A-21502"),
        tags=("refund",),
        snoozed_minutes=180,
        phone="+212 5 22 55 01 00",
        device="linux",
    ),
    Talk(
        "Oliver Bergström",
        "oliver.bergstrom@mail.example",
        33,
        [
            ("V", 0, "Which of the two sleeping bags is warmer, Fjell 900 or Fjell 700 W? I feel the cold easily."),
            ("A", 2, "The 900: comfort down to −12 °C, the 700 W to −6 °C. Are you going in winter?"),
            ("V", 4, "Yes, February, Sarek national park."),
        ],
        agent=1,
        page=("/sleeping-bags/fjell-900", "Fjell 900"),
        tags=("product",),
        trail=(("/sleeping-bags", "Sleeping bags"), ("/sleeping-bags/fjell-700-w", "Fjell 700 W")),
    ),
    Talk(
        "陈思远",
        "chensy@mail.example",
        18,
        [
            ("V", 0, "您好，登山鞋穿了两次鞋底就开胶了，可以换吗？"),
            ("A", 2, "非常抱歉！可以的，请拍一张鞋底照片发给我。"),
            ("V", 3, "好的，我晚点到家拍给您。"),
        ],
        agent=2,
        locale="zh-hans",
        page=("/returns", "退换货"),
        tags=("defect",),
        device="wechat",
    ),
    Talk(
        "赵敏",
        "zhaomin@mail.example",
        4,
        [("V", 0, "请问 Ridge 2 帐篷现在有现货吗？周五之前能送到上海吗？")],
        locale="zh-hans",
        page=("/tents/ridge-2", "Ridge 2 帐篷"),
    ),
)

GLOBEX_TALKS = (
    Talk(
        "刘洋", "liuyang@mail.example", 2660,
        [
            ("V", 0, "订阅可以从每两周改成每月吗？"),
            ("A", 2, "可以的。我已经为您改成每月 5 号发货，下一次是下月 5 号。"),
            ("V", 1, "太好了，谢谢"),
        ],
        agent=0, is_closed=True, locale="zh-hans", page=("/subscription", "我的订阅"),
        tags=("product",), rating=5, comment="回复很快，态度也好。", device="wechat",
    ),
    Talk(
        "Marek Novák", "marek@mail.example", 1410,
        [
            ("V", 0, "Which grind setting for a moka pot on the G40?"),
            ("A", 5, "Start at 9 and go one finer if it tastes thin. The manual has a table on page 12."),
            ("V", 2, "9 is spot on. Cheers!"),
        ],
        agent=1, is_closed=True, page=("/grinders/g40", "Grinder G40"),
        tags=("product", "praise"), rating=5, trail=(("/grinders", "Grinders"),), device="linux",
    ),
    Talk(
        "孙婷", "sunting@mail.example", 34,
        [
            ("V", 0, "磨豆机开机没反应，灯也不亮。"),
            ("A", 3, "您好，请先看一下豆仓有没有卡到位，没有扣紧时不会通电。"),
            ("V", 6, "扣紧了还是不行。"),
            ("N", 1, "序列号 24 开头：开关松动的那一批。"),
            ("A", 2, "明白了，我们直接给您换新。请问收货地址还是原来那个吗？"),
        ],
        agent=0, locale="zh-hans", external_id="customer-208",
        page=("/support", "售后支持"), attributes={"plan": "Monthly"}, tags=("defect",), priority=3,
        person_note="开咖啡馆的老客户，机器坏一天都影响生意，请优先处理。", device="iphone",
    ),
    Talk(
        "Priya Nair", "priya@mail.example", 12,
        [
            ("V", 0, "My Kenya beans arrived roasted three weeks ago, I expected fresher."),
            ("A", 4, "You are right to, Priya: that bag should not have gone out. I am sending one of today's roast."),
            ("V", 2, "Wow, thanks. Do I send the old one back?"),
        ],
        agent=1, page=("/beans/kenya-aa", "Kenya AA"), tags=("refund",), trail=(("/beans", "Beans"),), device="android",
    ),
    Talk(
        "周航", "", 5,
        [("V", 0, "在吗？想问下会员生日礼怎么领")],
        locale="zh-hans", page=("/members", "会员中心"),
    ),
    Talk(
        "", "", 2,
        [("V", 0, "Hi, do you have decaf beans that are not sour?")],
        page=("/beans", "Beans"),
    ),
)  # fmt: skip

TALKS = {"acme": ACME_TALKS, "globex": GLOBEX_TALKS}


def create_talks(slug: str, widget: Widget, agents: Sequence[Agent], tags: Mapping[str, Tag], now: datetime) -> None:
    """Fill the current brand with the talks written for it."""
    for talk in TALKS.get(slug, ()):
        create_talk(talk, slug, widget, agents, tags, now)


def create_talk(
    talk: Talk, slug: str, widget: Widget, agents: Sequence[Agent], tags: Mapping[str, Tag], now: datetime
) -> None:
    at = now - timedelta(minutes=talk.minutes_ago)
    visitor = _create_visitor(talk, slug, widget, now=at, real_now=now)
    conversation: Conversation | None = None
    for who, pause, text in talk.lines:
        at += timedelta(minutes=pause)
        draft = MessageDraft(new_id(), text=text)
        if who == "V":
            posted = post_visitor_message(visitor, conversation_id=None, widget=widget, draft=draft, now=at)
            conversation = Conversation.objects.select_related("visitor").get(pk=posted.message.conversation_id)
            continue
        assert conversation is not None and talk.agent is not None, "a visitor speaks first, an agent is named"
        agent = agents[talk.agent]
        take_conversation(conversation.pk, agent=agent, now=at)
        post = post_message if who == "A" else post_note
        post(conversation.pk, author=author_of(agent), draft=draft, now=at)
    if conversation is not None:
        _mark(talk, conversation, agents[talk.agent or 0], tags, at, now)
    if conversation is not None and talk.agent is not None:
        _finish(talk, conversation, agents[talk.agent], at)
    if talk.rating and conversation is not None:
        at += timedelta(minutes=3)
        rate_conversation(conversation.pk, visitor=visitor, score=talk.rating, comment=talk.comment, now=at)


def _create_visitor(talk: Talk, slug: str, widget: Widget, *, now: datetime, real_now: datetime) -> Visitor:
    path, title = talk.page
    page = {"url": f"http://{slug}.localhost{path}", "title": title, "referrer": ""}
    session = start_session(
        widget, locale=talk.locale, attributes=talk.attributes, user_agent=DEVICES[talk.device], now=now
    )
    _walk(session.visitor, slug, [*talk.trail, talk.page], now)
    session = start_session(widget, token=session.token, page=page, now=now)
    if talk.external_id:
        claims = {"sub": talk.external_id, "name": talk.visitor, "email": talk.email}
        times = {"iat": int(real_now.timestamp()), "exp": int(real_now.timestamp()) + 600}
        token = jwt.encode(claims | times, widget.identity_secret, "HS256", headers={"kid": str(widget.pk)})
        return identify_visitor(session.visitor, widget, identity=token, now=real_now).visitor
    if talk.visitor or talk.email:
        return identify_visitor(
            session.visitor,
            widget,
            name=talk.visitor or None,
            email=talk.email or None,
            phone=talk.phone or None,
            now=now,
        ).visitor
    return session.visitor


def _walk(visitor: Visitor, slug: str, pages: Sequence[tuple[str, str]], now: datetime) -> None:
    """The visitor looked at the pages, one in two minutes, the last one now."""
    first = now - timedelta(minutes=2 * (len(pages) - 1))
    for number, (path, title) in enumerate(pages):
        at = first + timedelta(minutes=2 * number)
        note_page_views(visitor.pk, [View(f"http://{slug}.localhost{path}", title)], at)


def _mark(
    talk: Talk, conversation: Conversation, agent: Agent, tags: Mapping[str, Tag], at: datetime, now: datetime
) -> None:
    author = author_of(agent)
    if talk.tags:
        tag_conversation(conversation.pk, add=[tags[key].pk for key in talk.tags], by=author, now=at)
    if talk.priority:
        set_priority(conversation.pk, talk.priority, by=author, now=at)
    if talk.snoozed_minutes:
        until = now + timedelta(minutes=talk.snoozed_minutes)
        snooze_conversation(conversation.pk, until, by=author, now=at)
    if talk.person_note:
        add_note(conversation.visitor_id, author=author, text=talk.person_note, now=at)


def _finish(talk: Talk, conversation: Conversation, agent: Agent, at: datetime) -> None:
    conversation.refresh_from_db()
    mark_read(conversation.pk, reader="visitor", seq=conversation.last_seq, now=at)
    if talk.is_closed:
        mark_read(conversation.pk, reader="agent", seq=conversation.last_seq, now=at)
        close_conversation(conversation.pk, by=author_of(agent), reason="agent", now=at + timedelta(minutes=2))
