"""Made-up journals for the checker's own tests: a small story that is right in every way, to be spoiled in one.

    world = World()
    case = world.register("hotline", "r-1")
    world.contact(case, "hotline", "r-2")
    world.records, world.calls, world.services()
"""

import copy
import hashlib
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WHISTLE_BUILD", ROOT / "build"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from checker import wire  # noqa: E402
from checker.told import case_of_registration  # noqa: E402

CONTRACTS = wire.Contracts(BUILD / "proto" / "contracts.binpb")
UUID = "0f0e0d0c-0b0a-4908-8706-050403020100"
IMPORTED_UUID = "1f1e1d1c-1b1a-4918-9716-151413121110"
YEAR_MS = 365 * 24 * 3600 * 1000
PARTITIONS = 4
START_MS = 1_700_000_000_000
SERVICE = {"intake": 1, "response": 2, "coordination": 3, "escalation": 4, "registry": 5}
DEADLINE_MS = 5000


def at(message, ms):
    message.seconds, message.nanos = ms // 1000, ms % 1000 * 1_000_000


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class World:
    def __init__(self):
        self.now_ms = START_MS
        self.records = []
        self.calls = []
        # What the story knows of itself, kept apart from anything the checker computes: case → [(version, head, place)]
        self.heads = {}
        self.ends = {}
        self.uuid = UUID
        self.carried_through = {}
        for topic, partition in [("registry", 0), *(("cases", n) for n in range(PARTITIONS))]:
            genesis = CONTRACTS.Genesis(
                journal_uuid=UUID, topic=2 if topic == "registry" else 1, partition=partition, partition_count=PARTITIONS, clock_kind=1
            )
            at(genesis.created_at, self.now_ms)
            self.append(topic, partition, "genesis", genesis.SerializeToString())
        self.registry_version = 0
        self.decide("registry", "registry", "admin", "g-1", {"organization_retired": {"organization_id": "x"}})
        self.registry_version = 1

    # Records.

    def imported(self, carried=lambda record: str(record["stamp_ms"])):
        """What this journal's records are after an import: under another uuid, stamped a year later; `carried` gives what is carried."""
        self.uuid, self.carried_through = IMPORTED_UUID, dict(self.ends)
        self.now_ms += YEAR_MS
        for record in self.records:
            if record["offset"] == 0:
                genesis = CONTRACTS.Genesis.FromString(bytes.fromhex(record["value"]))
                genesis.imported_from.journal_uuid, genesis.journal_uuid = genesis.journal_uuid, IMPORTED_UUID
                genesis.imported_from.through_offset = self.ends[record["topic"], record["partition"]]
                record["value"] = genesis.SerializeToString().hex()
            else:
                record["carried"] = carried(record)
            record["stamp_ms"] += YEAR_MS

    def append(self, topic, partition, key, value, stamp_ms=None):
        offset = self.ends.get((topic, partition), 0)
        self.ends[topic, partition] = offset + 1
        stamp_ms = self.now_ms if stamp_ms is None else stamp_ms
        self.records.append(
            {"topic": topic, "partition": partition, "offset": offset, "stamp_ms": stamp_ms, "key": key, "value": value.hex()}
        )
        return offset

    def place_of(self, case_id):
        return ("registry", 0) if case_id == "registry" else ("cases", wire.partition_of(case_id, PARTITIONS))

    def decision(self, service, case_id, client, request_id, *events, parent=None, **changes):
        """The message; each of `events` is {body: its fields}."""
        history = self.heads.get(case_id, [])
        decision = CONTRACTS.Decision(case_id=case_id, service=SERVICE[service], level=1, registry_version=self.registry_version)
        decision.parent = parent if parent is not None else (history[-1][1] if history else b"")
        decision.request.client, decision.request.request_id = client, request_id
        decision.request.fingerprint = sha256(request_id.encode())
        decision.actor.kind = 3 if request_id.startswith("agenda:") else 1
        at(decision.decided_at, self.now_ms)
        for event in events:
            message = decision.events.add(**copy.deepcopy(event))
            at(message.occurred_at, self.now_ms)
        for name, value in changes.items():
            setattr(decision, name, value)
        return decision

    def put(self, decision, counts=True, stamp_ms=None, value=None):
        """Appends it; (version, head, (topic, partition, offset)) of what it made."""
        topic, partition = self.place_of(decision.case_id)
        value = decision.SerializeToString() if value is None else value
        place = (topic, partition, self.append(topic, partition, decision.case_id, value, stamp_ms))
        history = self.heads.setdefault(decision.case_id, [])
        made = (len(history) + 1, sha256(value), place, len(decision.events))
        if counts:
            history.append(made)
        return made

    def decide(self, service, case_id, client, request_id, *events, **changes):
        self.now_ms += 10
        return self.put(self.decision(service, case_id, client, request_id, *events, **changes))

    # Calls, and what was answered.

    def call(self, client, request_id, method, case_id, **answer):
        begin = self.now_ms
        said = {
            "client": client, "request_id": request_id, "method": method, "case_id": case_id, "called_ms": begin,
            "answered_ms": begin + 20, "deadline_ms": begin + DEADLINE_MS, "fingerprint": sha256(request_id.encode()).hex(),
            **answer,
        }  # fmt: skip
        self.calls.append(said)
        return said

    @staticmethod
    def receipt(case_id, made, replayed=False):
        version, head, (topic, partition, offset), events = made
        ids = [f"{version}.{n}" for n in range(1, events + 1)]
        return {
            "case_id": case_id, "version": version, "head": head.hex(), "topic": topic, "partition": partition,
            "offset": offset, "event_ids": ids, "replayed": replayed,
        }  # fmt: skip

    def acknowledged(self, service, method, case_id, client, request_id, *events):
        self.now_ms += 10
        called_ms = self.now_ms
        ends_at_call = self.said_ends()
        self.now_ms += 3
        made = self.put(self.decision(service, case_id, client, request_id, *events))
        self.call(
            client, request_id, method, case_id, called_ms=called_ms, ends_at_call=ends_at_call, ends_at_answer=self.said_ends(),
            receipt=self.receipt(case_id, made),
        )  # fmt: skip
        return made

    def said_ends(self):
        return {f"{topic}/{partition}": end for (topic, partition), end in self.ends.items()}

    def register(self, client, request_id):
        case_id = case_of_registration(client, request_id)
        self.acknowledged(
            "intake", "whistle.intake.v1.IntakeService/RegisterCase", case_id, client, request_id, {"case_registered": {"title": "No gas"}}
        )
        return case_id

    def contact(self, case_id, client, request_id):
        return self.acknowledged(
            "intake", "whistle.intake.v1.IntakeService/RecordContact", case_id, client, request_id, {"contact_recorded": {"note": "again"}}
        )

    def event(self, service, case_id, client, request_id, body, **fields):
        return self.acknowledged(service, f"whistle.{service}.v1/X", case_id, client, request_id, {body: fields})

    def refused(self, client, request_id, case_id, kind, reason="", actual="", **more):
        self.now_ms += 10
        return self.call(
            client, request_id, "whistle.intake.v1.IntakeService/CloseCase", case_id,
            **{
                "ends_at_call": self.said_ends(), "ends_at_answer": self.said_ends(),
                "refusal": {"kind": kind, "reason": reason, "actual": actual}, **more,
            },
        )  # fmt: skip

    # What the services would say.

    def services(self):
        rows, digests = [], {}
        for record in self.records:
            key = (record["topic"], record["partition"])
            # Before `imported` nothing is carried, after it all but the genesis and what came since.
            carried = record["carried"].encode() if 0 < record["offset"] < self.carried_through.get(key, 0) else b""
            digests[key] = sha256(digests.get(key, bytes(32)), sha256(bytes.fromhex(record["value"])), carried)
        for (topic, partition), end in self.ends.items():
            last = next(r for r in reversed(self.records) if (r["topic"], r["partition"]) == (topic, partition))
            accepted = sum(made[2][:2] == (topic, partition) for history in self.heads.values() for made in history)
            rows.append(
                {
                    "topic": topic, "partition": partition, "health": "LIVE", "reason": "", "uuid": self.uuid, "offset": end - 1,
                    "record_hash": sha256(bytes.fromhex(last["value"])).hex(), "digest": digests[topic, partition].hex(),
                    "accepted": accepted, "superseded": end - 1 - accepted, "malformed": 0,
                }
            )  # fmt: skip
        cases = {case_id: history for case_id, history in self.heads.items() if case_id != "registry"}
        stamps = {(r["topic"], r["partition"], r["offset"]): int(r.get("carried", r["stamp_ms"])) for r in self.records}
        one = {
            "partitions": rows,
            "heads": {case_id: [history[-1][0], history[-1][1].hex()] for case_id, history in cases.items()},
            "timelines": {
                case_id: [
                    {
                        "version": version, "head": head.hex(), "bytes_hash": head.hex(), "topic": place[0], "partition": place[1],
                        "offset": place[2], "recorded_at_ms": stamps[place],
                    }
                    for version, head, place, _ in history
                ]
                for case_id, history in cases.items()
            },
        }  # fmt: skip
        return [
            {"service": service, "address": "127.0.0.1:1", **copy.deepcopy(one)}
            for service in ("intake", "response", "coordination", "escalation")
        ]

    # As files.

    def record_lines(self):
        return [json.dumps(record) for record in self.records]

    def call_lines(self):
        return [json.dumps(call) for call in self.calls]
