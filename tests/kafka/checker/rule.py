"""The acceptance rule, written from the design and from nothing else: which records of a journal count.

    fold = Fold(contracts)
    for record in records: fold.add(record)      # each partition's in order; partitions may be mixed

"A decision counts if and only if, at its place in the journal, its parent is the case's head and its time is plausible. The
checks, in this order and nothing else: envelope readable, key = case id, right partition, size, level known (else halt), event field
numbers belong to `service`, parent, time."
"""

import collections
import dataclasses
import hashlib

from google.protobuf.message import DecodeError

from . import wire
from .faults import BAD_JOURNAL, INCONSISTENT_OFFSET

CASES, REGISTRY = "cases", "registry"
REGISTRY_CASE = "registry"
TOPIC_NUMBER = {CASES: 1, REGISTRY: 2}

VALUE_BYTES_MAX = 256 * 1024
DECIDED_BEFORE_STAMP_MAX_MS = 15_000
DECIDED_AFTER_STAMP_MAX_MS = 5_000
# 1900-01-01 and the last second of 9999.
SECONDS_MIN, SECONDS_MAX = -2208988800, 253402300799

LEVEL_FIELD, EVENTS_FIELD, FIRST_BODY_FIELD = 6, 16, 100
SERVICES = {1: "intake", 2: "response", 3: "coordination", 4: "escalation", 5: "registry"}
# The body fields that each level added. No row ever changes.
VOCABULARY = {
    1: [(100, 125), (190, 192), (200, 208), (290, 292), (300, 309), (390, 392), (400, 424), (490, 492), (500, 505)],
}

# `carried`: the value of its last header `whistle_recorded_at`, None if it has none.
Record = collections.namedtuple("Record", "topic partition offset stamp_ms key value carried", defaults=(None,))

CARRIED_HEADER = "whistle_recorded_at"


@dataclasses.dataclass
class Accepted:
    """A decision that counts, without its bytes."""

    case_id: str
    version: int
    head: bytes
    topic: str
    partition: int
    offset: int
    stamp_ms: int
    recorded_at_ms: int
    client: str
    request_id: str
    fingerprint: bytes
    event_count: int

    @property
    def place(self):
        return (self.topic, self.partition, self.offset)

    def __str__(self):
        return f"case {self.case_id} version {self.version} at {where(*self.place)}"


@dataclasses.dataclass
class Partition:
    end: int = 0
    # Digest after each record, and each record's hash.
    digests: list = dataclasses.field(default_factory=list)
    hashes: list = dataclasses.field(default_factory=list)
    # Of the last accepted decision.
    recorded_at_ms: int = None
    accepted: int = 0
    superseded: int = 0
    malformed: int = 0
    halted: bool = False
    # Records below carry their stamp: how far an import brought them.
    carried_through: int = 0


def where(topic, partition, offset):
    return f"{topic}/{partition} offset {offset}"


def carried_ms(text):
    """The stamp that a header carries; None if it does not say one in the only way there is."""
    try:
        stamp_ms = int(text)
    except ValueError:
        return None
    return stamp_ms if str(stamp_ms).encode() == text and SECONDS_MIN <= stamp_ms // 1000 <= SECONDS_MAX else None


def millis(timestamp):
    return timestamp.seconds * 1000 + timestamp.nanos / 1e6


class Fold:
    def __init__(self, contracts, faults, vocabulary=None, on_accepted=lambda accepted, decision, record: None):
        self.contracts = contracts
        self.faults = faults
        self.vocabulary = vocabulary or VOCABULARY
        self.on_accepted = on_accepted
        self.uuid = None
        self.partition_count = None
        self.partitions = collections.defaultdict(Partition)
        # case → its accepted decisions, in order
        self.cases = {}
        # (case, client, request id) → accepted decisions
        self.requests = collections.defaultdict(list)
        # (case, client, request id) → places of those that did not count
        self.not_counted = collections.defaultdict(list)
        self.by_head = {}
        self.malformed = []

    def count(self, what):
        return sum(getattr(partition, what) for partition in self.partitions.values())

    def records(self):
        return sum(len(partition.hashes) for partition in self.partitions.values())

    def head_of(self, case_id):
        decisions = self.cases.get(case_id)
        return decisions[-1].head if decisions else b""

    def add(self, record):
        partition = self.partitions[record.topic, record.partition]
        if record.offset != partition.end:
            self.faults.add(
                INCONSISTENT_OFFSET,
                f"{record.topic}/{record.partition}: offset {record.offset} follows {partition.end - 1}; "
                f"{record.offset - partition.end} record(s) are gone",
            )
        partition.end = record.offset + 1
        record_hash = hashlib.sha256(record.value).digest()
        before = partition.digests[-1] if partition.digests else bytes(32)
        carried = b""
        if 0 < record.offset < partition.carried_through:
            carried = record.carried or b""
            stamp_ms = carried_ms(carried)
            if stamp_ms is None:
                partition.halted = True
                at = where(record.topic, record.partition, record.offset)
                self.faults.add(BAD_JOURNAL, f"{at} was imported and does not say when it was recorded: {carried!r}")
            else:
                record = record._replace(stamp_ms=stamp_ms)
        partition.digests.append(hashlib.sha256(before + record_hash + carried).digest())
        partition.hashes.append(record_hash)
        if record.offset == 0:
            self._genesis(record, partition)
        elif not partition.halted:
            self._decision(record, record_hash, partition)

    # The first record.

    def _genesis(self, record, partition):
        at = where(record.topic, record.partition, 0)
        try:
            genesis = self.contracts.Genesis.FromString(record.value)
        except DecodeError:
            genesis = None
        if record.key != b"genesis" or genesis is None or not genesis.journal_uuid:
            self.faults.add(BAD_JOURNAL, f"{at} is no genesis record")
            return
        if (genesis.topic, genesis.partition) != (TOPIC_NUMBER[record.topic], record.partition):
            self.faults.add(BAD_JOURNAL, f"{at} is the genesis of topic {genesis.topic} partition {genesis.partition}")
        if genesis.HasField("imported_from"):
            partition.carried_through = genesis.imported_from.through_offset
        for name, have, said in (
            ("uuid", self.uuid, genesis.journal_uuid),
            ("partition count", self.partition_count, genesis.partition_count),
        ):
            if have is not None and have != said:
                self.faults.add(BAD_JOURNAL, f"{at}: {name} {said}, another partition's genesis says {have}")
        self.uuid = self.uuid or genesis.journal_uuid
        self.partition_count = self.partition_count or genesis.partition_count

    # All others.

    def _decision(self, record, record_hash, partition):
        decision, fault, level = self._read(record)
        if level is not None:
            partition.halted = True
            at = where(record.topic, record.partition, record.offset)
            self.faults.add(BAD_JOURNAL, f"{at} is of level {level}, which this checker does not know: the partition is not read on")
            return
        if fault:
            partition.malformed += 1
            self.malformed.append((record.topic, record.partition, record.offset, fault))
            return
        request = (decision.case_id, decision.request.client, decision.request.request_id)
        decided_at_ms = millis(decision.decided_at)
        plausible = -DECIDED_AFTER_STAMP_MAX_MS <= record.stamp_ms - decided_at_ms <= DECIDED_BEFORE_STAMP_MAX_MS
        if decision.parent != self.head_of(decision.case_id) or not plausible:
            partition.superseded += 1
            self.not_counted[request].append((record.topic, record.partition, record.offset))
            return
        partition.accepted += 1
        partition.recorded_at_ms = max(record.stamp_ms, partition.recorded_at_ms or record.stamp_ms)
        history = self.cases.setdefault(decision.case_id, [])
        accepted = Accepted(
            decision.case_id, len(history) + 1, record_hash, record.topic, record.partition, record.offset, record.stamp_ms,
            partition.recorded_at_ms, decision.request.client, decision.request.request_id, decision.request.fingerprint,
            len(decision.events),
        )  # fmt: skip
        history.append(accepted)
        self.requests[request].append(accepted)
        self.by_head[record_hash] = accepted
        self.on_accepted(accepted, decision, record)

    def _read(self, record):
        """(decision, why it is malformed, the level that is not known)"""
        try:
            decision = self.contracts.Decision.FromString(record.value)
            level = decision.level
        except DecodeError:
            # A later vocabulary may hold what cannot be decoded here, so the level is read by itself.
            decision, level = None, self._level_alone(record.value)
        known = level <= max(self.vocabulary)
        if decision is None and known:
            return None, "not a decision", None
        if decision is not None:
            fault = self._envelope_fault(decision)
            if not fault and record.key != decision.case_id.encode():
                fault = "key is not the case id"
            if not fault and not self._in_right_partition(decision, record):
                fault = "wrong partition"
            if fault:
                return decision, fault, None
        if len(record.value) > VALUE_BYTES_MAX:
            return decision, "too large", None
        if not known:
            return decision, None, level
        try:
            return decision, self._foreign_field(record.value, decision.service, level), None
        except wire.Malformed:
            return None, "not a decision", None

    @staticmethod
    def _level_alone(value):
        level = 0
        try:
            for number, kind, read in wire.fields(value):
                if number == LEVEL_FIELD and kind == wire.VARINT:
                    level = read & 0xFFFFFFFF
        except wire.Malformed:
            return 0
        return level

    @staticmethod
    def _envelope_fault(decision):
        if not decision.case_id:
            return "no case id"
        if len(decision.parent) not in (0, 32):
            return "a parent that is no hash"
        if not decision.request.request_id:
            return "no request id"
        if decision.service not in SERVICES:
            return "no service"
        at = decision.decided_at
        if not decision.HasField("decided_at") or not SECONDS_MIN <= at.seconds <= SECONDS_MAX or not 0 <= at.nanos < 10**9:
            return "no decided_at that can be"
        return "" if decision.level else "no level"

    def _in_right_partition(self, decision, record):
        if record.topic == REGISTRY:
            return SERVICES[decision.service] == "registry" and decision.case_id == REGISTRY_CASE
        if SERVICES[decision.service] == "registry" or decision.case_id == REGISTRY_CASE:
            return False
        return record.partition == wire.partition_of(decision.case_id, self.partition_count or 1)

    def _foreign_field(self, value, service, level):
        """Why, if an event is not the service's own in the vocabulary of that level."""
        ranges = [r for known, added in self.vocabulary.items() if known <= level for r in added]
        for number, kind, body in wire.fields(value):
            if number != EVENTS_FIELD or kind != wire.BYTES:
                continue
            for field, _, _ in wire.fields(body):
                own = service * 100 <= field < service * 100 + 100 and any(a <= field <= b for a, b in ranges)
                if field >= FIRST_BODY_FIELD and not own:
                    return f"event field {field} is not {SERVICES[service]}'s own"
        return ""
