"""Who did something, as the log keeps it: kind, id and the name shown at that time."""

from dataclasses import dataclass
from uuid import UUID

from chat.models import Visitor


@dataclass(frozen=True, slots=True)
class Author:
    kind: str  # visitor, agent, bot or system
    id: UUID | None  # None: the system
    name: str

    @classmethod
    def of_visitor(cls, visitor: Visitor) -> "Author":
        return cls("visitor", visitor.pk, visitor.name)


SYSTEM = Author("system", None, "")
