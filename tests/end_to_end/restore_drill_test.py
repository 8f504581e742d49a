#!/usr/bin/env python3
"""The restore drill: a backup is taken, brought back beside the original, started with its agenda paused, checked, and resumed.

    build/python/bin/python tests/end_to_end/restore_drill_test.py

On the real clock, where a deadline fires by itself. What was due when the backup was taken fires in the original; in the copy nothing
fires before `agenda resume`, however long it is due and whether or not it is started again, and then each thing once.
"""

import collections
import sys

import journal_check
from carrying import bring_back, export, judged, tell, wait_at_rest
from harness import Whistled, found_registry, handled_case, scratch, wait_seconds
from whistlectl import ask

# Items fire 5 to 7 s past their time on a real clock.
LATE_SECONDS = 9
FIRED_SECONDS_MAX = 60


def ends(client):
    return {(p.topic, p.partition): p.end_offset for p in client.call("OperationsService/GetJournalStatus").partitions}


def paused(client):
    return {p.service: p.agenda_paused for p in client.call("OperationsService/GetProjectionStatus").projections}


def lateness_seconds(client):
    """For how long the first thing to do has been due; None if there is nothing."""
    items = client.call("OperationsService/ListAgenda", {"service": "intake"}, service="intake").items
    now = client.call("OperationsService/GetJournalStatus").now
    return now.ToSeconds() - items[0].due_at.ToSeconds() if items else None


def fired(client):
    """How often each kind of event came of the merge that was proposed."""
    wait_at_rest(client)
    bodies = collections.Counter(
        event.WhichOneof("body") for case in journal_check.read(client).cases.values() for one in case.decisions for event in one.decision.events
    )
    return {body: bodies[body] for body in ("merge_proposed", "merge_accepted", "merge_completed")}


def wait_late(client):
    wait_seconds(lambda: (lateness_seconds(client) or 0) >= LATE_SECONDS, FIRED_SECONDS_MAX, f"something is due for {LATE_SECONDS} s")


def wait_merged(client):
    expected = {"merge_proposed": 1, "merge_accepted": 1, "merge_completed": 1}
    wait_seconds(lambda: fired(client) == expected, FIRED_SECONDS_MAX, "the merge is accepted and completed, once each")


def prepare(original):
    with original.client() as client:
        found_registry(client)
        source, target = handled_case(client), handled_case(client)
        ask("agenda", "pause", server=original)
        client.command("IntakeService/ProposeMerge", source, "bureau", target_case_id=target, why="The same building.")
        wait_at_rest(client)
        assert fired(client) == {"merge_proposed": 1, "merge_accepted": 0, "merge_completed": 0}


def drill(folder, original):
    file = folder / "backup.wja"
    export(original, file)
    ask("agenda", "resume", server=original)

    ask("journal", "archive", "verify", file)
    with Whistled(folder / "copy", flags=["--agenda_paused"]) as copy:
        bring_back(file, f"embedded:{copy.journal_dir}")
        copy.start()
        with copy.client() as client:
            assert all(paused(client).values()), paused(client)
            before = ends(client)
            wait_late(client)
            assert ends(client) == before, "the copy fired before it was resumed"
        assert copy.stop() == 0
        # It stays so over a restart, without the flag.
        copy.flags = []
        copy.start()
        with copy.client() as client:
            assert all(paused(client).values()), paused(client)
            checked = judged(f"--journal-of={copy.address}", f"--services={copy.address}")
            wait_late(client)
            assert ends(client) == before, "the copy fired after a restart, before it was resumed"
            ask("agenda", "resume", server=copy)
            wait_merged(client)
            assert not any(paused(client).values()), paused(client)
            judged(f"--journal-of={copy.address}", f"--services={copy.address}")
        assert copy.stop() == 0
    with original.client() as client:
        wait_merged(client)
    tell(f"restored, verified ({checked.partition(' acknowledged')[0]}), resumed: nothing fired before, each thing once after")


def main():
    with scratch() as folder, Whistled(folder / "original") as original:
        original.start()
        prepare(original)
        drill(folder, original)
    return 0


if __name__ == "__main__":
    sys.exit(main())
