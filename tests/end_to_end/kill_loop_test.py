#!/usr/bin/env python3
"""Kills whistled again and again while clients send commands and retry: nothing acknowledged is lost, nothing happens twice.

    build/python/bin/python tests/end_to_end/kill_loop_test.py [--kills=5] [--clients=8] [--seed=N]

Afterwards the journal is read raw and judged by journal_check.py: every acknowledged decision exactly once and as acknowledged, every
other one at the most once, versions without gaps, and the same heads, timelines and digests from all four services.
"""

import argparse
import os
import random
import sys
import threading
import time

import grpc

import journal_check
from harness import Client, Whistled, found_registry, handled_case, new_request_id, scratch, wait_seconds
from workers import Worker, acknowledged_count, at_work, check_acknowledged, fail_with

# After these nobody knows whether it happened: the client asks again with the same request id.
UNKNOWN_OUTCOME = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNKNOWN,
}
CALL_SECONDS = 5
RETRY_SECONDS = 0.02
# A kill waits for this many acknowledgements at the most, and no longer than this.
ACKNOWLEDGED_BETWEEN_KILLS_MAX = 150
BETWEEN_KILLS_SECONDS_MAX = 60
# How many of the kills hit a whistled that is only starting.
KILLED_AT_START = 0.25
START_MOMENTS_SECONDS = 1.0
# Few cases, so that clients meet on them.
SHARED_CASES = 6


class RetryingWorker(Worker):
    """Gives one command after another, each until it is answered."""

    def __init__(self, number, seed, shared_cases, server):
        super().__init__(number, seed)
        self.shared_cases = shared_cases
        self.server = server
        self.client = None
        self.address = None
        self.retries = 0
        self.replayed = 0

    def close(self):
        if self.client is not None:
            self.client.close()

    def turn(self):
        request_id = new_request_id()
        rpc, fields = self.choose(request_id)
        tried = False
        while True:
            try:
                receipt = self.connected().call(rpc, fields, timeout=CALL_SECONDS).receipt
            except grpc.RpcError as error:
                if error.code() not in UNKNOWN_OUTCOME:
                    raise AssertionError(f"{rpc} was refused: {error.code().name}: {error.details()}") from error
                tried = True
                self.retries += 1
                threading.Event().wait(RETRY_SECONDS)
                continue
            assert tried or not receipt.replayed, f"{request_id} is said to have happened before it was first sent"
            self.replayed += receipt.replayed
            self.acknowledged.append((request_id, receipt))
            return

    def connected(self):
        # A whistled that was started again listens on another port.
        if self.address != self.server.address:
            self.close()
            self.address = self.server.address
            self.client = Client(self.address, self.name)
        return self.client

    def choose(self, request_id):
        case_id = self.random.choice(self.shared_cases)
        kind = self.random.randrange(10)
        if kind < 5:
            fields = {"channel": "CONTACT_CHANNEL_CALL", "contacted_id": "gas", "note": "Again."}
            return "IntakeService/RecordContact", Client.command_fields(case_id, "petitioner", request_id, **fields)
        if kind == 5:
            return "IntakeService/JoinPetitioner", Client.command_fields(case_id, "petitioner", request_id)
        if kind == 6:
            fields = {
                "outcome": "MEETING_OUTCOME_DEADLOCKED",
                "attended_ids": ["gas"],
                "absent_ids": ["network"],
                "minutes": "Nothing was agreed.",
                "topics": ["gas"],
            }
            return "CoordinationService/HoldMeeting", Client.command_fields(case_id, "bureau", request_id, **fields)
        if kind == 7:
            fields = {"stance": "STANCE_REPORTS_PROGRESS", "text": "It is being looked into."}
            return "ResponseService/SubmitResponse", Client.command_fields(case_id, "gas", request_id, **fields)
        fields = {
            "title": "Another case",
            "demand": "Gas.",
            "category": "gas-supply",
            "site": {"site_id": f"site-{self.random.randrange(4)}", "name": "Somewhere"},
        }
        return "IntakeService/RegisterCase", Client.command_fields("", "petitioner", request_id, **fields)


def kill_at_random_moments(server, workers, kills, rng):
    """Each kill, and each start after it; how many of them hit a whistled that was not serving yet."""
    hit_at_start = 0
    for number in range(1, kills + 1):
        if rng.random() < KILLED_AT_START and number > 1:
            server.kill()
            server.launch()
            threading.Event().wait(rng.uniform(0, START_MOMENTS_SECONDS))
            hit_at_start += 1
        else:
            wanted = acknowledged_count(workers) + rng.randint(1, ACKNOWLEDGED_BETWEEN_KILLS_MAX)
            wait_seconds(
                lambda: acknowledged_count(workers) >= wanted or any(w.failure for w in workers),
                BETWEEN_KILLS_SECONDS_MAX,
                "the clients are answered",
            )
            threading.Event().wait(rng.uniform(0, 0.03))
        server.kill()
        fail_with(workers)
        server.start()
        print(f"kill {number} of {kills}: {acknowledged_count(workers)} acknowledged so far", flush=True)
    return hit_at_start


def run(server, options):
    rng = random.Random(options.seed)
    began = time.monotonic()
    server.start()
    with server.client("founder") as client:
        found_registry(client)
        shared_cases = [handled_case(client) for _ in range(SHARED_CASES)]
    workers = [RetryingWorker(n, options.seed, shared_cases, server) for n in range(options.clients)]
    # What is under way at the end is carried to its answer by retrying: the server is up again.
    with at_work(workers):
        hit_at_start = kill_at_random_moments(server, workers, options.kills, rng)

    # Once more from a cold start: what the disk says, not what memory says.
    assert server.stop() == 0
    server.start()
    with server.client("checker") as client:
        journal = journal_check.read(client)
        check_acknowledged(journal, workers)
        journal_check.check_at_most_once(journal)
        assert not journal.malformed, journal.malformed
        journal_check.check_projections(client, journal)
    assert server.stop() == 0
    decisions = sum(case.version for case in journal.cases.values())
    print(
        f"{options.kills} kills ({hit_at_start} of them while starting), {options.clients} clients, "
        f"{time.monotonic() - began:.0f} s\n"
        f"{acknowledged_count(workers)} commands acknowledged, each exactly once in the journal; {sum(w.retries for w in workers)} retries, "
        f"{sum(w.replayed for w in workers)} of them found their first receipt\n"
        f"{len(journal.cases)} chains, {decisions} decisions without a gap, {journal.superseded} superseded; "
        f"4 services agree on every head, timeline and digest"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    options = parser.parse_args()
    print(f"again: kill_loop_test.py --kills={options.kills} --clients={options.clients} --seed={options.seed}", flush=True)
    with scratch() as folder, Whistled(folder / "whistled") as server:
        run(server, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
