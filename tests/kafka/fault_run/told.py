"""What clients were told, as check_journal.py reads it: one JSON object a line for every call, written before anything else is done with it.

    {"client": "client-3", "request_id": "r-…", "method": "whistle.intake.v1.IntakeService/RecordContact", "case_id": "…",
     "fingerprint": "…", "called_ms": …, "answered_ms": …, "deadline_ms": …, "ends_at_call": {"cases/3": 17}, "address": "127.0.0.1:7101",
     "receipt": {…} | "refusal": {"kind": "ALREADY", "reason": "…", …} | "error": {"code": "UNAVAILABLE", "message": "…"}}

`ends_at_call` is what was certainly in the journal when the call was made, on the case's partition: all receipts that any client had by then.
"""

import hashlib
import json
import threading

import grpc

from harness import CONTRACTS
from recorder import now_ms, receipt_of, refusal_of

MESSAGE_CHARACTERS_MAX = 300
# What a service gives a call that names no deadline (libs/rpc/admission.h).
DEADLINE_DEFAULT_SECONDS = 10


def fingerprint(rpc, data):
    """What the services remember of a command, beside its request id: which it was, word for word."""
    request = CONTRACTS.method(rpc)[2].FromString(data)
    command = request.DESCRIPTOR.full_name.removesuffix("Request")
    return hashlib.sha256(command.encode() + b"\0" + request.SerializeToString(deterministic=True)).hexdigest()


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
            "fingerprint": call.fingerprint, "called_ms": round(call.called_ms, 3), "answered_ms": round(call.answered_ms, 3),
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
        self.fingerprint = ""
        self.known_ends = None
        self.called_ms = self.answered_ms = self.deadline_ms = None
        self._client = client
        self._future = None

    def make(self, data, seconds):
        """(receipt or None, answer as it was told)"""
        self.start(data, seconds)
        return self.finish()

    def start(self, data, seconds):
        """Sends it. Without `seconds` the service gives it its own deadline, and the client waits as long as it likes."""
        self.fingerprint = fingerprint(self.rpc, data)
        self.known_ends = self.told.known_ends(self.case_id)
        self.called_ms = now_ms()
        self.deadline_ms = self.called_ms + (seconds or DEADLINE_DEFAULT_SECONDS) * 1000
        self._future = self._client.start(self.rpc, data, timeout=seconds)
        self._future.add_done_callback(lambda _: self._answered())

    def _answered(self):
        self.answered_ms = self.answered_ms or now_ms()

    def finish(self, patience_seconds=None):
        """(receipt or None, answer as it was told); after that many seconds more the client gives up."""
        receipt = None
        try:
            receipt = self._future.result(patience_seconds).receipt
            answer = {"receipt": receipt_of(receipt)}
        except grpc.FutureTimeoutError:
            self._future.cancel()
            answer = {"error": {"code": "CANCELLED", "message": "the client gave up waiting"}}
        except grpc.RpcError as error:
            refusal = refusal_of(error)
            if refusal is not None:
                answer = {"refusal": refusal}
            else:
                answer = {"error": {"code": error.code().name, "message": (error.details() or "")[:MESSAGE_CHARACTERS_MAX]}}
        self._answered()
        self.told.write(self, answer)
        return receipt, answer
