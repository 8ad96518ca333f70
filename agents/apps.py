from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgentsConfig(AppConfig):
    name = "agents"
    verbose_name = _("Team")

    def ready(self) -> None:
        import agents.audit
        import agents.automation.deadlines
        import agents.mentions
        import agents.revocation  # noqa: F401  all four connect their receivers
        from agents.assignments import place_in_default_queue
        from agents.automation.nudging import start_rules
        from agents.presence import colleagues_online
        from agents.waiting import standing_in_queue, usual_answer, visitors_opening
        from chat.front_desk import answer_with, describe_with, open_with, stand_with
        from chat.nudges import nudge_with
        from chat.placement import choose_places_with

        choose_places_with(place_in_default_queue)
        describe_with(colleagues_online)
        answer_with(usual_answer)
        open_with(visitors_opening)
        stand_with(standing_in_queue)
        nudge_with(start_rules)
