"""Answers to left messages over a real mail server: once, to whom it was promised, and nothing that was read."""

from datetime import timedelta

import pytest
from django.test import override_settings

from agents.authors import author_of
from chat.authors import SYSTEM
from chat.conversations import close_conversation, mark_read
from chat.corrections import recall_message
from chat.keys import lease_member, leases_key
from chat.left_messages import answers_by_mail
from chat.mailing import due_answers, sweep_answers
from chat.models import Conversation, Message, Visitor, Widget
from chat.redis_clients import redis_client
from kefu_project.cli.checks import Trouble, check_mail
from tenants.context import in_tenant
from tenants.models import Tenant
from tests.threads import run_together

MINUTE = timedelta(minutes=1)


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def test_an_answer_goes_out_once_and_the_log_says_so(postbox, left, answer, now):
    answer("It left today.", now)
    said = answer("It comes tomorrow.", now)
    assert sweep_answers(now + MINUTE) == 1
    assert sweep_answers(now + 2 * MINUTE) == 0
    (mail,) = postbox.mails
    assert (mail["to"], mail["from"]) == ("vera@example.test", "Acme <help@kefu.test>")
    assert mail["subject"] == "Acme answers your message"
    assert mail["message-id"] == f"<{left.pk}.{said.seq}@kefu.test>"
    assert "It left today." in text_of(mail) and "It comes tomorrow." in text_of(mail)
    assert "Where is my tent?" not in mail.as_string()
    row = Message.objects.get(event="conversation.mailed")
    assert (row.body["to"], row.body["upto"], row.body["refused"]) == ("vera@example.test", said.seq, False)
    assert row.visibility == Message.Visibility.NOTE
    assert Conversation.objects.get().active_at == now


def test_what_may_just_be_added_to_waits_a_minute(postbox, left, answer, now):
    answer("It left", now)
    answer("today.", now + timedelta(seconds=50))
    assert sweep_answers(now + MINUTE) == 0
    assert sweep_answers(now + timedelta(seconds=110)) == 1


def test_a_later_answer_is_a_mail_of_its_own_in_the_same_thread(postbox, left, answer, now):
    answer("It left today.", now)
    sweep_answers(now + MINUTE)
    answer("It has arrived.", now + 5 * MINUTE)
    assert sweep_answers(now + 6 * MINUTE) == 1
    first, second = postbox.mails
    assert "It left today." not in text_of(second)
    assert first["references"] == second["references"] and first["message-id"] != second["message-id"]


def test_closing_it_right_after_the_answer_takes_nothing_away(postbox, left, answer, now):
    answer("It left today.", now)
    close_conversation(left.pk, by=SYSTEM, reason="agent", now=now)
    assert sweep_answers(now + MINUTE) == 1


def test_what_the_visitor_has_read_or_sees_now_is_not_mailed(postbox, left, answer, vera, acme, now):
    said = answer("It left today.", now)
    redis_client().zadd(leases_key(acme), {lease_member("visitor", vera.pk, "c1"): (now + 2 * MINUTE).timestamp()})
    assert sweep_answers(now + MINUTE) == 0
    mark_read(left.pk, reader="visitor", seq=said.seq, now=now)
    assert sweep_answers(now + 9 * MINUTE) == 0


def test_what_was_taken_back_is_not_mailed(postbox, left, answer, alice, now):
    said = answer("The secret is 1234.", now)
    recall_message(left.pk, said.pk, author=author_of(alice), now=now)
    assert sweep_answers(now + MINUTE) == 0 and not postbox.mails


def test_a_talk_that_was_never_left_is_not_mailed(postbox, left, answer, now):
    answer("It left today.", now)
    Conversation.objects.update(left_message=False)
    assert sweep_answers(now + MINUTE) == 0


def test_in_the_visitors_language_with_the_brands_own_sender(postbox, left, answer, vera, acme, now):
    Visitor.objects.filter(pk=vera.pk).update(locale="zh-hans")
    answer("已发货", now)
    acme.mail_from = "hello@acme.test"
    try:
        sweep_answers(now + MINUTE)
    finally:
        acme.mail_from = ""
    (mail,) = postbox.mails
    assert (mail["subject"], mail["from"]) == ("Acme 回复了您的留言", "Acme <hello@acme.test>")
    assert "请勿直接回复此邮件" in text_of(mail)


def test_hostile_text_stays_text(postbox, left, answer, now):
    answer("<script>alert(1)</script>", now)
    sweep_answers(now + MINUTE)
    html = postbox.mails[0].get_body(("html",)).get_content()
    assert "&lt;script&gt;" in html and "<script>" not in html


@pytest.fixture
def named(acme, acme_widget):
    """Acme's widget, whose origins are as before when the test ends."""
    before = acme_widget.allowed_origins
    yield acme_widget
    with in_tenant(acme):
        Widget.objects.filter(pk=acme_widget.pk).update(allowed_origins=before)


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("https://shop.example/tents?session=1#top", "https://shop.example/tents"),
        ("http://acme.localhost:8000/help", "http://acme.localhost:8000/help"),
        ("http://globex.localhost/help", ""),
        ("https://evil.example/login", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_only_a_page_of_the_brand_is_linked(postbox, left, answer, vera, named, now, page, link):
    Visitor.objects.filter(pk=vera.pk).update(page_url=page)
    named.allowed_origins = ["*", "https://shop.example"]
    named.save(update_fields=["allowed_origins"])
    Conversation.objects.update(widget=named)
    answer("It left today.", now)
    sweep_answers(now + MINUTE)
    text = text_of(postbox.mails[0])
    assert f"open the chat again: {link}\n" in text if link else "://" not in text


def test_a_refused_address_is_noted_and_not_asked_again(postbox, left, answer, now):
    postbox.answers["vera@example.test"] = "550 no such person"
    answer("It left today.", now)
    assert sweep_answers(now + MINUTE) == 0
    assert Message.objects.get(event="conversation.mailed").body["refused"] is True
    assert not due_answers(now + 9 * MINUTE).exists()


def test_a_refused_mail_is_noted_and_not_sent_again(postbox, left, answer, now):
    postbox.to_data = "554 this looks like spam"
    answer("It left today.", now)
    assert sweep_answers(now + MINUTE) == 0
    assert Message.objects.get(event="conversation.mailed").body["refused"] is True
    assert sweep_answers(now + 2 * MINUTE) == 0 and len(postbox.mails) == 1


def test_a_mail_that_is_put_off_is_sent_again(postbox, left, answer, now):
    postbox.to_data = "451 try later"
    answer("It left today.", now)
    assert sweep_answers(now + MINUTE) == 0
    postbox.to_data = "250 OK"
    assert sweep_answers(now + 2 * MINUTE) == 1


def test_a_server_that_is_busy_is_asked_again(postbox, left, answer, now):
    postbox.answers["vera@example.test"] = "451 try later"
    answer("It left today.", now)
    assert sweep_answers(now + MINUTE) == 0
    postbox.answers.clear()
    assert sweep_answers(now + 2 * MINUTE) == 1


def test_a_server_that_is_away_loses_nothing(postbox, left, answer, now):
    answer("It left today.", now)
    with override_settings(EMAIL_PORT=1), pytest.raises(OSError):
        sweep_answers(now + MINUTE)
    assert sweep_answers(now + 2 * MINUTE) == 1


def test_of_two_workers_one_mails(postbox, left, answer, acme, now):
    answer("It left today.", now)

    def sweep(_number):
        with in_tenant(acme):
            return sweep_answers(now + MINUTE)

    assert sum(run_together(3, sweep)) == len(postbox.mails) == 1


def test_mallorys_brand_mails_nothing_of_acmes(postbox, left, answer, globex, now):
    answer("It left today.", now)
    with in_tenant(globex):
        assert sweep_answers(now + MINUTE) == 0
    assert not postbox.mails


def test_the_brand_may_not_want_it_and_the_widget_knows(postbox, left, answer, acme, now):
    answer("It left today.", now)
    assert answers_by_mail(acme)
    acme.mails_answers = False
    try:
        assert not answers_by_mail(acme) and sweep_answers(now + MINUTE) == 0
    finally:
        acme.mails_answers = True
    with override_settings(MAIL_URL=""):
        assert not answers_by_mail(Tenant.objects.get(slug="acme"))


def test_doctor_signs_in_at_the_mail_server(postbox):
    assert "lets us in" in check_mail(None)
    with override_settings(EMAIL_PORT=1), pytest.raises(Trouble, match="does not let us in"):
        check_mail(None)
    with override_settings(MAIL_URL=""):
        assert "not set up" in check_mail(None)
