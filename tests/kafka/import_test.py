#!/usr/bin/env python3
"""A journal carried from an embedded journal to a real Kafka: killed on the way, gone on with, and every projection byte for byte as it was.

    build/python/bin/python tests/kafka/import_test.py [--cases=150] [--kills=3] [--nodes=1] [--seed=1]

There it is rebuilt and verified too. A broker of its own, on ports of its own. The journal has the chronicle (on a virtual clock, years back), cases beside it, and records that
count for nobody. Where Kafka cannot be had it says so and ends with status 77.
"""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "end_to_end"), str(HERE / "fault_run"), str(HERE)]

from broker_test import free_port  # noqa: E402
from brokers import BROKER, Brokers  # noqa: E402
from carrying import (  # noqa: E402
    assert_equal_digests, bring_back, counts, export, folded, judged, kill_moments, killed, live_through, opens, tell, wait_at_rest,
)  # fmt: skip
from harness import Whistled, register_case, scratch  # noqa: E402
from whistlectl import ask, refusal  # noqa: E402

# What a service says of topics that are not there, half made, or half written.
NOT_YET = ("is unfinished", "there is no journal", "holds no journal yet", "is missing on")
STATUS_CANNOT_BE_HAD, STATUS_SKIPPED = 3, 77
# How long an import of the short form takes that goes on: it waits 5 s until what the one before it sent has settled.
KILLED_WITHIN_SECONDS = 9


class EmptyBrokers(Brokers):
    """Brokers without a journal: the import makes it."""

    def create_journal(self):
        pass


class OnKafka(Whistled):
    def __init__(self, folder, journal, flags=()):
        super().__init__(folder, "real", flags)
        self.journal = journal

    def command_line(self, **changes):
        return super().command_line(**{"journal": self.journal, **changes})


def carry(folder, brokers, options):
    with Whistled(folder / "embedded", "virtual", ["--virtual_start=2009-01-01T00:00:00Z"]) as lived:
        live_through(lived, options.cases)
        file = folder / "carried.wja"
        records = int(export(lived, file)["records"])
        said = counts(judged(f"--journal-of={lived.address}", f"--services={lived.address}"))
        digests = folded(lived)

    at_work = unfinished = 0
    words = ("journal", "import", file, f"--journal={brokers.journal}", f"--replication={options.nodes}")
    for moment in kill_moments(options.kills, KILLED_WITHIN_SECONDS, options.seed):
        at_work += killed(words, moment, lambda: sum((brokers.ends() or {}).values()), records)
        # Paused: one that opens must not fire what is due since the years of the chronicle.
        unfinished += not opens(OnKafka(folder / "too-early", brokers.journal, ["--agenda_paused"]), NOT_YET)
    done = bring_back(file, brokers.journal, f"--replication={options.nodes}")
    assert int(done["found"]) + int(done["written"]) == records - 17, done
    again = bring_back(file, brokers.journal)
    assert (int(again["found"]), int(again["written"])) == (records - 17, 0), again
    tell(f"imported into Kafka, killed {at_work} times at work, {unfinished} times refused to a service: {done}")
    return said, digests, file


def look_after(server, brokers):
    """A rebuild and both forms of a check, on a journal that several instances could share."""
    told = ask("projection", "rebuild", "escalation", server=server)
    assert ", 0 rows differed, " in told, told
    running = ask("journal", "verify", server=server).splitlines()[-1]
    server.stop()
    stopped = ask("journal", "verify", f"--journal={brokers.journal}", f"--data={server.data_dir}").splitlines()[-1]
    for line in (running, stopped):
        assert line.startswith("verify: OK: ") and "; fresh fold compared: 28 column families, " in line, line
    tell(f"rebuilt on Kafka: {told.splitlines()[-1]}")
    tell(f"verified on Kafka, running and stopped: {stopped}")


def compare(folder, brokers, said, digests):
    with OnKafka(folder / "kafka", brokers.journal, ["--agenda_paused"]) as server:
        server.start()
        with server.client() as client:
            wait_at_rest(client)
        assert counts(judged(f"--brokers={brokers.addresses}", f"--services={server.address}")) == said
        equal = assert_equal_digests("on Kafka", digests, folded(server))
        tell(f"{said['records']} records on Kafka: {equal} column families equal, meta another")
        # And it goes on, on the real clock.
        server.start()
        with server.client() as client:
            receipt = register_case(client)
            assert receipt.version == 1
            wait_at_rest(client)
        assert counts(judged(f"--brokers={brokers.addresses}", f"--services={server.address}"))["accepted"] == said["accepted"] + 1
        look_after(server, brokers)


def another_archive(folder, name, year):
    """The archive of an empty journal that begins in that year."""
    with Whistled(folder / name, "virtual", [f"--virtual_start={year}-01-01T00:00:00Z"]) as server:
        export(server.start(), folder / f"{name}.wja")
    return folder / f"{name}.wja"


def refuse(folder, brokers, file):
    error = refusal("journal", "import", another_archive(folder, "future", 2200), f"--journal={brokers.journal}")
    assert "a journal on a real clock cannot go on from there" in error, error
    # The journal that is there has been lived in since, and is another archive's.
    error = refusal("journal", "import", another_archive(folder, "other", 2009), f"--journal={brokers.journal}")
    assert "that is another archive" in error, error
    done = bring_back(file, brokers.journal)
    assert int(done["written"]) == 0, done
    tell("refused: a journal of the future, another archive; the same again wrote nothing")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--nodes", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    installed = subprocess.run([BROKER, "install"], check=False).returncode
    if installed != 0:
        return STATUS_SKIPPED if installed == STATUS_CANNOT_BE_HAD else 1
    with scratch("whistle-import-") as folder:
        brokers = EmptyBrokers(folder, options.nodes, free_port(options.nodes), 16)
        try:
            brokers.start()
            said, digests, file = carry(folder, brokers, options)
            compare(folder, brokers, said, digests)
            refuse(folder, brokers, file)
        finally:
            brokers.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
