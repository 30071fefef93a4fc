"""Real zones on loopback, for end-to-end tests, benchmarks and exploring: what `ci/zones` does.

A zone is a wasmd chain of one or four validators. Everything about the zones that run lives in one
folder, their home: `zones.json` (what tests read), and a folder a node. Nothing outside of it is written
but the cached binary, and no process is ended that was not started from it.
"""


class Failure(Exception):
    """What a person is told in one line, without a traceback."""
