"""Asks running services what they say, and prints it as JSON. Run with build/python/bin/python, which has gRPC.

    services_say.py services ADDRESS...    cases from standard input: {"cases": [...], "timelines": true}
    services_say.py journal ADDRESS        the records of the service's journal, one a line, as sources.py reads them
"""

import hashlib
import json
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[2] / "end_to_end"), str(pathlib.Path(__file__).resolve().parents[1])]

import grpc  # noqa: E402
from checker.rule import Record  # noqa: E402
from checker.sources import carried_of, to_line  # noqa: E402
from harness import Client  # noqa: E402

TOPICS = {1: "cases", 2: "registry"}
HEALTH = {1: "CATCHING_UP", 2: "LIVE", 3: "HALTED", 4: "DIVERGED", 5: "UNREACHABLE"}
PAGE_ROWS = 500
JOURNAL_SECONDS = 600


def millis(timestamp):
    return timestamp.seconds * 1000 + timestamp.nanos // 1_000_000


def partition(place):
    return {
        "topic": TOPICS[place.topic], "partition": place.partition, "health": HEALTH.get(place.health, "UNSPECIFIED"),
        "reason": place.reason, "uuid": place.row.journal_uuid, "offset": place.row.offset,
        "record_hash": place.row.record_hash.hex(), "digest": place.row.digest.hex(), "accepted": place.row.accepted,
        "superseded": place.row.superseded, "malformed": place.row.malformed,
    }  # fmt: skip


def head(client, service, case_id):
    try:
        answer = client.call("TimelineService/GetHead", {"case_id": case_id}, service=service)
    except grpc.RpcError as error:
        if error.code() == grpc.StatusCode.NOT_FOUND:
            return None
        raise
    return [answer.version, answer.head.hex()]


def timeline(client, service, case_id):
    entries, token = [], ""
    while True:
        request = {"case_id": case_id, "page": {"size": PAGE_ROWS, "token": token}}
        page = client.call("TimelineService/GetTimeline", request, service=service)
        for entry in page.entries:
            entries.append(
                {
                    "version": entry.version, "head": entry.head.hex(), "topic": TOPICS[entry.position.topic],
                    "partition": entry.position.partition, "offset": entry.position.offset,
                    "bytes_hash": hashlib.sha256(entry.decision_bytes).hexdigest(), "recorded_at_ms": millis(entry.recorded_at),
                }
            )  # fmt: skip
        token = page.next_page_token
        if not token:
            return entries


def services(addresses, wanted):
    said = []
    for address in addresses:
        with Client(address, "checker") as client:
            for projection in client.call("OperationsService/GetProjectionStatus").projections:
                heads = {case_id: head(client, projection.service, case_id) for case_id in wanted["cases"]}
                known = [case_id for case_id, at in heads.items() if at is not None] if wanted["timelines"] else []
                said.append(
                    {
                        "service": projection.service, "address": address,
                        "partitions": [partition(place) for place in projection.partitions], "heads": heads,
                        "timelines": {case_id: timeline(client, projection.service, case_id) for case_id in known},
                    }
                )  # fmt: skip
    json.dump(said, sys.stdout)


def journal(address):
    with Client(address, "checker") as client:
        for place in client.call("OperationsService/GetJournalStatus").partitions:
            request = {"topic": place.topic, "partition": place.partition}
            for record in client.stream("OperationsService/ReadJournal", request, timeout=JOURNAL_SECONDS):
                place_and_stamp = (TOPICS[place.topic], place.partition, record.offset, millis(record.stamp))
                carried = carried_of((header.name, header.value) for header in record.headers)
                print(to_line(Record(*place_and_stamp, record.key, record.value, carried)))


def main():
    try:
        if sys.argv[1] == "journal":
            journal(sys.argv[2])
        else:
            services(sys.argv[2:], json.load(sys.stdin))
    except grpc.RpcError as error:
        sys.exit(f"{' '.join(sys.argv[2:])}: {error.code().name} {error.details()}")


if __name__ == "__main__":
    main()
