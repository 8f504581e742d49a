#!/usr/bin/python3
"""Checks a journal, what clients were told and what the services say against the design's rule, sharing no code with Whistle.

    tests/kafka/check_journal.py --brokers=127.0.0.1:9092 --told=calls.jsonl --services=127.0.0.1:7101,127.0.0.1:7102,...
    tests/kafka/check_journal.py --records=journal.jsonl --told=calls.jsonl

It names every fault it finds, ends with one line of counts, and with exit status 1 if there was a fault, 2 if it could not check.
README.md says what each fault means and how the files look. Needs Debian's python3-protobuf, for --brokers python3-confluent-kafka, for
--services and --journal-of build/python (tools/install).
"""

import argparse
import contextlib
import json
import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from checker import history, rule, services, sources, told, wire  # noqa: E402
from checker.faults import Faults  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
# An answer is late only beyond what a busy machine takes to hand it over.
LATE_MS = 250
FAULTS_SHOWN = 20


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--brokers", metavar="HOST:PORT,...", help="read whistle.journal and whistle.registry from there")
    source.add_argument("--records", metavar="FILE", help="read records from a file; - for standard input")
    source.add_argument("--journal-of", metavar="HOST:PORT", help="read the journal of a running service, of either kind")
    parser.add_argument("--told", metavar="FILE", action="append", default=[], help="what clients were told; may be given several times")
    parser.add_argument("--services", metavar="HOST:PORT,...", help="compare with what these say; together they must be all four")
    parser.add_argument("--said", metavar="FILE", help="what checker/services_say.py printed, in place of --services")
    parser.add_argument("--services-may-lag", action="store_true", help="do not insist that they have reached the journal's end")
    parser.add_argument("--heads-only", action="store_true", help="compare heads, not whole timelines")
    parser.add_argument("--late-ms", type=float, default=LATE_MS, help="how late an answer may be (default %(default)s)")
    parser.add_argument("--vocabulary", metavar="LEVEL:FIRST-LAST", action="append", default=[], help="event fields of a further level")
    parser.add_argument("--dump", metavar="FILE", help="write the records that were read, as --records reads them")
    parser.add_argument("--show", type=int, default=FAULTS_SHOWN, help="how many faults of each name to print (default %(default)s)")
    parser.add_argument(
        "--build", type=pathlib.Path, default=pathlib.Path(os.environ.get("WHISTLE_BUILD", ROOT / "build")), help=argparse.SUPPRESS
    )
    options = parser.parse_args(arguments)
    try:
        options.vocabulary = vocabulary(options.vocabulary)
    except ValueError:
        parser.error("--vocabulary: LEVEL:FIRST-LAST expected, as in 2:126-126")
    return options


def vocabulary(further):
    known = {level: list(ranges) for level, ranges in rule.VOCABULARY.items()}
    for one in further:
        level, _, fields = one.partition(":")
        first, _, last = fields.partition("-")
        known.setdefault(int(level), []).append((int(first), int(last)))
    return known


@contextlib.contextmanager
def opened(options, helper, faults):
    """A function that gives the records since it was called last."""
    if options.brokers:
        broker = sources.Broker(options.brokers, faults)
        try:
            yield broker.read
        finally:
            broker.close()
    elif options.journal_of:
        lines = helper.journal(options.journal_of)
        yield lambda: lines
    else:
        with open(0 if options.records == "-" else options.records, encoding="utf-8") as file:
            yield lambda: sources.from_file(file)


def check(options):
    faults = Faults()
    helper = services.Helper(options.build)
    legal = history.History(faults)
    fold = rule.Fold(wire.Contracts(options.build / "proto" / "contracts.binpb"), faults, options.vocabulary, legal.accept)
    calls = []
    for path in options.told:
        with open(path, encoding="utf-8") as file:
            calls += told.read(file)

    with contextlib.ExitStack() as stack:
        dump = stack.enter_context(open(options.dump, "w", encoding="utf-8")) if options.dump else None
        read = stack.enter_context(opened(options, helper, faults))

        def read_on():
            for record in read():
                fold.add(record)
                if dump:
                    print(sources.to_line(record), file=dump)

        read_on()
        said, reached = None, services.ends_and_versions(fold)
        if options.said:
            said = json.loads(pathlib.Path(options.said).read_text(encoding="utf-8"))
        elif options.services:
            said = helper.ask(options.services.split(","), services.cases_to_ask(fold), not options.heads_only)
            # What was appended while they were asked they may have folded already.
            read_on()
    if not fold.records():
        raise sources.CannotRead("there is no record")
    legal.finish(len(fold.cases.get(rule.REGISTRY_CASE, ())))
    if said is not None:
        services.compare(fold, faults, said, reached, options.services_may_lag)
    tell = told.Told(fold, faults, options.late_ms)
    tell.check(calls)
    return fold, faults, tell


def main(arguments=None):
    options = parse(arguments)
    try:
        fold, faults, tell = check(options)
    except (sources.CannotRead, told.BadFile, OSError) as error:
        print(f"error: cannot check: {error}", file=sys.stderr)
        return 2
    for line in faults.lines(options.show):
        print(line)
    for topic, partition, offset, why in fold.malformed[: options.show]:
        print(f"malformed, counts for nobody: {rule.where(topic, partition, offset)}: {why}")
    print(
        f"records {fold.records()} accepted {fold.count('accepted')} superseded {fold.count('superseded')} "
        f"malformed {fold.count('malformed')} acknowledged {len(tell.acknowledged)} refused {tell.refused} unknown {tell.unknown} "
        f"unjudged {tell.unjudged} {faults.counts()}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
