"""Who connects or asks, whichever transport it uses. A wrong token counts for its address."""

from chat.errors import Unauthenticated
from chat.participants.credentials import Credentials
from chat.participants.participant import Participant
from chat.wrong_tokens import count_wrong_one
from tenants.context import run_in_public
from tenants.models import Tenant


async def identify(
    speaks_for: type[Participant], tenant: Tenant | None, credentials: Credentials, address: str
) -> Participant:
    """Raises what the participant's own `identify` raises, and RateLimited for one wrong token too many.

    An agent's session is not counted: it cannot be guessed, and a console whose session ended has to learn just that.
    """
    try:
        return await speaks_for.identify(tenant, credentials)
    except Unauthenticated:
        if credentials.token:
            await run_in_public(count_wrong_one, address)
        raise
