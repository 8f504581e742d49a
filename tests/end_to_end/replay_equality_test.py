#!/usr/bin/env python3
"""Lets whistled live through a story, takes its projections away, and lets it fold the journal again: byte for byte the same.

    build/python/bin/python tests/end_to_end/replay_equality_test.py [--scenario=FILE] [--contacts=200]

Without a scenario the story is its own: cases with contacts, answers, meetings, a merge, hazards, and dates that pass, on a virtual
clock. With one, `whistlectl scenario run FILE` tells it. What is compared are the digests of every column family of the four stores
(build/tests/projection_digests), the journal's own included nowhere: it must stay untouched.
"""

import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys

import journal_check
from harness import BUILD, SERVICES, Whistled, found_registry, handled_case, register_case, scratch, wait_seconds
from whistlectl import ask

VIRTUAL_START = "2021-01-01T00:00:00Z"
DAY_MS = 24 * 3600 * 1000
FAMILIES = ("state", "timeline", "milestone", "index", "agenda", "request", "meta")


def tell_own_story(client, contacts):
    found_registry(client, looking=True)
    hot = handled_case(client)
    client.command("ResponseService/AskForResponse", hot, "bureau", department_id="gas", question="When?")
    client.command("ResponseService/AskForResponse", hot, "bureau", department_id="network", question="Whose cable?")
    for number in range(contacts):
        client.command(
            "IntakeService/RecordContact",
            hot,
            "petitioner",
            channel="CONTACT_CHANNEL_VISIT",
            contacted_id="gas",
            note=f"Visit {number}.",
        )
    client.command(
        "ResponseService/SubmitResponse",
        hot,
        "gas",
        stance="STANCE_CONDITIONAL",
        text="First the meters.",
        conditions=[{"topic": "meters", "text": "New meters are paid for."}],
    )
    client.command(
        "CoordinationService/BlowWhistle",
        hot,
        "community",
        urgency="URGENCY_ORDINARY",
        reason="Come.",
        department_ids=["gas", "network"],
    )
    client.command(
        "CoordinationService/HoldMeeting",
        hot,
        "bureau",
        outcome="MEETING_OUTCOME_DEADLOCKED",
        attended_ids=["gas"],
        absent_ids=["network"],
        minutes="Nothing was agreed.",
        topics=["the cable"],
    )
    client.command("CoordinationService/ListItem", hot, "community", responsible_id="gas", problem="The cable in the gas well.")
    source, target = handled_case(client), handled_case(client)
    client.command("IntakeService/ProposeMerge", source, "bureau", target_case_id=target, why="The same building.")
    for number in range(20):
        register_case(client, title=f"Case {number}")
    # Dates pass: the network company does not answer, the called departments do not come.
    advanced = client.call("OperationsService/AdvanceClock", {"by_ms": 30 * DAY_MS})
    assert advanced.fired_count >= 2, f"only {advanced.fired_count} items fired in a month"
    # And some are still to come, so that no agenda is compared empty with empty where it could hold something.
    client.command("ResponseService/AskForResponse", hot, "bureau", department_id="gas", question="And now?")
    client.command(
        "CoordinationService/BlowWhistle", hot, "community", urgency="URGENCY_ORDINARY", reason="Come now.", department_ids=["gas"]
    )
    client.command(
        "EscalationService/IdentifyHazard",
        hot,
        "street",
        source="A cable of ten thousand volts in the gas well.",
        severity="HAZARD_SEVERITY_SERIOUS",
    )
    return advanced.fired_count


def fingerprints(client):
    status = client.call("OperationsService/GetProjectionStatus")
    return {p.service: p.fold_fingerprint for p in status.projections}


def digests(server, folds):
    arguments = [str(BUILD / "tests" / "projection_digests")]
    for service in SERVICES:
        arguments += [folds[service], str(server.data_dir / service)]
    out = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    found = {tuple(line.split()[:2]): line.split()[2] for line in out.splitlines()}
    assert len(found) == len(SERVICES) * len(FAMILIES), out
    return found


def at_rest(client):
    """Every service has folded the whole journal."""
    ends = {(p.topic, p.partition): p.end_offset for p in client.call("OperationsService/GetJournalStatus").partitions}
    status = client.call("OperationsService/GetProjectionStatus")
    return all(p.row.offset + 1 == ends[p.topic, p.partition] for s in status.projections for p in s.partitions)


def journal_digest(client):
    journal = journal_check.read(client)
    whole = hashlib.sha256(b"".join(journal.digests[key] for key in sorted(journal.digests))).hexdigest()
    return whole, sum(case.version for case in journal.cases.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", type=pathlib.Path)
    parser.add_argument("--contacts", type=int, default=200)
    options = parser.parse_args()
    start = "2009-01-01T00:00:00Z" if options.scenario else VIRTUAL_START
    with scratch() as folder, Whistled(folder / "whistled", clock="virtual", flags=[f"--virtual_start={start}"]) as server:
        server.start()
        with server.client() as client:
            if options.scenario:
                ask("scenario", "run", options.scenario, server=server)
            else:
                print(f"{tell_own_story(client, options.contacts)} agenda items fired")
            # What the last command brought about (a finding, a reason to escalate) is due at once: it belongs to what was lived.
            client.call("OperationsService/AdvanceClock", {"by_ms": 0})
            wait_seconds(lambda: at_rest(client), 60, "everything is at rest")
            folds = fingerprints(client)
            journal_before, decisions = journal_digest(client)
        assert server.stop() == 0
        live = digests(server, folds)

        shutil.rmtree(server.data_dir)
        server.start()
        with server.client() as client:
            wait_seconds(lambda: at_rest(client), 60, "the replay is at rest")
            assert fingerprints(client) == folds
            journal_after, _ = journal_digest(client)
            journal_check.check_projections(client, journal_check.read(client))
        assert server.stop() == 0
        replayed = digests(server, folds)
    assert journal_before == journal_after, "the replay changed the journal"
    for key in sorted(live):
        print(f"{key[0]:13} {key[1]:9} {live[key]} {'same' if live[key] == replayed[key] else 'DIFFERS: ' + replayed[key]}")
    assert live == replayed, "a replay is not what was lived through"
    print(f"{decisions} decisions folded again: {len(live)} column families byte-identical")
    return 0


if __name__ == "__main__":
    sys.exit(main())
