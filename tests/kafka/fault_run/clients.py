"""Clients that give one command after another, each with its request id until it is answered, through any instance."""

import collections
import random
import threading
import traceback

from commands import Author
from harness import Client
from recorder import now_ms
from told import Call

# Less than any timeout of the services: what hangs is asked elsewhere.
CALL_SECONDS = 5
RETRY_SECONDS_MIN, RETRY_SECONDS_MAX = 0.05, 1.0
# Of these nobody knows whether it happened, or it did not and may yet: the client asks again with the same request id.
RETRIED = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED", "CANCELLED"}
ERRORS_KEPT = 20_000

Answered = collections.namedtuple("Answered", "called_ms answered_ms address rpc replayed")
Error = collections.namedtuple("Error", "called_ms answered_ms address rpc code message")


class Load:
    """All clients together: begun, held still for a moment, let go on, ended."""

    def __init__(self, instances, told, shared, clients, per_second, seed, complain, author=Author):
        self.told = told
        self.complain = complain
        # service → addresses
        self.addresses = collections.defaultdict(list)
        for instance in instances:
            self.addresses[instance.service].append(instance.address)
        self.pause_seconds = clients / per_second if per_second else 0
        # Appended to by all clients, read by others; both are safe for Python's lists and deques.
        self.acknowledged = []
        self.errors = collections.deque(maxlen=ERRORS_KEPT)
        self.refused = 0
        self.codes = collections.Counter()
        self._go = threading.Event()
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._busy = set()
        self._clients = [_Client(self, n, f"client-{n}", shared, seed, author) for n in range(1, clients + 1)]

    def start(self):
        self._go.set()
        for client in self._clients:
            client.thread.start()

    def hold(self):
        """No new command is begun; those under way are carried to their answers."""
        self._go.clear()

    def go_on(self):
        self._go.set()

    def unanswered(self):
        """The commands that are under way."""
        with self._lock:
            return sorted(self._busy)

    def end(self, seconds):
        """Ends all clients; commands that were not answered by then are complained of, if there was any time for them."""
        self._end.set()
        self._go.set()
        deadline = now_ms() + seconds * 1000
        for client in self._clients:
            client.thread.join(max(0, deadline - now_ms()) / 1000)
        for name in self.unanswered() if seconds else ():
            self.complain("not answered", name)

    # What was answered since a moment.

    def acknowledged_since(self, since_ms, by=None):
        """Those that were called then or later, and were carried out rather than found done."""
        found = []
        for one in reversed(self.acknowledged):
            if one.answered_ms < since_ms:
                break
            if one.called_ms >= since_ms and not one.replayed and (by is None or one.address == by):
                found.append(one)
        return found

    def errors_since(self, since_ms, by):
        return [one for one in list(self.errors) if one.called_ms >= since_ms and one.address == by]

    # For the clients.

    def wait_to_begin(self, seconds):
        """False if it is over."""
        self._end.wait(seconds)
        self._go.wait()
        return not self._end.is_set()

    def wait_to_retry(self, seconds):
        threading.Event().wait(seconds)

    def busy(self, what):
        with self._lock:
            self._busy.add(what)

    def idle(self, what):
        with self._lock:
            self._busy.discard(what)

    def count(self, code):
        with self._lock:
            self.codes[code] += 1
            self.refused += code == "refused"


class _Client:
    def __init__(self, load, number, name, shared, seed, author):
        self.load = load
        self.name = name
        self.random = random.Random(seed * 1000 + number)
        self.author = author(seed * 1000 + number, shared, self.give)
        self.connections = {}
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)

    def run(self):
        try:
            while self.load.wait_to_begin(self._pause_seconds()):
                self.author.next()
        except Exception:  # a fault of this program: said, and the run does not count
            self.load.complain("client failed", f"{self.name}: {traceback.format_exc()}")
        finally:
            for connection in self.connections.values():
                connection.close()

    def _pause_seconds(self):
        return self.random.expovariate(1 / self.load.pause_seconds) if self.load.pause_seconds else 0

    def give(self, command):
        """Carries one command to its answer: (receipt or None, refusal or None)."""
        what = f"{self.name} {command.request_id} {command.rpc} on case {command.case_id or '(new)'}"
        self.load.busy(what)
        try:
            receipt, refusal = self._until_answered(command)
        finally:
            self.load.idle(what)
        if refusal is not None:
            if refusal["kind"] not in command.may_refuse:
                self.load.complain("false refusal", f"{what}: {refusal}")
        elif command.must_refuse:
            self.load.complain("wrong receipt", f"{what}: acknowledged, though it can only be refused")
        elif command.first_receipt is not None:
            first = command.first_receipt
            if not receipt.replayed or (receipt.head, receipt.position) != (first.head, first.position):
                self.load.complain("wrong receipt", f"{what}: repeated, and got another receipt than at first")
        return receipt, refusal

    def _until_answered(self, command):
        wait_seconds = RETRY_SECONDS_MIN
        while True:
            address = self.random.choice(self.load.addresses[command.service])
            call = Call(self.load.told, self._connection(address), address, command.rpc, command.request_id, command.case_id)
            receipt, answer = call.make(command.data, CALL_SECONDS)
            if receipt is not None:
                self.load.count("acknowledged")
                if command.first_receipt is None and not command.must_refuse:
                    self.load.acknowledged.append(
                        Answered(call.called_ms, call.answered_ms, address, command.rpc, receipt.replayed)
                    )
                return receipt, None
            if "refusal" in answer:
                self.load.count("refused")
                return None, answer["refusal"]
            error = answer["error"]
            self.load.count(error["code"])
            self.load.errors.append(Error(call.called_ms, call.answered_ms, address, command.rpc, error["code"], error["message"]))
            if error["code"] not in RETRIED:
                self.load.complain("wrong answer", f"{self.name} {command.request_id} {command.rpc} at {address}: {error}")
            self.load.wait_to_retry(self.random.uniform(RETRY_SECONDS_MIN, wait_seconds))
            wait_seconds = min(2 * wait_seconds, RETRY_SECONDS_MAX)

    def _connection(self, address):
        if address not in self.connections:
            self.connections[address] = Client(address, self.name)
        return self.connections[address]
