from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.ids import new_id


class Skill(models.Model):
    """Something that only some agents can do. Conversations name the skills that they need by id."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=40, unique=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
