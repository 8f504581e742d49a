"""What clients were told, against what the journal says. README.md describes the file.

Only what can be judged without the domain's rules is judged. A refusal "illegal in this state" or "no authority" is not: it is counted
as unjudged, and the engine's model (tests/simulation) is what speaks for it.
"""

import collections
import hashlib
import json
import re

from .faults import (
    ACKNOWLEDGED_BUT_SUPERSEDED,
    ANSWER_AFTER_DEADLINE,
    DUPLICATED,
    FALSE_REFUSAL,
    HEAD_DIFFERS,
    INCONSISTENT_OFFSET,
    LOST,
    VERSION_GAP,
)
from .rule import CASES, where

# Where only clocks can say what came first (a client's against the broker's, on one machine).
CLOCK_TOLERANCE_MS = 1000
SINCE_EVENT = re.compile(r"since event (\d+)\.(\d+)")
# Answers after which it is certain that the call changed nothing. A DEADLINE_EXCEEDED may be the client's own.
NOTHING_HAPPENED = {"ABORTED", "INVALID_ARGUMENT", "RESOURCE_EXHAUSTED"}


class BadFile(Exception):
    pass


def case_of_registration(client, request_id):
    """The case that RegisterCase derives, so that its retry lands on the same one."""
    return hashlib.sha256(b"case\0" + client.encode() + b"\0" + request_id.encode()).hexdigest()[:24]


class Call:
    """One line of the file."""

    def __init__(self, line_number, line):
        try:
            said = json.loads(line)
            self.client, self.request_id, self.method = said["client"], said["request_id"], said["method"]
            self.receipt, self.refusal, self.error = said.get("receipt"), said.get("refusal"), said.get("error")
            self.case_id = said.get("case_id") or (self.receipt or {}).get("case_id") or self._derived_case()
            self.called_ms, self.answered_ms = said["called_ms"], said.get("answered_ms")
            self.deadline_ms = said.get("deadline_ms")
            self.fingerprint = bytes.fromhex(said.get("fingerprint", ""))
            self.ends_at_call, self.ends_at_answer = said.get("ends_at_call"), said.get("ends_at_answer")
            if self.receipt:
                self.head = bytes.fromhex(self.receipt["head"])
                self.place = (self.receipt.get("topic", CASES), self.receipt["partition"], self.receipt["offset"])
                self.version = self.receipt["version"]
            if sum(answer is not None for answer in (self.receipt, self.refusal, self.error)) > 1:
                raise ValueError("more than one of receipt, refusal, error")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadFile(f"line {line_number}: {type(error).__name__} {error}") from None
        self.line_number = line_number

    def _derived_case(self):
        if self.method.endswith("IntakeService/RegisterCase"):
            return case_of_registration(self.client, self.request_id)
        return "registry" if ".RegistryService/" in self.method else ""

    @property
    def key(self):
        return (self.case_id, self.client, self.request_id)

    @property
    def kind(self):
        return (self.refusal or {}).get("kind", "")

    def __str__(self):
        return f"line {self.line_number}: {self.client} {self.request_id} {self.method.rpartition('/')[2]} on case {self.case_id}"

    def same_command(self, accepted):
        return not self.fingerprint or self.fingerprint == accepted.fingerprint

    # What surely was, at the call and at the answer. By offsets where the client knew them, else by clocks.

    def was_before_call(self, accepted):
        end = (self.ends_at_call or {}).get(f"{accepted.topic}/{accepted.partition}")
        if end is not None:
            return accepted.offset < end
        return accepted.stamp_ms + CLOCK_TOLERANCE_MS < self.called_ms

    def was_after_answer(self, accepted):
        end = (self.ends_at_answer or {}).get(f"{accepted.topic}/{accepted.partition}")
        if end is not None:
            return accepted.offset >= end
        return self.answered_ms is not None and accepted.stamp_ms > self.answered_ms + CLOCK_TOLERANCE_MS


def read(lines):
    return [Call(number, line) for number, line in enumerate(lines, 1) if line.strip()]


class Told:
    """Compares; counts what it compared."""

    def __init__(self, fold, faults, late_ms):
        self.fold = fold
        self.faults = faults
        self.late_ms = late_ms
        self.acknowledged = set()
        self.refused = 0
        self.unknown = 0
        self.unjudged = 0

    def check(self, calls):
        by_key = collections.defaultdict(list)
        for call in sorted(calls, key=lambda call: call.called_ms):
            self._deadline(call)
            if call.receipt:
                self._receipt(call, first=not by_key[call.key])
            elif call.refusal:
                self.refused += 1
                self._refusal(call)
            else:
                self.unknown += 1
            by_key[call.key].append(call)
        for key, told in by_key.items():
            self._all_told(key, told)
        self._at_most_once()

    def _deadline(self, call):
        if call.deadline_ms is not None and call.answered_ms is not None and call.answered_ms > call.deadline_ms + self.late_ms:
            late = call.answered_ms - call.deadline_ms
            self.faults.add(ANSWER_AFTER_DEADLINE, f"{call}: {late:.0f} ms after its deadline")

    def _at_most_once(self):
        for (case_id, client, request_id), found in self.fold.requests.items():
            if len(found) > 1:
                places = ", ".join(where(*accepted.place) for accepted in found)
                self.faults.add(DUPLICATED, f"case {case_id}: {client} {request_id} happened {len(found)} times: {places}")

    # Acknowledged is kept.

    def _receipt(self, call, first):
        self.acknowledged.add(call.key)
        found = self.fold.requests.get(call.key, [])
        if not found:
            places = self.fold.not_counted.get(call.key, [])
            # An earlier attempt that was superseded does not say what became of the acknowledged one.
            if call.place in places:
                self.faults.add(ACKNOWLEDGED_BUT_SUPERSEDED, f"{call}: acknowledged, and does not count at {where(*call.place)}")
            else:
                self.faults.add(LOST, f"{call}: acknowledged at {where(*call.place)}, and not in the journal")
            return
        accepted = next((a for a in found if a.head == call.head), found[0])
        if not call.same_command(accepted):
            self.faults.add(LOST, f"{call}: acknowledged, and under this request id the journal has another command")
            return
        if accepted.head != call.head:
            other = self.fold.by_head.get(call.head)
            self.faults.add(HEAD_DIFFERS, f"{call}: the receipt's head is {'of ' + str(other) if other else 'of nothing'}, not of {accepted}")
        if accepted.place != call.place:
            self.faults.add(INCONSISTENT_OFFSET, f"{call}: the receipt says {where(*call.place)}, it is {accepted}")
        if accepted.version != call.version:
            self.faults.add(VERSION_GAP, f"{call}: the receipt says version {call.version}, it is {accepted}")
        ids = [f"{accepted.version}.{n}" for n in range(1, accepted.event_count + 1)]
        if call.receipt.get("event_ids", ids) != ids:
            self.faults.add(VERSION_GAP, f"{call}: the receipt says events {call.receipt['event_ids']}, {accepted} has {ids}")
        if call.receipt.get("recorded_at_ms", accepted.recorded_at_ms) != accepted.recorded_at_ms:
            self.faults.add(INCONSISTENT_OFFSET, f"{call}: the receipt's recorded time is not that of {accepted}")
        if call.was_after_answer(accepted):
            self.faults.add(INCONSISTENT_OFFSET, f"{call}: acknowledged before it was in the journal, as {accepted}")
        # A retry may find what an earlier try of its own left behind.
        if first and not call.receipt.get("replayed") and call.ends_at_call and call.was_before_call(accepted):
            self.faults.add(INCONSISTENT_OFFSET, f"{call}: in the journal before it was called, as {accepted}")

    # Refused stays refused.

    def _refusal(self, call):
        done = [accepted for accepted in self.fold.requests.get(call.key, []) if call.same_command(accepted)]
        if call.kind == "REQUEST_ID_REUSED":
            self._reused(call)
            return
        # Fields are checked before request ids are looked up, so only the very same command cannot be called wrong later.
        if (call.kind != "INVALID" or call.fingerprint) and any(call.was_before_call(accepted) for accepted in done):
            self.faults.add(FALSE_REFUSAL, f"{call}: refused ({call.refusal.get('reason', '')}), though done before: {done[0]}")
            return
        if call.kind == "ALREADY":
            self._already(call)
        elif call.kind == "NOT_FOUND" and call.refusal.get("reason") == "unknown_case":
            history = self.fold.cases.get(call.case_id)
            if history and call.was_before_call(history[0]):
                self.faults.add(FALSE_REFUSAL, f"{call}: refused as unknown, though {history[0]} was there before the call")
        else:
            self.unjudged += 1

    def _reused(self, call):
        found = [a for a in self.fold.requests.get(call.key, []) if not call.was_after_answer(a)]
        if not found:
            self.faults.add(FALSE_REFUSAL, f"{call}: refused as a request id used before, and the journal has none under it")
        elif call.fingerprint and all(call.same_command(accepted) for accepted in found):
            self.faults.add(FALSE_REFUSAL, f"{call}: refused as a request id used for another command, and it was this one: {found[0]}")

    def _already(self, call):
        said = SINCE_EVENT.search(call.refusal.get("actual", ""))
        if not said:
            self.unjudged += 1
            return
        version, number = int(said.group(1)), int(said.group(2))
        history = self.fold.cases.get(call.case_id, [])
        if not 1 <= version <= len(history) or not 1 <= number <= history[version - 1].event_count:
            self.faults.add(FALSE_REFUSAL, f"{call}: refused as already so since event {version}.{number}, which does not exist")
        elif call.was_after_answer(history[version - 1]):
            self.faults.add(FALSE_REFUSAL, f"{call}: refused as already so by {history[version - 1]}, which came after the answer")

    def _all_told(self, key, told):
        """A request id to which everybody was told that nothing happened, and something did."""
        found = self.fold.requests.get(key)
        if not found:
            return
        receipts = [call for call in told if call.receipt]
        said_no = [
            call
            for call in told
            if (call.refusal and call.kind != "REQUEST_ID_REUSED") or (call.error or {}).get("code") in NOTHING_HAPPENED
        ]
        if not receipts and len(said_no) == len(told) and any(call.same_command(found[0]) for call in told):
            self.faults.add(FALSE_REFUSAL, f"{told[-1]}: told that nothing happened, and it did: {found[0]}")
