"""Clients on threads of their own, at work while a test does something to what serves them; each knows what it was acknowledged.

    class Reader(Worker):
        def turn(self): …

    with at_work(readers):
        …what the clients must not notice…
    check_acknowledged(journal_check.read(client), readers)
"""

import contextlib
import random
import threading
import time

import journal_check

# A call under way at the end is answered, or repeated until it is, well within this.
ANSWERED_SECONDS_MAX = 60


class Worker:
    """One client. The thread is its own; what it knows may be read meanwhile, for its lists only grow."""

    def __init__(self, number, seed):
        self.name = f"client-{number}"
        self.random = random.Random(seed * 1000 + number)
        # (request id, receipt)
        self.acknowledged = []
        self.failure = None
        self.ended = threading.Event()
        # A daemon: a test that has failed does not wait for clients whom nobody may answer any more.
        self.thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    def turn(self):
        """What the test has it do, over and over: commands and queries, each carried to its answer. Raises if an answer is wrong."""
        raise NotImplementedError

    def close(self):
        """Called after the last turn."""
        raise NotImplementedError

    def _run(self):
        try:
            while not self.ended.is_set():
                self.turn()
        except Exception as error:  # told by the main thread
            self.failure = error
        finally:
            self.close()


@contextlib.contextmanager
def at_work(workers):
    """All of them work until the end, where what is under way is still carried to its answer. Fails if one of them did, or is not answered."""
    for worker in workers:
        worker.thread.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.ended.set()
    deadline = time.monotonic() + ANSWERED_SECONDS_MAX
    for worker in workers:
        worker.thread.join(max(0, deadline - time.monotonic()))
    fail_with(workers)
    assert not any(worker.thread.is_alive() for worker in workers), "a client was not answered"


def fail_with(workers):
    for worker in workers:
        if worker.failure is not None:
            raise AssertionError(f"{worker.name} failed: {worker.failure!r}") from worker.failure


def acknowledged_count(workers):
    return sum(len(worker.acknowledged) for worker in workers)


def check_acknowledged(journal, workers):
    """What a worker was told is in the journal exactly once, as it was told."""
    for worker in workers:
        for request_id, receipt in worker.acknowledged:
            journal_check.check_receipt(journal, worker.name, request_id, receipt)
