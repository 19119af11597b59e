"""A GitHub server's state and the verbs that change it the way people do.

Every verb moves ``updated_at`` where GitHub would, and tells the listeners (webhooks). ``at`` is when it happens;
left out, a minute after the last thing. Changes to repositories that stand in git are written there at once.
"""

from tests.simulators.github.changes import added_up
from tests.simulators.github.merging import Merging


class World(Merging):
    """See the package's docstring for how to write a small one.

    The verbs by subject: :mod:`hosting`, :mod:`checking`, :mod:`shipping`, :mod:`workflows`, :mod:`pull_requests`,
    :mod:`merging`; each builds on those before it.
    """


__all__ = ["World", "added_up"]
