"""What clients were told, as check_journal.py reads it: one JSON object a line for every call, written before anything else is done with it.

    {"client": "client-3", "request_id": "r-…", "method": "whistle.intake.v1.IntakeService/RecordContact", "case_id": "…",
     "called_ms": …, "answered_ms": …, "deadline_ms": …, "ends_at_call": {"cases/3": 17}, "address": "127.0.0.1:7101",
     "receipt": {…} | "refusal": {"kind": "ALREADY", "reason": "…", …} | "error": {"code": "UNAVAILABLE", "message": "…"}}

`ends_at_call` is what was certainly in the journal when the call was made, on the case's partition: all receipts that any client had by then.
"""

import json
import threading
import time

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from harness import CONTRACTS

TOPICS = {1: "cases", 2: "registry"}
DETAILS_TRAILER = "grpc-status-details-bin"
MESSAGE_CHARACTERS_MAX = 300


def _status_details():
    """google.rpc.Status, of which only the details are read; Whistle's contracts do not hold it."""
    file = descriptor_pb2.FileDescriptorProto(name="fault_run/status.proto", package="fault_run", syntax="proto3")
    any_message = file.message_type.add(name="Any")
    any_message.field.add(name="type_url", number=1, type=9, label=1)
    any_message.field.add(name="value", number=2, type=12, label=1)
    status = file.message_type.add(name="Status")
    status.field.add(name="details", number=3, type=11, label=3, type_name=".fault_run.Any")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("fault_run.Status"))


_STATUS = _status_details()
_DETAIL = CONTRACTS.message("whistle.common.v1.RejectionDetail")
_KIND = _DETAIL.DESCRIPTOR.fields_by_name["kind"].enum_type
_KIND_PREFIX = "REJECTION_KIND_"


def refusal_of(error):
    """What the services say of why they refuse; None for an error that is no refusal."""
    for name, value in error.trailing_metadata() or ():
        if name != DETAILS_TRAILER:
            continue
        for packed in _STATUS.FromString(value).details:
            if packed.type_url.endswith("/whistle.common.v1.RejectionDetail"):
                detail = _DETAIL.FromString(packed.value)
                return {
                    "kind": _KIND.values_by_number[detail.kind].name.removeprefix(_KIND_PREFIX), "reason": detail.reason,
                    "subject": detail.subject, "expected": detail.expected, "actual": detail.actual,
                }  # fmt: skip
    return None


def receipt_fields(receipt):
    return {
        "case_id": receipt.case_id, "version": receipt.version, "head": receipt.head.hex(),
        "topic": TOPICS[receipt.position.topic], "partition": receipt.position.partition, "offset": receipt.position.offset,
        "event_ids": list(receipt.event_ids), "replayed": receipt.replayed,
        "recorded_at_ms": receipt.recorded_at.seconds * 1000 + receipt.recorded_at.nanos // 1_000_000,
    }  # fmt: skip


def now_ms():
    return time.time() * 1000


class Told:
    """The file, and what all clients together know of the journal. Any thread."""

    def __init__(self, path):
        self.path = path
        self._file = open(path, "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()
        # "cases/3" → an offset that the journal's end is beyond; case → its partition
        self._ends = {}
        self._partition_of = {}
        self.lines = 0

    def close(self):
        self._file.close()

    def known_ends(self, case_id):
        key = self._partition_of.get(case_id)
        return {key: self._ends[key]} if key else None

    def write(self, call, answer):
        """`call`: a Call that was answered; `answer`: its receipt, refusal or error."""
        line = {
            "client": call.client, "request_id": call.request_id, "method": call.method, "case_id": call.case_id,
            "called_ms": round(call.called_ms, 3), "answered_ms": round(call.answered_ms, 3),
            "deadline_ms": round(call.deadline_ms, 3), "address": call.address, **answer,
        }  # fmt: skip
        if call.known_ends:
            line["ends_at_call"] = call.known_ends
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self.lines += 1
            if receipt := answer.get("receipt"):
                key = f"{receipt['topic']}/{receipt['partition']}"
                self._partition_of[receipt["case_id"]] = key
                self._ends[key] = max(self._ends.get(key, 0), receipt["offset"] + 1)


class Call:
    """One call of one command: made, answered, told."""

    def __init__(self, told, client, address, rpc, request_id, case_id):
        self.told = told
        self.client = client.name
        self.address = address
        self.rpc = rpc
        self.request_id = request_id
        self.method = CONTRACTS.method(rpc)[0].lstrip("/")
        self.case_id = case_id
        self.known_ends = None
        self.called_ms = self.answered_ms = self.deadline_ms = None
        self._client = client

    def make(self, data, seconds):
        """(receipt or None, answer as it was told)"""
        self.known_ends = self.told.known_ends(self.case_id)
        self.called_ms = now_ms()
        self.deadline_ms = self.called_ms + seconds * 1000
        receipt = None
        try:
            receipt = self._client.call(self.rpc, data, timeout=seconds).receipt
            self.answered_ms = now_ms()
            answer = {"receipt": receipt_fields(receipt)}
        except grpc.RpcError as error:
            self.answered_ms = now_ms()
            refusal = refusal_of(error)
            if refusal is not None:
                answer = {"refusal": refusal}
            else:
                answer = {"error": {"code": error.code().name, "message": (error.details() or "")[:MESSAGE_CHARACTERS_MAX]}}
        self.told.write(self, answer)
        return receipt, answer
