#!/usr/bin/env python3
"""Does the checker see it? The engine's rules are taken out one at a time, out of programs that nobody else uses, and each is put to the run that
needs it, on one real broker.

First the control: the shipped programs in the same runs, where nothing may be found; and its journal with a record deleted, which must be
found. Then, for each rule: the four services without it, the run, tests/kafka/check_journal.py. Printed is what was taken out, what was
done, and what was found; exit status 1 if a rule's absence was not found by its name, or something was found where nothing is wrong.
"""

import argparse
import collections
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
# In this order: the modules beside this one, the fault run's, the checker's recorder, the end-to-end tests' harness.
sys.path[:0] = [str(HERE), str(HERE.parent / "fault_run"), str(HERE.parent), str(HERE.parents[1] / "end_to_end")]

import runs  # noqa: E402
from brokers import BrokerError  # noqa: E402
from harness import BUILD, ROOT  # noqa: E402
from report import CHECKER, CannotCheck, check  # noqa: E402
from world import Ports, World  # noqa: E402

LINES_SHOWN = 3


@dataclasses.dataclass
class Rule:
    name: str
    out: str
    run: object
    # What must be found, any of it; and by whom.
    found_as: tuple
    by: str = "checker"


RULES = [
    Rule("overlay", "rule 1: decides on the accepted state only", runs.at_once, ("illegal history",)),
    Rule("verdict", "rule 2: decides again before the verdict was read", runs.answers_withheld, ("false refusal",)),
    Rule("lookup", "rule 2: does not look the request id up again", runs.twice_at_once, ("duplicated",)),
    Rule("unknown", "rule 3: keeps the overlay of an unknown outcome", runs.broker_killed, ("not answered",), "run"),
    Rule("refusal", "rule 4: refuses at once", runs.elsewhere, ("false refusal",)),
    Rule("registry_fence", "rule 4: does not wait for the registry's end", runs.registry_elsewhere, ("false refusal",), "run"),
    Rule("registry_version", "decides under an older registry than the case's last", runs.registry_behind, ("illegal history",)),
    Rule("halt", "rule 5: a halt leaves those who wait waiting", runs.halted, ("left waiting",), "run"),
    Rule("stall", "rule 5: so does a reader that brings nothing", runs.stalled, ("left waiting",), "run"),
    Rule("for_ever", "rule 5, all of it: nobody is answered but by what is read", runs.halted, ("answer after deadline",)),
    Rule("parent", "acceptance: counts whatever the parent", runs.contended, ("acknowledged but superseded",)),
    Rule("time", "acceptance: counts whatever the clock", runs.wrong_clock, ("acknowledged but superseded",)),
]


def parse(arguments):
    rules = "".join(f"  {rule.name:18} {rule.out}; {rule.run.__doc__}\n" for rule in RULES)
    parser = argparse.ArgumentParser(
        prog="tests/kafka/rules_out", description=__doc__, epilog=f"rules:\n{rules}", formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=[rule.name for rule in RULES], metavar="RULE", help="may be repeated; no control then")
    parser.add_argument("--control", action="store_true", help="the control only, or with --only too")
    parser.add_argument("--seed", type=int, default=1, help="of what clients do at random (default %(default)s)")
    parser.add_argument("--port", type=int, default=17501, help="of the first service (default %(default)s)")
    parser.add_argument("--broker-port", type=int, default=29592, help="of the broker (default %(default)s)")
    parser.add_argument("--var", type=pathlib.Path, default=pathlib.Path(os.environ.get("WHISTLE_VAR") or ROOT / "var"), help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def build(rules):
    """The programs without each rule: one link each."""
    targets = [f"services_without_{rule.name}" for rule in rules]
    if targets:
        subprocess.run(["ninja", "-C", BUILD, "-j2", *targets], check=True, stdout=subprocess.DEVNULL)


class Session:
    """All runs, one after another, each in a world of its own."""

    def __init__(self, folder, options):
        self.folder = folder
        self.options = options
        self.began = time.monotonic()

    def say(self, what):
        print(f"{time.strftime('%H:%M:%S')} {time.monotonic() - self.began:6.1f} s  {what}", file=sys.stderr, flush=True)

    def _world(self, name, programs, through_proxy):
        ports = Ports(self.options.port, self.options.broker_port)
        return World(self.folder / name, programs, ports, self.options.seed, through_proxy)

    def put_to(self, name, programs, chosen, *check_with):
        """Runs that need the same, in one world: (what was done by each, [(name, details)] that the runs found, checker's lines)"""
        needs = needs_of(chosen[0])
        with self._world(name, programs, needs.through_proxy) as world:
            done = []
            for run in chosen:
                self.say(f"{name}: {run.__name__}")
                done.append(run(world))
            if needs.asks_services:
                world.settle()
            for instance in world.fleet.instances:
                if (status := instance.ended_by_itself()) is not None:
                    world.find("ended by itself", f"{instance}, exit status {status}")
            world.told.close()
            addresses = world.fleet.addresses() if needs.asks_services else []
            _, lines, _ = check(world.brokers, world.told.path, addresses, world.folder, *needs.check_with, *check_with)
        for path in (world.folder / "data", *world.folder.glob("kafka/node-*/data")):
            shutil.rmtree(path, ignore_errors=True)
        return done, world.found, lines

    def control(self):
        """The shipped programs: nothing may be found."""
        together = collections.defaultdict(list)
        for run in dict.fromkeys(rule.run for rule in RULES):
            together[needs_of(run)].append(run)
        well = True
        for number, chosen in enumerate(together.values(), 1):
            name = f"control-{number}"
            dump = self.folder / f"{name}.jsonl"
            done, found, lines = self.put_to(name, BUILD / "bin", chosen, f"--dump={dump}")
            for what in done:
                print(f"control: {what}")
            well = show("control", found, lines) == 0 and well
            if number == 1:
                well = self.delete_records(dump, self.folder / name / "told.jsonl") and well
        return well

    def delete_records(self, dump, told):
        """A record deleted from what the checker reads: one in the middle of a partition, and one at its end."""
        records = [json.loads(line) for line in dump.read_text().splitlines()]
        receipts = [call["receipt"] for line in told.read_text().splitlines() if "receipt" in (call := json.loads(line))]
        acknowledged = {(receipt["topic"], receipt["partition"], receipt["offset"]) for receipt in receipts}
        ends = collections.Counter()
        for record in records:
            ends[record["topic"], record["partition"]] = record["offset"]
        places = [(r["topic"], r["partition"], r["offset"]) for r in records if r["topic"] == "cases"]
        middle = next(place for place in places if place in acknowledged and place[2] > ends[place[:2]] // 2)
        last = next(place for place in reversed(places) if place in acknowledged and place[2] == ends[place[:2]])
        well = True
        for word, gone, expected in (("in the middle", middle, "lost"), ("at the end", last, "lost")):
            kept = self.folder / "records.jsonl"
            kept.write_text("".join(json.dumps(r) + "\n" for r in records if (r["topic"], r["partition"], r["offset"]) != gone))
            checked = subprocess.run(
                [CHECKER, f"--records={kept}", f"--told={told}", f"--build={BUILD}"], capture_output=True, text=True
            )  # fmt: skip
            lines = checked.stdout.splitlines()
            print(f"a record deleted {word} of a partition ({gone[0]}/{gone[1]} offset {gone[2]}):")
            show("  checker", [], lines)
            if checked.returncode != 1 or not any(line.startswith(f"{expected}: ") for line in lines):
                print("NOT FOUND: the deleted record")
                well = False
        return well

    def without(self, rule):
        """Whether the rule's absence was found."""
        done, found, lines = self.put_to(rule.name, BUILD / "rules_out" / rule.name, [rule.run])
        print(f"{rule.name} ({rule.out}): {done[0]}")
        show("  found", found, lines)
        found_by = [f"{what}: " for what, _ in found] if rule.by == "run" else lines
        well = any(each.startswith(f"{name}: ") for each in found_by for name in rule.found_as)
        print(f"  {'FOUND' if well else 'NOT FOUND'} by the {rule.by}: {' or '.join(rule.found_as)}", flush=True)
        return well


def needs_of(run):
    return runs.NEEDS.get(run, runs.Needs())


def show(prefix, found, lines):
    """The first lines of each fault, the counts; how many faults there are lines of."""
    faults = [f"{what}: {details} (said by the run)" for what, details in found] + lines[:-1]
    shown = collections.Counter()
    for line in faults:
        name = line.partition(": ")[0]
        shown[name] += 1
        if shown[name] <= LINES_SHOWN:
            print(f"{prefix}: {line}")
    print(f"{prefix}: {lines[-1] if lines else 'nothing said'}", flush=True)
    return len([line for line in faults if not line.startswith("malformed, ")])


def interrupted(number, _):
    raise KeyboardInterrupt(signal.Signals(number).name)


def main():
    options = parse(sys.argv[1:])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, interrupted)
    folder = options.var / "kafka-rules-out" / time.strftime("%Y%m%d-%H%M%S")
    folder.mkdir(parents=True)
    session = Session(folder, options)
    chosen = [rule for rule in RULES if options.only is None and not options.control or rule.name in (options.only or ())]
    well, found = True, 0
    try:
        session.say(f"logs are in {folder}; building {len(chosen)} times the services with one rule out")
        build(chosen)
        if options.control or not options.only:
            well = session.control()
        for rule in chosen:
            found += session.without(rule)
    except KeyboardInterrupt as signalled:
        session.say(f"stopping: {signalled}")
        well = False
    except (BrokerError, CannotCheck, AssertionError, OSError, subprocess.SubprocessError) as error:
        session.say(f"error: {error}")
        well = False
    well = well and found == len(chosen)
    print(f"rules out {len(chosen)} found {found}; {'as it should be' if well else 'NOT as it should be'}; logs: {folder}", flush=True)
    # Client threads may still wait for an answer that no longer matters.
    os._exit(0 if well else 1)


if __name__ == "__main__":
    main()
