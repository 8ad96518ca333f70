"""Celery and the whole schedule. The schedule lives in `public`: each entry starts one task per brand."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kefu_project.settings")

app = Celery("kefu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Discovery looks into apps only: without this line a worker would throw away whatever beat sends.
app.conf.imports = ("kefu_project.tasks",)

app.conf.beat_schedule = {
    "beat-heartbeat": {"task": "kefu_project.tasks.note_heartbeat", "schedule": 10.0, "options": {"expires": 10}},
    "sweep-presence": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 10.0,
        "args": ("agents.tasks.sweep_presence",),
        "options": {"expires": 10},
    },
    "sweep-take-back": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 10.0,
        "args": ("agents.tasks.sweep_take_back",),
        "options": {"expires": 10},
    },
    "sweep-rules": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 15.0,
        "args": ("agents.tasks.sweep_rules",),
        "options": {"expires": 15},
    },
    "forget-rule-runs": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 3600.0,
        "args": ("agents.tasks.forget_rule_runs",),
        "options": {"expires": 3600},
    },
    "sweep-snoozed": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 10.0,
        "args": ("agents.tasks.sweep_snoozed",),
        "options": {"expires": 10},
    },
    "sweep-route": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 5.0,
        "args": ("agents.tasks.sweep_route",),
        "options": {"expires": 5},
    },
    "sweep-overflow": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 10.0,
        "args": ("agents.tasks.sweep_overflow",),
        "options": {"expires": 10},
    },
    "sweep-silent": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 10.0,
        "args": ("agents.tasks.sweep_silent",),
        "options": {"expires": 10},
    },
    "sweep-sla": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 15.0,
        "args": ("agents.tasks.sweep_sla",),
        "options": {"expires": 15},
    },
    "sweep-standings": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 10.0,
        "args": ("agents.tasks.sweep_standings",),
        "options": {"expires": 10},
    },
    "sweep-answers": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 30.0,
        "args": ("agents.tasks.sweep_answers",),
        "options": {"expires": 30},
    },
    "sweep-idle": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 60.0,
        "args": ("history.tasks.sweep_idle",),
        "options": {"expires": 60},
    },
    "archive": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 300.0,
        "args": ("history.tasks.archive_closed",),
        "options": {"expires": 300},
    },
    "sweep-uploads": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 3600.0,
        "args": ("history.tasks.sweep_uploads",),
        "options": {"expires": 3600},
    },
    "reports": {
        "task": "kefu_project.tasks.start_in_each_brand",
        "schedule": 120.0,
        "args": ("history.tasks.sweep_reports",),
        "options": {"expires": 120},
    },
}
