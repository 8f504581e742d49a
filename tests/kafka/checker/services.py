"""What the four services say, against what the journal says: positions, digests, heads, timelines.

`services_say.py` asks them, under the Python that has gRPC; what it prints is compared here.
"""

import dataclasses
import json
import os
import pathlib
import subprocess

from .faults import DIGEST_DIFFERS, HEAD_DIFFERS, INCONSISTENT_OFFSET, VERSION_GAP
from .rule import REGISTRY_CASE
from .sources import CannotRead, from_file

ALL = {"intake", "response", "coordination", "escalation"}
HELPER = pathlib.Path(__file__).resolve().parent / "services_say.py"


@dataclasses.dataclass
class Helper:
    """The Python that has gRPC, and where the contracts are."""

    build: pathlib.Path

    def _run(self, *arguments, said=""):
        command = [self.build / "python" / "bin" / "python", "-B", HELPER, *arguments]
        try:
            done = subprocess.run(command, input=said, capture_output=True, text=True, env={**os.environ, "WHISTLE_BUILD": str(self.build)})
        except FileNotFoundError:
            raise CannotRead("gRPC for Python is not in build/python: run tools/install") from None
        if done.returncode != 0:
            raise CannotRead(f"services_say.py: {done.stderr.strip() or done.returncode}")
        return done.stdout

    def ask(self, addresses, cases, timelines):
        """One entry for each service at each address."""
        return json.loads(self._run("services", *addresses, said=json.dumps({"cases": cases, "timelines": timelines})))

    def journal(self, address):
        return from_file(self._run("journal", address).splitlines())


def ends_and_versions(fold):
    """What every service must have reached if it is asked from now on."""
    return (
        {key: partition.end for key, partition in fold.partitions.items()},
        {case_id: len(history) for case_id, history in fold.cases.items()},
    )


def compare(fold, faults, said, reached, may_lag=False):
    """`reached`: ends_and_versions as of before the services were asked; `fold` has read on since they answered."""
    ends, versions = reached
    for missing in sorted(ALL - {one["service"] for one in said}):
        faults.add(HEAD_DIFFERS, f"nobody answered as {missing}")
    for one in said:
        name = f"{one['service']} at {one['address']}"
        for place in one["partitions"]:
            _partition(fold, faults, name, place, 0 if may_lag else ends.get((place["topic"], place["partition"]), 0))
        told_of = {(place["topic"], place["partition"]) for place in one["partitions"]}
        for key in sorted(set(ends) - told_of):
            faults.add(DIGEST_DIFFERS, f"{name} has no partition {key[0]}/{key[1]}")
        for case_id, head in one["heads"].items():
            _head(fold, faults, name, case_id, head, 0 if may_lag else versions[case_id])
        for case_id, entries in one["timelines"].items():
            _timeline(fold, faults, name, case_id, entries, one["heads"].get(case_id))


def cases_to_ask(fold):
    # The registry's chain is folded by every service, and is nobody's case.
    return [case_id for case_id in fold.cases if case_id != REGISTRY_CASE]


def _partition(fold, faults, name, place, end):
    key = (place["topic"], place["partition"])
    at = f"{name}: {key[0]}/{key[1]}"
    partition = fold.partitions.get(key)
    offset = place["offset"]
    if place["health"] != "LIVE":
        faults.add(DIGEST_DIFFERS, f"{at} is {place['health']}: {place['reason']}")
        return
    if partition is None or offset >= partition.end:
        faults.add(DIGEST_DIFFERS, f"{at} is folded up to offset {offset}, which the journal does not have")
        return
    if offset + 1 < end:
        faults.add(DIGEST_DIFFERS, f"{at} is folded up to offset {offset}, and the journal's end was {end}")
    if place["uuid"] != fold.uuid:
        faults.add(DIGEST_DIFFERS, f"{at} is of journal {place['uuid']}, this is {fold.uuid}")
    if place["record_hash"] != partition.hashes[offset].hex():
        faults.add(DIGEST_DIFFERS, f"{at} offset {offset}: another record's hash")
    elif place["digest"] != partition.digests[offset].hex():
        faults.add(DIGEST_DIFFERS, f"{at} offset {offset}: {place['digest']}, the journal's is {partition.digests[offset].hex()}")
    if offset + 1 == partition.end:
        for word in ("accepted", "superseded", "malformed"):
            if place[word] != getattr(partition, word):
                faults.add(HEAD_DIFFERS, f"{at}: {place[word]} {word}, by the rule it is {getattr(partition, word)}")


def _head(fold, faults, name, case_id, head, version_min):
    history = fold.cases[case_id]
    if head is None:
        if version_min:
            faults.add(HEAD_DIFFERS, f"{name}: knows no case {case_id}, which is at version {len(history)}")
        return
    version, value = head
    if not version_min <= version <= len(history):
        faults.add(HEAD_DIFFERS, f"{name}: case {case_id} at version {version}, the journal says {len(history)}")
    elif value != history[version - 1].head.hex():
        faults.add(HEAD_DIFFERS, f"{name}: case {case_id} version {version}: head {value}, the journal's is {history[version - 1].head.hex()}")


def _timeline(fold, faults, name, case_id, entries, head):
    history = fold.cases[case_id]
    at = f"{name}: timeline of case {case_id}"
    versions = [entry["version"] for entry in entries]
    if versions != list(range(1, len(entries) + 1)):
        gap = next(n for n, version in enumerate(versions, 1) if version != n)
        faults.add(VERSION_GAP, f"{at}: version {versions[gap - 1]} stands where {gap} should")
        return
    if head is not None and len(entries) < head[0]:
        faults.add(VERSION_GAP, f"{at} ends at version {len(entries)}, the head is at {head[0]}")
    for entry, accepted in zip(entries, history, strict=False):
        if entry["head"] != accepted.head.hex() or entry["bytes_hash"] != accepted.head.hex():
            faults.add(HEAD_DIFFERS, f"{at} version {entry['version']}: other bytes than the journal's")
        if (entry["topic"], entry["partition"], entry["offset"]) != accepted.place:
            faults.add(INCONSISTENT_OFFSET, f"{at} version {entry['version']}: at offset {entry['offset']}, it is {accepted}")
        if entry["recorded_at_ms"] != accepted.recorded_at_ms:
            faults.add(INCONSISTENT_OFFSET, f"{at} version {entry['version']}: another recorded time than {accepted}")
