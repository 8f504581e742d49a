#!/usr/bin/env python3
"""A fault run: three brokers, two instances of each of the four services, eight clients, and everything that can go wrong.

Every kind of fault is injected at least twice, in an order that the seed gives, until the minutes are over; after each one everything must
come together again; at the end tests/kafka/check_journal.py judges the journal, what clients were told, and what the services say.

It ends with one line:
  faults F acknowledged A refused R superseded S redone D lost 0 duplicated 0 false-refusals 0 heads-differ 0 slowest-convergence T
F: faults injected. A: commands acknowledged. R: refused. S and D: as the services' own metrics count, over all their lives. T: seconds.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import random
import shutil
import signal
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
# In this order: the modules beside this one, the checker's recorder, the end-to-end tests' harness.
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "end_to_end")]

from brokers import Brokers, BrokerError  # noqa: E402
from clients import Load  # noqa: E402
from commands import HOT_CASES, Shared  # noqa: E402
from crossing import Crossing  # noqa: E402
from convergence import CONVERGED_SECONDS_MAX, Converge  # noqa: E402
from faults import KINDS  # noqa: E402
from harness import BUILD, ROOT, Client, found_registry, handled_case  # noqa: E402
from instances import Fleet, compile_wrong_clock  # noqa: E402
from report import CannotCheck, check  # noqa: E402
from told import Told  # noqa: E402

NODES = 3
PARTITIONS = 16
INSTANCES = 2
CLIENTS = 8
# Enough for clients to meet, and few enough that what they leave behind is checked in a minute.
COMMANDS_PER_SECOND = 40
STARTED_SECONDS_MAX = 120
# Between two faults, so that each has something to break.
CALM_SECONDS = 2
WATCH_SECONDS = 0.05


class Minimums:
    """What a run must have seen for it to count."""

    def __init__(self, options):
        self.each = 1 if options.short or options.only else 2
        self.acknowledged = 300 if options.short else 0 if options.only else 10_000
        self.contended = 0 if options.only else 1

    def __str__(self):
        return f"every kind injected {self.each} time(s) or more, acknowledged >= {self.acknowledged}, superseded and redone >= {self.contended}"

    def missed(self, kinds, injected, acknowledged, counted):
        for kind in kinds:
            if injected[kind.name] < self.each:
                yield f"{kind.name} was injected {injected[kind.name]} time(s), at least {self.each} needed"
        if acknowledged < self.acknowledged:
            yield f"{acknowledged} acknowledged, at least {self.acknowledged} needed"
        for word in ("superseded", "redone"):
            if counted[word] < self.contended:
                yield f"{word} {counted[word]}, at least {self.contended} needed"


class World:
    """What faults are done to. Owned by the main thread; complaints come from any."""

    def __init__(self, folder, options):
        self.folder = folder
        self.began = time.monotonic()
        self.rng = random.Random(options.seed)
        self.injected = collections.Counter()
        self.complaints = []
        crossing = Crossing(range(1, NODES + 1), options.broker_port) if options.partitions_cut else None
        self.brokers = Brokers(folder, NODES, options.broker_port, PARTITIONS, crossing)
        wrong_clock = compile_wrong_clock(folder)
        self.fleet = Fleet(folder, self.brokers.journal, options.port, INSTANCES, wrong_clock, programs=options.programs)
        self.told = Told(folder / "told.jsonl")
        self.load = None
        self._log = open(folder / "run.log", "w", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def say(self, what):
        line = f"{time.strftime('%H:%M:%S')} {time.monotonic() - self.began:6.1f} s  {what}"
        with self._lock:
            print(line, file=sys.stderr, flush=True)
            print(line, file=self._log)

    def complain(self, what, details):
        with self._lock:
            self.complaints.append((what, details))
        self.say(f"WRONG, {what}: {details}")

    def times_injected(self, name):
        return self.injected[name]

    def under_load(self, seconds, until=lambda: False):
        """Waits while clients go on; whether `until` became true. Services that end by themselves are complained of and started again."""
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while True:
            for instance in self.fleet.instances:
                status = instance.ended_by_itself()
                if status is not None:
                    self.complain("ended by itself", f"{instance}, exit status {status}; see {instance.log_file}")
                    instance.start()
            if until():
                return True
            if time.monotonic() >= deadline:
                return False
            pause.wait(WATCH_SECONDS)

    def close(self):
        self._log.close()


def parse(arguments):
    kinds = "".join(f"  {kind.name:20} {kind.what}{' [short]' if kind.short else ''}{' [apart]' if kind.apart else ''}\n" for kind in KINDS.values())
    parser = argparse.ArgumentParser(
        prog="tests/kafka/faults", description=__doc__, epilog=f"kinds of faults:\n{kinds}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--minutes", type=float, default=20, help="at least; every kind is injected twice in any case (default %(default)s)")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"), help="gives the order of faults and who is hit")
    parser.add_argument("--only", choices=KINDS, metavar="NAME", help="only this kind, as often as the minutes allow, once at least")
    parser.add_argument("--short", action="store_true", help="only the kinds marked [short], once each; needs 300 acknowledged instead of 10000")
    parser.add_argument("--partitions-cut", action="store_true", help="brokers in network namespaces, for the kinds marked [apart]; needs root")
    parser.add_argument("--port", type=int, default=17101, help="of the first service; the others follow, metrics 2000 above (default %(default)s)")
    parser.add_argument("--broker-port", type=int, default=29092, help="of the first broker (default %(default)s)")
    parser.add_argument("--rate", type=float, default=COMMANDS_PER_SECOND, help="commands a second of all clients (default %(default)s)")
    parser.add_argument("--programs", type=pathlib.Path, default=BUILD / "bin", help="the folder of the services' programs (default build/bin)")
    parser.add_argument("--var", type=pathlib.Path, default=pathlib.Path(os.environ.get("WHISTLE_VAR") or ROOT / "var"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.short and options.only:
        parser.error("--short and --only exclude each other")
    if options.only and KINDS[options.only].apart and not options.partitions_cut:
        parser.error(f"--only={options.only} needs --partitions-cut")
    if options.partitions_cut and os.geteuid() != 0:
        parser.error("--partitions-cut needs root, for network namespaces")
    return options


def chosen(options):
    return [
        kind
        for name, kind in KINDS.items()
        if options.only in (None, name) and (kind.short or not options.short) and (options.partitions_cut or not kind.apart)
    ]


def order(kinds, rng, each):
    """Every kind `each` times in random order, then any, for ever."""
    first = [kind for kind in kinds for _ in range(each)]
    rng.shuffle(first)
    yield from first
    while True:
        yield rng.choice(kinds)


def begin(world, options):
    world.say(f"starting {NODES} brokers and {len(world.fleet.instances)} services; logs are in {world.folder}")
    world.brokers.start()
    world.fleet.start()
    ill = world.fleet.wait_healthy(world.fleet.instances, STARTED_SECONDS_MAX)
    if ill:
        raise BrokerError(f"not healthy, waited for at most {STARTED_SECONDS_MAX} s: {ill}")
    with Client(world.fleet.of("intake")[0].address, "founder") as founder:
        found_registry(founder)
        shared = Shared([handled_case(founder) for _ in range(HOT_CASES)], handled_case(founder))
    world.load = Load(world.fleet.instances, world.told, shared, CLIENTS, options.rate, options.seed, world.complain)


def inject_all(world, kinds, minimums, options):
    """The slowest convergence and after which fault that was."""
    converge = Converge(world.brokers, world.fleet, world.load, world.complain)
    slowest = (0, "")
    took, wrong = converge.wait()
    if wrong:
        world.complain("not converged", f"before any fault: {wrong}")
    world.load.start()
    until = time.monotonic() + options.minutes * 60
    for number, kind in enumerate(order(kinds, world.rng, minimums.each), 1):
        enough = all(world.injected[each.name] >= minimums.each for each in kinds)
        if enough and (options.short or time.monotonic() > until):
            return slowest
        world.under_load(CALM_SECONDS)
        world.say(f"fault {number}, {kind.name}: {kind.what}")
        kind.inject(world)
        world.injected[kind.name] += 1
        took, wrong = converge.wait()
        slowest = max(slowest, (took, kind.name))
        if wrong:
            world.complain("not converged", f"{CONVERGED_SECONDS_MAX} s after {kind.name} was undone: {wrong}")
            keep_state(world)
        counted = world.fleet.counted()
        world.say(
            f"fault {number}, {kind.name}: undone and converged after {took:.1f} s; {len(world.load.acknowledged)} acknowledged, "
            f"{world.load.refused} refused, superseded {counted['superseded']}, redone {counted['redone']}"
        )


def keep_state(world):
    """What every instance says while something is wrong."""
    with open(world.folder / "state.txt", "a", encoding="utf-8") as state:
        print(f"\n{time.strftime('%H:%M:%S')} brokers {world.brokers.partitions()} ends {world.brokers.ends()}", file=state)
        for instance in world.fleet.instances:
            print(f"{instance} health {instance.health()!r} projection {instance.projection()}", file=state)


def judge(world, kinds, minimums, slowest, addresses):
    """Prints what was found, the line itself last; the exit status."""
    counts, lines, right = check(world.brokers, world.told.path, addresses, world.folder)
    counted = world.fleet.counted()
    acknowledged = len(world.load.acknowledged)
    complained = collections.Counter(
        what
        for what, details in world.complaints
        # Those that the checker found too are counted there. Details begin with the client and its request id.
        if not any(line.startswith(what) and details.split()[1] in line for line in lines)
    )
    missed = list(minimums.missed(kinds, world.injected, acknowledged, counted))
    for line in lines:
        print(line)
    for what, details in world.complaints:
        print(f"wrong, {what}: {details}")
    print(f"slowest convergence: {slowest[0]:.1f} s after {slowest[1]}; calls by outcome: {dict(world.load.codes)}")
    print("injected: " + ", ".join(f"{kind.name} {world.injected[kind.name]}" for kind in kinds))
    print(f"needed for this run to count: {minimums}")
    for what in missed:
        print(f"DOES NOT COUNT: {what}")
    return (
        f"faults {sum(world.injected.values())} acknowledged {acknowledged} refused {world.load.refused} "
        f"superseded {counted['superseded']} redone {counted['redone']} lost {counts['lost']} duplicated {counts['duplicated']} "
        f"false-refusals {counts['false-refusals'] + complained['false refusal']} "
        f"heads-differ {counts['heads-differ'] + complained['head differs']} slowest-convergence {slowest[0]:.1f}"
    ), right and not world.complaints and not missed


def run(world, options):
    kinds = chosen(options)
    minimums = Minimums(options)
    begin(world, options)
    slowest = inject_all(world, kinds, minimums, options)
    world.load.end(CONVERGED_SECONDS_MAX)
    world.told.close()
    for instance in world.fleet.instances:
        instance.scrape()
    world.say("checking the journal, what clients were told, and what the services say")
    return judge(world, kinds, minimums, slowest, world.fleet.addresses())


def interrupted(number, _):
    raise KeyboardInterrupt(signal.Signals(number).name)


def main():
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupted)
    folder = options.var / "kafka-faults" / f"{time.strftime('%Y%m%d-%H%M%S')}-seed-{options.seed}"
    folder.mkdir(parents=True)
    again = "--short" if options.short else f"--minutes={options.minutes:g}"
    only = (f" --only={options.only}" if options.only else "") + (" --partitions-cut" if options.partitions_cut else "")
    world = World(folder, options)
    world.say(f"again: tests/kafka/faults {again} --seed={options.seed}{only}")
    line, well = "", False
    try:
        line, well = run(world, options)
    except KeyboardInterrupt as signalled:
        world.say(f"stopping: {signalled}")
    except (BrokerError, CannotCheck, AssertionError) as error:
        world.say(f"error: {error}")
    finally:
        # A second Ctrl-C must not leave anything behind.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if world.load is not None:
            world.load.end(0)
        world.fleet.stop()
        with contextlib.suppress(BrokerError):
            world.brokers.stop()
        world.close()
    if well:
        # What the processes held; their logs stay, and what clients were told.
        for path in (folder / "data", *folder.glob("kafka/node-*/data")):
            shutil.rmtree(path, ignore_errors=True)
    print(f"logs: {folder}")
    if line:
        print(line, flush=True)
    # Client threads may still wait for an answer that no longer matters.
    os._exit(0 if well else 1)


if __name__ == "__main__":
    main()
