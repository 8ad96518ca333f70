"""Saved views: named filters of one agent, or of everybody. Supervisors and admins keep those of everybody."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from agents.inbox.filters import read_filters, stored
from agents.models import Agent, SavedView
from chat.errors import Conflict, Forbidden, Invalid, NotFound
from chat.text import clean_line

MAX_VIEWS = 50
MAX_NAME = 60


class NameTaken(Conflict):
    title = "There is already a view of this name."


def saved_of(agent: Agent) -> QuerySet[SavedView]:
    """Everybody's first, then the agent's own."""
    views = SavedView.objects.filter(Q(owner=agent) | Q(owner__isnull=True)).select_related("owner")
    return views.order_by(F("owner_id").asc(nulls_first=True), "position", "name")


def find_saved(agent: Agent, view_id: UUID) -> SavedView | None:
    return saved_of(agent).filter(pk=view_id).first()


def save_view(agent: Agent, *, name: str, filters: Any, is_shared: bool) -> SavedView:
    """Raises Invalid, Forbidden (sharing is for supervisors), NameTaken."""
    owner = None if is_shared else agent
    _check_keeper(agent, owner)
    others = SavedView.objects.filter(owner=owner)
    if others.count() >= MAX_VIEWS:
        raise Invalid(f"At most {MAX_VIEWS} views.")
    view = SavedView(name=_clean(name), owner=owner, filters=stored(read_filters(filters)), position=others.count())
    return _write(view)


def change_view(agent: Agent, view_id: UUID, *, name: str | None = None, filters: Any = None) -> SavedView:
    view = _get_kept(agent, view_id)
    if name is not None:
        view.name = _clean(name)
    if filters is not None:
        view.filters = stored(read_filters(filters))
    return _write(view)


def delete_view(agent: Agent, view_id: UUID) -> None:
    _get_kept(agent, view_id).delete()


def order_views(agent: Agent, view_ids: Sequence[UUID]) -> None:
    """Let the views stand in this order. Those that the agent may not change, or that are gone, are passed by."""
    kept = saved_of(agent) if _keeps_shared(agent) else SavedView.objects.filter(owner=agent)
    with transaction.atomic():
        for position, pk in enumerate(view_ids):
            kept.filter(pk=pk).update(position=position)


def view_of(view: SavedView) -> dict[str, Any]:
    return {"id": str(view.pk), "name": view.name, "filters": view.filters, "shared": view.owner_id is None}


def _write(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise NameTaken from None
    return view


def _get_kept(agent: Agent, view_id: UUID) -> SavedView:
    view = find_saved(agent, view_id)
    if view is None:
        raise NotFound
    _check_keeper(agent, view.owner)
    return view


def _check_keeper(agent: Agent, owner: Agent | None) -> None:
    if owner is None and not _keeps_shared(agent):
        raise Forbidden("Views of everybody are kept by supervisors.")


def _keeps_shared(agent: Agent) -> bool:
    return agent.role != Agent.Role.AGENT


def _clean(name: str) -> str:
    name = clean_line(name, MAX_NAME)
    if not name:
        raise Invalid("Give the view a name.")
    return name
