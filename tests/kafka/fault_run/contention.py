#!/usr/bin/env python3
"""Contention: every client of every instance sends commands for one and the same case, one after another and without a pause.

First 2 instances of intake with 8 clients each, then 4 with 4 each. Every client keeps to its instance and gives each call 5 s. Printed for each:
how many decisions were superseded, how many commands redone, how long answers took. It fails if a client saw ABORTED or any other error, or
if check_journal.py does not find every acknowledged command exactly once.
"""

import argparse
import collections
import os
import pathlib
import shutil
import signal
import statistics
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "end_to_end")]

from brokers import Brokers, BrokerError  # noqa: E402
from commands import contact  # noqa: E402
from harness import ROOT, SERVICES, Client, found_registry, handled_case  # noqa: E402
from instances import Fleet  # noqa: E402
from report import CannotCheck, check  # noqa: E402
from told import Call, Told  # noqa: E402

PARTITIONS = 16
DEADLINE_SECONDS = 5
STARTED_SECONDS_MAX = 120
# instances, clients of each
SETUPS = ((2, 8), (4, 4))


def parse(arguments):
    parser = argparse.ArgumentParser(prog="tests/kafka/contention", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commands", type=int, default=200, help="of each client (default %(default)s)")
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=3, help="brokers (default %(default)s)")
    parser.add_argument("--port", type=int, default=17301, help="of the first service (default %(default)s)")
    parser.add_argument("--broker-port", type=int, default=29392, help="of the first broker (default %(default)s)")
    parser.add_argument("--var", type=pathlib.Path, default=pathlib.Path(os.environ.get("WHISTLE_VAR") or ROOT / "var"), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


class Clients:
    """All clients of one setup: each on one instance, each its number of commands on the one case."""

    def __init__(self, told, case_id, instances, clients_each, commands, setup):
        self.told = told
        self.case_id = case_id
        self.commands = commands
        self.latencies_ms = []
        self.codes = collections.Counter()
        self.errors = []
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(instance.address, f"{setup}-{instance.name}-{n}"), daemon=True)
            for instance in instances
            for n in range(clients_each)
        ]

    def run(self):
        """How many seconds it took."""
        began = time.monotonic()
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()
        return time.monotonic() - began

    def _run(self, address, name):
        with Client(address, name) as client:
            for _ in range(self.commands):
                self._one(client, address)

    def _one(self, client, address):
        one = contact(self.case_id)
        call = Call(self.told, client, address, one.rpc, one.request_id, one.case_id)
        receipt, answer = call.make(one.data, DEADLINE_SECONDS)
        with self._lock:
            self.latencies_ms.append(call.answered_ms - call.called_ms)
            if receipt is not None:
                self.codes["acknowledged"] += 1
            else:
                self.codes[answer.get("error", {}).get("code", "refused")] += 1
                self.errors.append(answer)


def percentile(values, percent):
    return statistics.quantiles(values, n=100)[percent - 1]


def measure(setup, fleet, told, options):
    """One line of figures; whether every command was acknowledged."""
    instances, clients_each = setup
    intakes = fleet.of("intake")[:instances]
    with Client(intakes[0].address, "founder") as founder:
        case_id = handled_case(founder)
    before = fleet.counted()
    clients = Clients(told, case_id, intakes, clients_each, options.commands, f"{instances}x{clients_each}")
    seconds = clients.run()
    for instance in intakes:
        instance.scrape()
    counted = fleet.counted()
    acknowledged = clients.codes["acknowledged"]
    print(
        f"{instances} instances x {clients_each} clients on one case: acknowledged {acknowledged} of "
        f"{instances * clients_each * options.commands}, superseded {counted['superseded'] - before['superseded']}, "
        f"redone {counted['redone'] - before['redone']}, p50 {percentile(clients.latencies_ms, 50):.1f} ms, "
        f"p99 {percentile(clients.latencies_ms, 99):.1f} ms, slowest {max(clients.latencies_ms):.1f} ms, "
        f"{acknowledged / seconds:.0f} commands a second, ABORTED {clients.codes['ABORTED']}, other outcomes "
        f"{ {code: n for code, n in clients.codes.items() if code not in ('acknowledged', 'ABORTED')} or 'none'}",
        flush=True,
    )
    for answer in clients.errors[:10]:
        print(f"not acknowledged: {answer}")
    return not clients.errors


def run(options, folder, brokers, fleet):
    print(f"starting {options.nodes} broker(s) and {len(fleet.instances)} services; logs are in {folder}", file=sys.stderr)
    brokers.start()
    fleet.start()
    ill = fleet.wait_healthy(fleet.instances, STARTED_SECONDS_MAX)
    if ill:
        raise BrokerError(f"not healthy, waited for at most {STARTED_SECONDS_MAX} s: {ill}")
    with Client(fleet.of("intake")[0].address, "founder") as founder:
        found_registry(founder)
    told = Told(folder / "told.jsonl")
    well = all([measure(setup, fleet, told, options) for setup in SETUPS])
    told.close()
    # The checker insists on the journal's end.
    wait_at_the_end(brokers, fleet)
    _, lines, right = check(brokers, told.path, fleet.addresses(), folder)
    print("\n".join(lines))
    return well and right


def wait_at_the_end(brokers, fleet):
    pause = threading.Event()
    deadline = time.monotonic() + STARTED_SECONDS_MAX
    ends = brokers.ends()
    while time.monotonic() < deadline:
        said = [instance.projection() or {} for instance in fleet.instances]
        if all(key in places and places[key].offset + 1 >= end for places in said for key, end in ends.items()):
            return
        pause.wait(0.1)


def main():
    options = parse(sys.argv[1:])
    folder = options.var / "kafka-contention" / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    brokers = Brokers(folder, options.nodes, options.broker_port, PARTITIONS)
    # The others only so that the checker finds all four services.
    fleet = Fleet(folder, brokers.journal, options.port, max(instances for instances, _ in SETUPS), services=("intake",))
    fleet.add(Fleet(folder, brokers.journal, options.port, 1, services=tuple(s for s in SERVICES if s != "intake")))
    well = False
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        well = run(options, folder, brokers, fleet)
    except (BrokerError, CannotCheck) as error:
        print(f"error: {error}", file=sys.stderr)
    finally:
        fleet.stop()
        brokers.stop()
    if well:
        for path in (folder / "data", *folder.glob("kafka/node-*/data")):
            shutil.rmtree(path, ignore_errors=True)
    print(f"logs: {folder}")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
