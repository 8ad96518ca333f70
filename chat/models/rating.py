from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from chat.models.conversation import Conversation
from tenants.ids import new_id


class Rating(models.Model):
    """What the visitor thought of a conversation; rating it again writes over it. Who is rated is kept as it was."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="rated", verbose_name=_("conversation")
    )
    score = models.PositiveSmallIntegerField(_("score"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    agent_id = models.UUIDField(null=True, blank=True)
    agent_name = models.CharField(_("agent"), max_length=80, blank=True)
    queue_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        ordering = ("-created_at",)
        indexes = [models.Index(fields=["created_at"], name="ratings_by_time")]

    def __str__(self) -> str:
        return f"{self.score} / 5"
