"""The core rule once more, from the design's words and in another language: what a journal says, read from its raw records.

Shares no code with what it checks: the records come from OperationsService.ReadJournal as bytes, and everything else (partition of a
case, acceptance, heads, digests) is computed here.
"""

import hashlib
from collections import namedtuple

from harness import CONTRACTS, SERVICES

CASES, REGISTRY = 1, 2
DECIDED_BEFORE_STAMP_MAX_NS = 15 * 10**9
DECIDED_AFTER_STAMP_MAX_NS = 5 * 10**9
FIRST_EVENT_FIELD = {1: 100, 2: 200, 3: 300, 4: 400, 5: 500}

# recorded_ns: the stamp, made monotonic within the partition.
Accepted = namedtuple("Accepted", "version head topic partition offset request decision value recorded_ns")


class Case:
    def __init__(self):
        self.decisions = []
        self.head = b""

    @property
    def version(self):
        return len(self.decisions)


class Journal:
    """All records of a journal, folded."""

    def __init__(self):
        self.cases = {}
        # (case, client, request id) → accepted decisions that carry it
        self.requests = {}
        # (topic, partition) → digest over its records, number of its records
        self.digests = {}
        self.ends = {}
        # (topic, partition) → recorded time of its last accepted decision
        self.recorded_ns = {}
        self.superseded = 0
        self.malformed = []


def murmur2(data):
    """Kafka's default partitioner's hash, as its protocol guide has it."""
    m, mask = 0x5BD1E995, 0xFFFFFFFF
    h = (0x9747B28C ^ len(data)) & mask
    whole = len(data) // 4 * 4
    for i in range(0, whole, 4):
        k = int.from_bytes(data[i : i + 4], "little") * m & mask
        k = (k ^ (k >> 24)) * m & mask
        h = (h * m & mask) ^ k
    rest = data[whole:]
    if rest:
        h = (h ^ int.from_bytes(rest, "little")) * m & mask
    h = (h ^ (h >> 13)) * m & mask
    return h ^ (h >> 15)


def partition_of(case_id, partition_count):
    return (murmur2(case_id.encode()) & 0x7FFFFFFF) % partition_count


def nanos(timestamp):
    return timestamp.seconds * 10**9 + timestamp.nanos


def _fault(decision, record, topic, partition, partition_count):
    """Why the record counts for nobody, whatever its case; empty if nothing speaks against it."""
    if decision.case_id.encode() != record.key:
        return "key is not the case"
    if len(decision.parent) not in (0, 32):
        return "parent"
    first = FIRST_EVENT_FIELD.get(decision.service)
    if first is None:
        return "service"
    if topic == REGISTRY:
        if decision.service != 5 or decision.case_id != "registry":
            return "not the registry's"
    elif decision.service == 5 or partition != partition_of(decision.case_id, partition_count):
        return "wrong partition"
    if not 1 <= len(decision.events) <= 64:
        return "number of events"
    for event in decision.events:
        body = event.WhichOneof("body")
        if body is None:
            return "event without body"
        if not first <= event.DESCRIPTOR.fields_by_name[body].number < first + 100:
            return "foreign event"
    return ""


def read(client):
    """Reads and folds the whole journal of a running service."""
    decision_class = CONTRACTS.message("whistle.journal.v1.Decision")
    genesis_class = CONTRACTS.message("whistle.journal.v1.Genesis")
    status = client.call("OperationsService/GetJournalStatus")
    journal = Journal()
    for place in status.partitions:
        topic, partition = place.topic, place.partition
        digest = bytes(32)
        expected = 0
        through = 0
        stream = client.stream("OperationsService/ReadJournal", {"topic": topic, "partition": partition}, timeout=120)
        for record in stream:
            assert record.offset == expected, f"topic {topic} partition {partition}: {record.offset} follows {expected - 1}"
            expected += 1
            carried = carry(record, through)
            digest = hashlib.sha256(digest + hashlib.sha256(record.value).digest() + carried).digest()
            if record.offset == 0:
                assert record.key == b"genesis", f"topic {topic} partition {partition} begins with {record.key!r}"
                genesis = genesis_class.FromString(record.value)
                assert genesis.journal_uuid == status.journal_uuid
                assert (genesis.topic, genesis.partition) == (topic, partition)
                through = genesis.imported_from.through_offset
                continue
            _fold(journal, record, decision_class.FromString(record.value), topic, partition, status.partition_count)
        journal.digests[topic, partition] = digest
        journal.ends[topic, partition] = expected
    return journal


def carry(record, through):
    """Of a record that an import brought, the stamp that it carries takes the place of the journal's own; what was carried, b"" for any other."""
    if not 0 < record.offset < through:
        return b""
    carried = [header.value for header in record.headers if header.name == "whistle_recorded_at"]
    assert carried, f"offset {record.offset} was imported and does not say when it was recorded"
    assert str(int(carried[-1])).encode() == carried[-1], f"offset {record.offset} was imported and says {carried[-1]!r}"
    record.stamp.FromMilliseconds(int(carried[-1]))
    return carried[-1]


def _fold(journal, record, decision, topic, partition, partition_count):
    fault = _fault(decision, record, topic, partition, partition_count)
    if fault:
        journal.malformed.append((topic, partition, record.offset, fault))
        return
    case = journal.cases.setdefault(decision.case_id, Case())
    before_stamp = nanos(record.stamp) - nanos(decision.decided_at)
    plausible = -DECIDED_AFTER_STAMP_MAX_NS <= before_stamp <= DECIDED_BEFORE_STAMP_MAX_NS
    if decision.parent != case.head or not plausible:
        journal.superseded += 1
        return
    case.head = hashlib.sha256(record.value).digest()
    request = (decision.case_id, decision.request.client, decision.request.request_id)
    recorded_ns = max(nanos(record.stamp), journal.recorded_ns.get((topic, partition), nanos(record.stamp)))
    journal.recorded_ns[topic, partition] = recorded_ns
    accepted = Accepted(
        case.version + 1, case.head, topic, partition, record.offset, request, decision, record.value, recorded_ns
    )
    case.decisions.append(accepted)
    journal.requests.setdefault(request, []).append(accepted)


def check_receipt(journal, client_name, request_id, receipt):
    """What was acknowledged is in the journal exactly once, as it was acknowledged."""
    found = journal.requests.get((receipt.case_id, client_name, request_id), [])
    what = f"case {receipt.case_id} client {client_name} request {request_id}"
    assert len(found) == 1, f"{what}: acknowledged, and {len(found)} times in the journal"
    accepted = found[0]
    assert accepted.version == receipt.version, f"{what}: version {receipt.version} is {accepted.version} in the journal"
    assert accepted.head == receipt.head, f"{what}: another head than in the journal"
    place = (receipt.position.topic, receipt.position.partition, receipt.position.offset)
    assert place == accepted[2:5], f"{what}: at {accepted[2:5]}, the receipt says {place}"
    ids = [f"{accepted.version}.{n}" for n in range(1, len(accepted.decision.events) + 1)]
    assert ids == list(receipt.event_ids), f"{what}: events {ids}, the receipt says {list(receipt.event_ids)}"


def check_at_most_once(journal):
    for request, found in journal.requests.items():
        assert len(found) == 1, f"{request} happened {len(found)} times"


def check_projections(client, journal):
    """All four services have folded this very journal: digests, heads, and every timeline byte for byte."""
    status = client.call("OperationsService/GetProjectionStatus")
    assert sorted(p.service for p in status.projections) == sorted(SERVICES)
    for projection in status.projections:
        for place in projection.partitions:
            key = (place.topic, place.partition)
            what = f"{projection.service} topic {key[0]} partition {key[1]}"
            assert place.health == 2, f"{what}: health {place.health}: {place.reason}"
            assert place.row.offset + 1 == journal.ends[key], f"{what}: at {place.row.offset}, the end is {journal.ends[key]}"
            assert place.row.digest == journal.digests[key], f"{what}: another digest than the journal's"
    for case_id, case in journal.cases.items():
        # The registry's chain is folded by every service but is nobody's case.
        if case_id == "registry":
            continue
        for service in SERVICES:
            head = client.call("TimelineService/GetHead", {"case_id": case_id}, service=service)
            what = f"{service} case {case_id}"
            assert head.version == case.version, f"{what}: version {head.version}, the journal says {case.version}"
            assert head.head == case.head, f"{what}: another head than the journal's"
            check_timeline(client, service, case_id, case)


def check_timeline(client, service, case_id, case):
    token, at = "", 0
    while True:
        request = {"case_id": case_id, "page": {"size": 500, "token": token}}
        page = client.call("TimelineService/GetTimeline", request, service=service)
        for entry in page.entries:
            accepted = case.decisions[at]
            at += 1
            what = f"{service} case {case_id} version {at}"
            assert entry.version == at, f"{what}: the timeline has version {entry.version}"
            assert entry.decision_bytes == accepted.value, f"{what}: other bytes than the journal's"
            assert entry.head == accepted.head, f"{what}: another head"
        token = page.next_page_token
        if not token:
            break
    assert at == case.version, f"{service} case {case_id}: {at} entries, {case.version} decisions"
