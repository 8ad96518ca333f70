"""At the same moment: threads, real commits, one winner each. `make torture-routing` runs ten thousand trials."""

import os
import random

from django.utils import timezone

from agents.assignments import AlreadyTaken, take_conversation
from agents.models import Assignment
from agents.routing.route import route_waiting
from chat.models import Conversation, Message
from tenants.context import in_tenant
from tests.routing.trials import Figures, Racers, run_trial
from tests.threads import run_together

TRIALS = int(os.environ.get("KF_ROUTING_TRIALS", "60"))
SEED = int(os.environ.get("KF_ROUTING_SEED", "1"))


def test_fifty_agents_take_one_conversation(team, acme, now):
    queue = team.queue()
    agents = [team.agent(f"A{number}", queue) for number in range(50)]
    conversation = team.waits(queue)

    def take(number):
        with in_tenant(acme):
            try:
                return take_conversation(conversation.pk, agent=agents[number], now=timezone.now()).assignee_id
            except AlreadyTaken:
                return None

    winners = [one for one in run_together(50, take) if one]
    assert len(winners) == 1
    assert Assignment.objects.get().agent_id == winners[0] == Conversation.objects.get().assignee_id
    assert Message.objects.filter(event="conversation.assigned").count() == 1


def test_fifty_agents_and_four_routers(team, acme, now):
    queue = team.queue()
    agents = [team.agent(f"A{number}", queue, capacity=1) for number in range(46)]
    rows = [team.waits(queue) for _ in range(60)]

    def run(number):
        with in_tenant(acme):
            if number >= 46:
                return route_waiting(timezone.now())
            try:
                take_conversation(rows[0].pk, agent=agents[number], now=timezone.now())
            except AlreadyTaken:
                return 0
            return 1

    assert sum(run_together(50, run)) == Conversation.objects.filter(status="assigned").count()
    with in_tenant(acme):
        route_waiting(timezone.now())
    loads = team.loads()
    assert sum(loads.values()) in (46, 47)
    # Who took one by hand may have another one from routing: then routing was first.
    assert max(loads.values()) <= 2


def test_trials(team, acme):
    queue = team.queue()
    agents = [team.agent(f"A{number}", queue) for number in range(4)]
    racers, dice, figures = Racers(acme), random.Random(SEED), Figures()
    try:
        for number in range(TRIALS):
            run_trial(racers, queue, agents, dice, figures)
            if number % 500 == 499:
                print(figures, flush=True)
    finally:
        racers.close()
    print(figures)
    assert figures.trials == TRIALS
    assert figures.routed
    assert figures.taken
