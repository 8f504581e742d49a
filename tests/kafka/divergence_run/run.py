"""A journal that is not the one a service was built from: each way that comes about, on real brokers, and what the services do then.

Every service must stop that projection with both hashes, say what the choices are, refuse commands, and go on answering queries.
"""

import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fault_run"), str(HERE.parents[1] / "end_to_end")]

import grpc  # noqa: E402
from brokers import Brokers, BrokerError  # noqa: E402
from cases import CASES_BY_NAME  # noqa: E402
from harness import ROOT  # noqa: E402
from world import CASE_PARTITIONS, CASES, REGISTRY, PlacedBrokers, World, administer  # noqa: E402

NODES = {"one": 1, "two": 1, "three": 3}


class Stage:
    """The brokers of a run: kept from case to case as long as the next needs the same."""

    def __init__(self, folder, port, say):
        self.folder = folder
        self.port = port
        self.say = say
        self._needs = None
        self._clusters = []
        self._current = 0
        self._started = set()

    @property
    def brokers(self):
        return self._clusters[self._current]

    def set(self, needs):
        """A cluster with an empty journal."""
        if self._needs == needs or (self._needs, needs) == ("one", "two"):
            self._needs = needs
            administer(self.brokers, "delete", CASES, REGISTRY)
            self.brokers.create_journal()
            return
        self.strike()
        self._needs = needs
        kind = PlacedBrokers if needs == "three" else Brokers
        self._clusters = [self._cluster(kind, NODES[needs], name) for name in ("brokers", "other-brokers")]
        self._current = 0
        self._start()

    def _cluster(self, kind, nodes, name):
        folder = self.folder / f"{name}-{nodes}-{self._needs}"
        folder.mkdir(exist_ok=True)
        return kind(folder, nodes, self.port, CASE_PARTITIONS)

    def _start(self):
        self.brokers.start()
        self._started.add(self._current)

    def switch(self):
        self.brokers.stop()
        self._current = 1 - self._current
        self._start()

    def strike(self):
        """Stops what runs, and whatever state it is in."""
        for brokers in self._clusters:
            with contextlib.suppress(BrokerError):
                brokers.stop()
        self._clusters = []


def parse(arguments):
    cases = "".join(f"  {c.name:28} {c.what}{' [quick]' if c.quick else ''}\n" for c in CASES_BY_NAME.values())
    parser = argparse.ArgumentParser(
        prog="tests/kafka/divergence", description=__doc__, epilog=f"cases:\n{cases}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=CASES_BY_NAME, metavar="NAME", help="this case; may be repeated")
    parser.add_argument("--quick", action="store_true", help="the cases marked [quick]: one broker, no timeouts to wait for")
    parser.add_argument("--port", type=int, default=18101, help="of the first service; metrics 2000 above (default %(default)s)")
    parser.add_argument("--broker-port", type=int, default=30092, help="of the first broker (default %(default)s)")
    parser.add_argument("--var", type=pathlib.Path, default=pathlib.Path(os.environ.get("WHISTLE_VAR") or ROOT / "var"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.quick and options.only:
        parser.error("--quick and --only exclude each other")
    return options


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def play(case, stage, folder, port):
    """True if the services did as promised."""
    say(f"=== {case.name}: {case.what}")
    began = time.monotonic()
    stage.set(case.needs)
    world = World(stage, folder / case.name, port, lambda text: say(f"  {text}"))
    try:
        world.found()
        case.run(world)
    finally:
        world.close()
    say(f"=== {case.name}: as promised, {time.monotonic() - began:.0f} s")


def interrupted(number, _):
    raise KeyboardInterrupt(signal.Signals(number).name)


def main():
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupted)
    chosen = [c for c in CASES_BY_NAME.values() if (c.name in options.only if options.only else c.quick or not options.quick)]
    folder = options.var / "kafka-divergence" / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    stage = Stage(folder, options.broker_port, say)
    failed = []
    try:
        for case in chosen:
            try:
                play(case, stage, folder, options.port)
            except (AssertionError, BrokerError, OSError, grpc.RpcError) as error:
                failed.append(case.name)
                traceback.print_exc(limit=-4)
                say(f"=== {case.name}: FAILED: {error}")
                # The next one begins on brokers that nothing was done to.
                stage.strike()
                stage = Stage(folder / f"after-{case.name}", options.broker_port, say)
                stage.folder.mkdir()
    except KeyboardInterrupt as signalled:
        say(f"stopping: {signalled}")
        failed.append("interrupted")
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stage.strike()
    if not failed:
        for path in folder.glob("**/data"):
            shutil.rmtree(path, ignore_errors=True)
    say(f"logs: {folder}")
    say(f"divergence cases {len(chosen)} failed {len(failed)}{': ' + ' '.join(failed) if failed else ''}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
