"""Writes down what clients are told, as check_journal.py reads it. For programs under build/python, with end_to_end's harness.

    with Recorder(folder / "calls.jsonl") as recorder:
        receipt = recorder.command(client, "IntakeService/RecordContact", fields, timeout=5)

One line a call, answered or not; a call that raises raises here too. Any number of threads.
"""

import hashlib
import json
import pathlib
import sys
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "end_to_end"), str(pathlib.Path(__file__).resolve().parent)]

import grpc  # noqa: E402
from checker import wire  # noqa: E402
from harness import CONTRACTS  # noqa: E402

TOPICS = {1: "cases", 2: "registry"}
DETAIL_TYPE = "whistle.common.v1.RejectionDetail"
# google.rpc.Status and google.protobuf.Any: the fields that hold the details, the type and its bytes.
DETAILS_FIELD, TYPE_FIELD, VALUE_FIELD = 3, 1, 2


def now_ms():
    return time.time_ns() / 1e6


def refusal_of(error):
    """What a refusal says of itself; None if the error is not one."""
    status = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    for number, _, detail in wire.fields(status):
        if number != DETAILS_FIELD:
            continue
        parts = {field: value for field, _, value in wire.fields(detail)}
        if parts.get(TYPE_FIELD, b"").decode().endswith("/" + DETAIL_TYPE):
            said = CONTRACTS.message(DETAIL_TYPE).FromString(parts.get(VALUE_FIELD, b""))
            kind = said.DESCRIPTOR.fields_by_name["kind"].enum_type.values_by_number[said.kind].name
            return {
                "code": error.code().name, "kind": kind.removeprefix("REJECTION_KIND_"), "reason": said.reason,
                "subject": said.subject, "expected": said.expected, "actual": said.actual,
            }  # fmt: skip
    return None


def receipt_of(receipt):
    return {
        "case_id": receipt.case_id, "version": receipt.version, "head": receipt.head.hex(),
        "topic": TOPICS[receipt.position.topic], "partition": receipt.position.partition, "offset": receipt.position.offset,
        "event_ids": list(receipt.event_ids), "replayed": receipt.replayed,
        "recorded_at_ms": receipt.recorded_at.seconds * 1000 + receipt.recorded_at.nanos // 1_000_000,
    }  # fmt: skip


class Recorder:
    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def command(self, client, rpc, fields, timeout, service=None, **more):
        """The receipt. `fields` has the context with its request id; `more` goes into the line as it is (ends_at_call, target)."""
        request = CONTRACTS.request(rpc, fields)
        method = CONTRACTS.method(rpc)[0].removeprefix("/")
        # What the fingerprint calls the method: "whistle.intake.v1.RecordContact".
        command = request.DESCRIPTOR.full_name.removesuffix("Request")
        fingerprint = hashlib.sha256(command.encode() + b"\0" + request.SerializeToString(deterministic=True)).hexdigest()
        called_ms = now_ms()
        line = {
            "client": client.name, "request_id": request.context.request_id, "method": method, "case_id": request.context.case_id,
            "fingerprint": fingerprint, "called_ms": called_ms, "deadline_ms": called_ms + timeout * 1000, **more,
        }  # fmt: skip
        try:
            receipt = client.call(rpc, request, service=service, timeout=timeout).receipt
            line["receipt"] = receipt_of(receipt)
            return receipt
        except grpc.RpcError as error:
            refusal = refusal_of(error)
            if refusal:
                line["refusal"] = refusal
            else:
                line["error"] = {"code": error.code().name, "message": error.details()}
            raise
        finally:
            if "receipt" in line or "refusal" in line or "error" in line:
                line["answered_ms"] = now_ms()
            with self._lock:
                print(json.dumps(line), file=self._file)
