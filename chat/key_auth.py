"""What a secret key stands for, whichever door its program uses: an author, and what it may do."""

from dataclasses import dataclass

from chat.authors import Author
from chat.errors import Forbidden
from tenants.models import ApiKey


@dataclass(frozen=True, slots=True)
class KeyAuth:
    key: ApiKey

    def may(self, scope: str) -> bool:
        """A key without scopes may do everything."""
        return not self.key.scopes or scope in self.key.scopes

    def require(self, scope: str) -> None:
        if not self.may(scope):
            raise Forbidden(f"This key lacks the scope {scope}.")

    @property
    def author(self) -> Author:
        return Author("bot", self.key.pk, self.key.name)
