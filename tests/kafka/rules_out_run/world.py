"""One broker, two instances of intake and one of each other service, and clients that send many commands at once."""

import dataclasses
import random
import subprocess
import threading
import time

from brokers import Brokers, BrokerError
from commands import contact
from harness import SERVICES, Client, found_registry, handled_case
from instances import Fleet, compile_wrong_clock
from proxy import Proxy
from told import Call, Told

# Few, so that what is asked of one partition meets there.
PARTITIONS = 4
STARTED_SECONDS_MAX = 90
HEALTHY_SECONDS_MAX = 60
# Without a rule they may never come to the end; then the checker says so.
SETTLED_SECONDS_MAX = 20
CALL_SECONDS = 5
POLL_SECONDS = 0.05


@dataclasses.dataclass
class Ports:
    service: int
    broker: int

    @property
    def proxy(self):
        return self.broker + 50


class World:
    """Owned by the run's own thread."""

    def __init__(self, folder, programs, ports, seed, through_proxy=False):
        folder.mkdir(parents=True)
        self.folder = folder
        self.random = random.Random(seed)
        # What the run itself sees: (what, details).
        self.found = []
        # Between services and broker, where a run needs it.
        self.proxy = Proxy(ports.proxy, ports.broker) if through_proxy else None
        settings = [f"advertised.listeners=BROKER://127.0.0.1:{ports.proxy}"] if through_proxy else []
        self.brokers = Brokers(folder, 1, ports.broker, PARTITIONS, settings=settings)
        wrong_clock = compile_wrong_clock(folder)
        self.fleet = Fleet(folder, self.brokers.journal, ports.service, 2, wrong_clock, services=("intake",), programs=programs)
        self.fleet.add(
            Fleet(folder, self.brokers.journal, ports.service, 1, wrong_clock, services=tuple(s for s in SERVICES if s != "intake"), programs=programs)
        )
        self.told = Told(folder / "told.jsonl")
        self._clients = {}

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_):
        self._stop()

    def _start(self):
        self.brokers.start()
        self.fleet.start()
        if ill := self.fleet.wait_healthy(self.fleet.instances, STARTED_SECONDS_MAX):
            raise BrokerError(f"not healthy, waited for at most {STARTED_SECONDS_MAX} s: {ill}")
        self.founder = Client(self.instance("intake-1").address, "founder")
        found_registry(self.founder)

    def _stop(self):
        for client in self._clients.values():
            client.close()
        self.fleet.stop()
        self.brokers.stop()
        if self.proxy:
            self.proxy.close()
        self.told.close()

    # What runs use.

    def instance(self, name):
        return next(instance for instance in self.fleet.instances if instance.name == name)

    def a_case(self):
        """In handling, and known to every instance."""
        case_id = handled_case(self.founder)
        self.settle()
        return case_id

    def send(self, who, name, command, seconds=CALL_SECONDS):
        """A call that is under way; see told.Call."""
        address = self.instance(name).address
        if (who, address) not in self._clients:
            self._clients[who, address] = Client(address, who)
        call = Call(self.told, self._clients[who, address], address, command.rpc, command.request_id, command.case_id)
        call.start(command.data, seconds)
        return call

    def find(self, what, details):
        self.found.append((what, details))

    def wait(self, seconds):
        threading.Event().wait(seconds)

    def wait_healthy(self):
        if not self.brokers.wait_in_sync(HEALTHY_SECONDS_MAX):
            raise BrokerError(f"the broker does not answer: {self.brokers.why}")
        if ill := self.fleet.wait_healthy(self.fleet.instances, HEALTHY_SECONDS_MAX):
            self.find("not healthy", f"{ill}")

    def settle(self):
        """Until all have folded what the journal holds."""
        deadline = time.monotonic() + SETTLED_SECONDS_MAX
        while time.monotonic() < deadline:
            ends = self.brokers.ends() or {}
            said = [instance.projection() or {} for instance in self.fleet.instances]
            if ends and all(key in places and places[key].offset + 1 >= end for places in said for key, end in ends.items()):
                return
            self.wait(POLL_SECONDS)

    def append(self, partition, key, value):
        """A record past all services."""
        file = self.folder / "record"
        file.write_bytes(value)
        subprocess.run(
            ["kcat", "-P", "-q", "-b", self.brokers.addresses, "-t", "whistle.journal", "-p", str(partition), "-k", key, file], check=True
        )


def contacts(case_id, count):
    return [contact(case_id) for _ in range(count)]


def finished(calls, patience_seconds=None):
    """[(call, receipt or None, answer)]; all together are waited for so long."""
    until = None if patience_seconds is None else time.monotonic() + patience_seconds
    return [(call, *call.finish(until and max(0, until - time.monotonic()))) for call in calls]


def outcomes(answers):
    """"12 acknowledged, 3 ALREADY, 1 UNAVAILABLE\""""
    counts = {}
    for _, receipt, answer in answers:
        word = "acknowledged" if receipt else answer["refusal"]["kind"] if "refusal" in answer else answer["error"]["code"]
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
