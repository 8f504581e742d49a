#!/usr/bin/env python3
"""Kills whistled while `whistlectl scenario run` tells a story, starts it again, and lets the story be continued: it ends as if nothing
had happened.

    build/python/bin/python tests/end_to_end/scenario_killed_test.py [--scenario=FILE] [--kills=4] [--seed=N]

As if nothing had happened: the same cases, and in each the same decisions in the same order, with the same events, actors and dates of
the world. What may differ is what chance or the clock of the deciding process gives: petitioners' random ids, and with them the heads.
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys

import grpc

import journal_check
from harness import ROOT, Whistled, scratch, wait_seconds
from whistlectl import command_line

STORY_SECONDS_MAX = 120


def story(server, scenario):
    """Begins to tell it."""
    command = command_line("scenario", "run", scenario, server=server)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def tell_to_the_end(server, scenario):
    with story(server, scenario) as telling:
        said, _ = telling.communicate(timeout=STORY_SECONDS_MAX)
        assert telling.returncode == 0, f"the scenario ended with {telling.returncode}:\n{said[-3000:]}"
    return said


def records(client):
    return sum(p.end_offset for p in client.call("OperationsService/GetJournalStatus").partitions)


def what_happened(server):
    """{case: its decisions as they must be whatever was killed}, and the heads."""
    with server.client() as client:
        journal = journal_check.read(client)
        journal_check.check_at_most_once(journal)
        journal_check.check_projections(client, journal)
    told = {
        case_id: [
            (
                accepted.decision.service,
                accepted.decision.actor.kind,
                accepted.decision.actor.organization_id,
                [(event.WhichOneof("body"), event.occurred_at.seconds) for event in accepted.decision.events],
            )
            for accepted in case.decisions
        ]
        for case_id, case in journal.cases.items()
    }
    return told, {case_id: case.head for case_id, case in journal.cases.items()}


def first_difference(expected, found):
    if set(expected) != set(found):
        return f"cases {sorted(set(expected) ^ set(found))} are in one only"
    for case_id, decisions in expected.items():
        for version, (one, other) in enumerate(zip(decisions, found[case_id]), 1):
            if one != other:
                return f"case {case_id} version {version}: {other} where it should be {one}"
        if len(decisions) != len(found[case_id]):
            return f"case {case_id}: {len(found[case_id])} decisions, {len(decisions)} without kills"
    return ""


def kill_in_mid_story(server, scenario, records_min, teller_too):
    """Kills whistled once its journal holds so many records; False if the story was over before. Without `teller_too` the one who tells
    finds out by itself and must say so."""
    with story(server, scenario) as telling, server.client("watcher") as client:

        def come_so_far():
            try:
                return records(client) >= records_min or telling.poll() is not None
            except grpc.RpcError:
                return False

        wait_seconds(come_so_far, STORY_SECONDS_MAX, f"the journal holds {records_min} records")
        over = telling.poll() is not None
        server.kill()
        if teller_too:
            telling.kill()
        said, _ = telling.communicate(timeout=STORY_SECONDS_MAX)
        if not teller_too and not over:
            assert telling.returncode != 0, f"nobody answers, and the scenario ends well:\n{said[-2000:]}"
            assert "UNAVAILABLE" in said, said[-2000:]
        server.start()
    return not over


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", type=pathlib.Path, default=ROOT / "tools" / "scenarios" / "lanzhou-building-19.yaml")
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    options = parser.parse_args()
    print(f"again: scenario_killed_test.py --kills={options.kills} --seed={options.seed}", flush=True)
    rng = random.Random(options.seed)
    flags = ["--virtual_start=2009-01-01T00:00:00Z"]
    with (
        scratch() as folder,
        Whistled(folder / "quiet", "virtual", flags) as quiet,
        Whistled(folder / "killed", "virtual", flags) as killed,
    ):
        quiet.start()
        with quiet.client() as client:
            at_first = records(client)
            tell_to_the_end(quiet, options.scenario)
            at_last = records(client)
        expected, _ = what_happened(quiet)
        assert quiet.stop() == 0

        killed.start()
        moments = sorted(rng.randint(at_first + 1, at_last - 1) for _ in range(options.kills))
        hits = sum(
            kill_in_mid_story(killed, options.scenario, moment, teller_too=number > 0)
            for number, moment in enumerate(moments)
        )
        tell_to_the_end(killed, options.scenario)
        found, heads_before = what_happened(killed)
        difference = first_difference(expected, found)
        assert not difference, difference

        tell_to_the_end(killed, options.scenario)
        _, heads_after = what_happened(killed)
        assert heads_before == heads_after, "telling it once more changed something"
        assert killed.stop() == 0
    decisions = sum(len(d) for d in expected.values())
    print(f"killed {hits} times in mid-story, at records {moments} of {at_last}; {decisions} decisions, the same as without")
    assert hits > 0, "the story was always over before it was killed"
    return 0


if __name__ == "__main__":
    sys.exit(main())
