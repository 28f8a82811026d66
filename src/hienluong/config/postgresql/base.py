"""Names the backend to Django."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Looks at the socket before it asks the server.

    A kept connection is checked once per request. PostgreSQL says nothing unasked but its farewell, and a socket
    whose other end is gone can be read too: one that cannot be read is alive as far as asking would tell.
    """

    def is_usable(self) -> bool:
        """Returns whether the connection lives; asks the server only where the socket has something to say."""
        if self.connection is not None and not self.connection.closed:
            poll = select.poll()
            poll.register(self.connection.pgconn.socket, select.POLLIN)
            if not poll.poll(0):
                return True
        return bool(super().is_usable())
