#!/usr/bin/env python3
"""A journal carried away and brought back: exported, imported into another embedded journal, and that one exported and imported again.

    build/python/bin/python tests/end_to_end/export_import_test.py [--cases=150] [--kills=4] [--seed=1]

It has the chronicle, cases beside it, and records that count for nobody. Every column family of all four services must come out byte for byte
as it was, but for `meta`, which names the journal. Export and import are killed (-9) at random moments, and each must go on or have finished,
with nothing lost and nothing doubled. What is no archive, half of one, or another journal's is refused.
"""

import argparse
import shutil
import sys

import archive_check
from carrying import (
    assert_equal_digests, bring_back, closing, counts, export, file_bytes, folded, judged, kill_moments, killed, live_through,
    opens, serve_copy, tell, timed,
)  # fmt: skip
from harness import Whistled, scratch
from whistlectl import ask, refusal, run_tool

VIRTUAL_START = "--virtual_start=2009-01-01T00:00:00Z"


def raw_records(server):
    """What the service says of its journal, genesis records left out."""
    records = []
    with server.client() as client:
        for place, partition in enumerate(client.call("OperationsService/GetJournalStatus").partitions):
            request = {"topic": partition.topic, "partition": partition.partition, "from_offset": 1}
            for one in client.stream("OperationsService/ReadJournal", request, timeout=120):
                headers = [(header.name.encode(), header.value) for header in one.headers]
                records.append(archive_check.Record(place, one.offset, one.stamp.ToMilliseconds(), one.key, headers, one.value))
    return records


def carry_and_compare(folder, server):
    """Returns the archive, its size in records, and the digests of what was lived through."""
    file = folder / "first.wja"
    done = export(server, file)
    tell(f"exported: {done}")
    records = int(done["records"])
    whole = closing("journal", "archive", "verify", file)
    assert (whole["archive"], int(whole["records"])) == (done["archive"], records), whole
    assert done["journal"] in ask("journal", "archive", "show", file)
    carried = [record for record in archive_check.read(file) if record.offset > 0]
    assert carried == raw_records(server), "the archive has other records than the journal"
    lived = counts(judged(f"--journal-of={server.address}", f"--services={server.address}"))
    assert lived["records"] == records and lived["superseded"] >= 3 and lived["malformed"] >= 4, lived
    digests = folded(server)

    imported = bring_back(file, f"embedded:{folder / 'second-journal'}")
    tell(f"imported: {imported}")
    assert int(imported["written"]) == records - 17 and int(imported["found"]) == 0, imported
    second = serve_copy(folder / "second", folder / "second-journal")
    assert counts(judged(f"--journal-of={second.address}", f"--services={second.address}")) == lived
    with second.client() as client:
        status = client.call("OperationsService/GetJournalStatus")
        assert status.journal_uuid == imported["journal"] != done["journal"]
    again = export(second, folder / "second.wja")
    assert_equal_digests("after an import", digests, folded(second))

    assert [record for record in archive_check.read(folder / "second.wja") if record.offset > 0] == carried, "an import changed records"
    bring_back(folder / "second.wja", f"embedded:{folder / 'third-journal'}")
    third = serve_copy(folder / "third", folder / "third-journal")
    assert counts(judged(f"--journal-of={third.address}", f"--services={third.address}")) == lived
    equal = assert_equal_digests("after an import of an import", digests, folded(third))
    assert int(again["records"]) == records
    tell(f"{records} records carried twice: {equal} column families equal each time, meta another")
    return file, records, digests


def refuse(folder, server, file):
    """What must not be taken, each with what is said of it."""
    table = []

    def refused(what, said, *words):
        error = refusal(*words)
        assert said in error, f"{what}: {error}"
        table.append(f"  {what}: {error.strip()}")

    into = f"--journal=embedded:{folder / 'refused-journal'}"
    whole = file.read_bytes()
    spoiled = folder / "spoiled.wja"
    spoiled.write_bytes(whole[: len(whole) // 2] + bytes([whole[len(whole) // 2] ^ 1]) + whole[len(whole) // 2 + 1 :])
    refused("a flipped bit", "checksum", "journal", "import", spoiled, into)
    refused("a flipped bit, verified", "at byte", "journal", "archive", "verify", spoiled)
    spoiled.write_bytes(whole[:-100])
    refused("a truncated archive", "the file ends in the middle of it", "journal", "import", spoiled, into)
    spoiled.write_bytes(b"#!/bin/sh\n" + whole)
    refused("a foreign file", "is no archive", "journal", "import", spoiled, into)
    assert not (folder / "refused-journal").exists(), "a journal was made of what was refused"
    server.start()
    refused("a finished archive", "name another file, or give --replace", "journal", "export", file, f"--target={server.address}")
    with Whistled(folder / "other", "virtual", [VIRTUAL_START]) as other:
        other.start()
        export(other, folder / "other.wja")
        (folder / "left.wja.partial").write_bytes((folder / "other.wja").read_bytes()[:-200])
        refused("another journal's FILE.partial", "was begun of journal", "journal", "export", folder / "left.wja", f"--target={server.address}")
        export(server, folder / "left.wja", "--replace")
        export(server, folder / "left.wja", "--replace")
        other.stop()
    second, own = (f"--journal=embedded:{path}" for path in (folder / "second" / "journal", server.journal_dir))
    refused("a journal with another origin", "is not the beginning of this import", "journal", "import", folder / "other.wja", second)
    refused("a journal in use", "in use by process", "journal", "import", file, own)
    assert server.stop() == 0
    refused("a journal that was lived in", "was not imported", "journal", "import", file, own)
    tell("refused:\n" + "\n".join(table))


def kill_exports(folder, server, records, kills, seed):
    server.start()
    target = f"--target={server.address}"
    took = timed("journal", "export", folder / "timed.wja", target)
    whole = file_bytes(folder / "timed.wja")
    at_work = 0
    for number, moment in enumerate(kill_moments(kills, took, seed)):
        file = folder / f"killed-{number}.wja"
        words = ("journal", "export", file, target)
        partial = file.with_name(file.name + ".partial")
        # Twice: what goes on may die too.
        at_work += sum(killed(words, moment, lambda partial=partial: file_bytes(partial), whole) for _ in range(2))
        status, out, error = run_tool(*words)
        assert status == 0 or "name another file" in error, f"killed {moment}: {out}{error}"
        assert int(closing("journal", "archive", "verify", file)["records"]) == records, f"killed {moment}"
        file.unlink()
    assert server.stop() == 0
    tell(f"export killed {at_work} times at work, within {took:.2f} s: each archive whole, {records} records")


def log_bytes(journal):
    """What an embedded journal has in its RocksDB's logs: what was appended since it was opened, and more."""
    return file_bytes(*(journal / "store" / "db").glob("*.log"))


def kill_imports(folder, file, records, digests, kills, seed):
    took = timed("journal", "import", file, f"--journal=embedded:{folder / 'timed-journal'}")
    whole = log_bytes(folder / "timed-journal")
    at_work = unfinished = 0
    for number, moment in enumerate(kill_moments(kills, took, seed + 1)):
        target = folder / f"killed-{number}"
        words = ("journal", "import", file, f"--journal=embedded:{target / 'journal'}")
        def written(journal=target / "journal"):
            return log_bytes(journal)

        at_work += killed(words, moment, written, whole)
        service = Whistled(target, "virtual")
        if (target / "journal" / "store").exists():
            unfinished += not opens(service, ["is unfinished"])
        at_work += killed(words, moment, written, whole)
        done = bring_back(file, f"embedded:{target / 'journal'}")
        assert int(done["found"]) + int(done["written"]) == records - 17, done
        done = bring_back(file, f"embedded:{target / 'journal'}")
        assert (int(done["found"]), int(done["written"])) == (records - 17, 0), done
        if number in (0, kills - 1):
            shutil.rmtree(service.data_dir, ignore_errors=True)
            assert_equal_digests(f"killed {moment}", digests, folded(service.start()))
        shutil.rmtree(target)
    tell(f"import killed {at_work} times at work, within {took:.2f} s, {unfinished} journals refused as unfinished: each came to the same")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with scratch() as folder, Whistled(folder / "first", "virtual", [VIRTUAL_START]) as server:
        live_through(server, options.cases)
        file, records, digests = carry_and_compare(folder, server)
        refuse(folder, server, file)
        kill_exports(folder, server, records, options.kills, options.seed)
        kill_imports(folder, file, records, digests, options.kills, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
