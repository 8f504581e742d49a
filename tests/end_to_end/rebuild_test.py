#!/usr/bin/env python3
"""Rebuilds a service's projection while clients command and query it, cancels, starts over another fold; no answer is refused or wrong.

    build/python/bin/python tests/end_to_end/rebuild_test.py [--service=intake] [--cases=40] [--contacts=1500] [--clients=8] [--seconds=3]

Each client knows what it wrote. A query after a write names the receipt's position: the version is at least the receipt's, and the last one
where the case is its own; a version never goes back. Every pair of version and head that any query ever answered is compared, at the end,
with the journal's raw records as journal_check.py decides them.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time

import journal_check
from harness import (
    BUILD,
    SERVICES,
    Client,
    Whistled,
    contact_fields,
    found_registry,
    handled_case,
    new_request_id,
    register_case,
    scratch,
    wait_seconds,
)
from rebuilding import digests_of, fill, phase, projection_of, task_of, wait_until_over
from whistlectl import ask, command_line, refusal, run_tool
from workers import Worker, at_work, check_acknowledged

SHARED_CASES = 4
OWN_CASES = 2


def doctor(*words):
    subprocess.run([str(BUILD / "tests" / "doctored_store"), *map(str, words)], check=True)


def failure(*words, server):
    """All that whistlectl told of a task or a comparison that did not end well: of what it started it tells on stdout."""
    status, out, error = run_tool(*words, server=server)
    assert status == 1, f"whistlectl {words} → {status}: {out}{error}"
    return out + error


class OwnWriteReader(Worker):
    """Commands, and queries what it wrote."""

    def __init__(self, number, seed, service, shared, server):
        super().__init__(number, seed)
        self.service = service
        self.client = Client(server.address, self.name)
        self.own = {handled_case(self.client): None for _ in range(OWN_CASES)}
        self.shared = shared
        self.seen = {}  # case → the last version seen
        self.told = set()  # (case, version, head) as queries said
        self.latencies = []  # (end, seconds, rpc)

    def close(self):
        self.client.close()

    def timed(self, rpc, fields, service=None):
        began = time.monotonic()
        answer = self.client.call(rpc, fields, service=service)
        ended = time.monotonic()
        self.latencies.append((ended, ended - began, rpc))
        return answer

    def turn(self):
        own = self.random.random() < 0.5
        case_id = self.random.choice(list(self.own) if own else self.shared)
        request_id = new_request_id()
        fields = contact_fields(case_id, request_id)
        receipt = self.timed("IntakeService/RecordContact", fields).receipt
        assert not receipt.replayed
        self.acknowledged.append((request_id, receipt))
        self.saw(case_id, receipt.version, receipt.head)
        if own:
            last = self.own[case_id]
            assert last is None or receipt.version == last.version + 1, f"{case_id}: {last.version}, then {receipt.version}"
            self.own[case_id] = receipt
        if self.random.random() < 0.2:
            again = self.timed("IntakeService/RecordContact", fields).receipt
            assert again.replayed and again.version == receipt.version and again.head == receipt.head, f"{again} is not {receipt}"
        self.query(case_id, receipt, own)

    def query(self, case_id, receipt, own):
        position = {"topic": "TOPIC_CASES", "partition": receipt.position.partition, "offset": receipt.position.offset}
        options = {"min_position": position}
        kind = self.random.randrange(3)
        if kind == 0:
            answer = self.timed("TimelineService/GetHead", {"case_id": case_id, "options": options}, self.service)
            version, head = answer.version, answer.head
            assert any(p.offset >= position["offset"] for p in answer.positions), f"{answer} is not at {position}"
        elif kind == 1 and self.service == "intake":
            case = self.timed("IntakeService/GetCase", {"case_id": case_id, "options": options}).case
            version, head = case.version, case.head
        else:
            request = {"case_id": case_id, "options": options, "at_version": receipt.version, "page": {"size": 500}}
            entries = []
            while True:
                answer = self.timed("TimelineService/GetTimeline", request, self.service)
                entries += answer.entries
                if not answer.next_page_token:
                    break
                request["page"]["token"] = answer.next_page_token
            assert [e.version for e in entries] == list(range(1, receipt.version + 1)), f"{case_id}: a gap in its timeline"
            version, head = entries[-1].version, entries[-1].head
            self.told.update((case_id, e.version, e.head) for e in entries[-5:])
            assert head == receipt.head, f"{case_id} version {version}: {head.hex()}, the receipt says {receipt.head.hex()}"
            return
        if own:
            assert (version, head) == (receipt.version, receipt.head), f"{case_id}: {version}, the receipt says {receipt.version}"
        self.saw(case_id, version, head)

    def saw(self, case_id, version, head):
        assert version >= self.seen.get(case_id, 0), f"{case_id} went back from {self.seen[case_id]} to {version}"
        self.seen[case_id] = version
        self.told.add((case_id, version, head))


def percentiles(seconds):
    ordered = sorted(seconds)
    at = lambda part: 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))]
    return f"p50 {at(0.5):.1f} ms, p99 {at(0.99):.1f} ms, most {1000 * ordered[-1]:.1f} ms of {len(ordered)} calls"


def latency(workers, begin, end):
    taken = [took for w in workers for at, took, _ in list(w.latencies) if begin <= at < end]
    return percentiles(taken) if len(taken) > 1 else "no calls"


def rebuild_under_load(server, options):
    with server.client("founder") as client:
        shared = fill(client, options.cases, options.contacts)[:SHARED_CASES]
        workers = [OwnWriteReader(n, options.seed, options.service, shared, server) for n in range(options.clients)]
        with at_work(workers):
            began = time.monotonic()
            threading.Event().wait(options.seconds)
            rebuild_began = time.monotonic()
            told = json.loads(ask("projection", "rebuild", options.service, "--output=json", server=server))
            rebuild_ended = time.monotonic()
            threading.Event().wait(options.seconds)
            ended = time.monotonic()
        assert told["phase"] == "PROJECTION_TASK_PHASE_DONE", told
        assert "rows_differing" not in told, told
        journal = journal_check.read(client)
        check_acknowledged(journal, workers)
        for worker in workers:
            for case_id, version, head in worker.told:
                accepted = journal.cases[case_id].decisions[version - 1]
                assert accepted.head == head, f"{case_id} version {version}: a query said {head.hex()}"
        journal_check.check_projections(client, journal)
        mine = projection_of(client, options.service)
        assert len(mine.old_stores) == 1, mine.old_stores
        print(
            f"rebuild of {options.service} with {options.clients} clients: {told['records_done']} records in "
            f"{rebuild_ended - rebuild_began:.1f} s ({told['records_per_second']:.0f}/s while the clients worked), "
            f"the swap's pause {told['pause_ms']:.1f} ms\n"
            f"  {sum(len(w.latencies) for w in workers)} calls, refused 0, wrong 0; {sum(len(w.told) for w in workers)} pairs of version and "
            f"head are the journal's\n"
            f"  before: {latency(workers, began, rebuild_began)}\n"
            f"  during: {latency(workers, rebuild_began, rebuild_ended)}\n"
            f"  after:  {latency(workers, rebuild_ended, ended)}",
            flush=True,
        )


def old_store_is_kept_until_told(server, service):
    with server.client() as client:
        before = digests_of(client, service)
        assert "discard-old" in refusal("projection", "rebuild", service, server=server)
        assert (server.data_dir / service / "db").exists()
        ask("projection", "discard-old", service, server=server)
        assert not (server.data_dir / service / "db").exists()
        assert server.stop() == 0
    server.start()
    with server.client() as client:
        assert digests_of(client, service) == before
        assert not any(p.old_stores for p in client.call("OperationsService/GetProjectionStatus").projections)


def cancelled_rebuild_leaves_what_served(server, service):
    with server.client() as client:
        before = digests_of(client, service)
        folders = sorted(p.name for p in (server.data_dir / service).iterdir())
        ask("projection", "rebuild", service, "--rate=50/s", "--detach", server=server)
        wait_seconds(lambda: task_of(client, service).records_done > 0, 30, "some records are folded")
        assert phase(task_of(client, service)) == "FILLING"
        assert "a task runs" in refusal("projection", "rebuild", service, server=server)
        told = ask("projection", "cancel-rebuild", service, server=server)
        assert "cancelled" in told, told
        assert digests_of(client, service) == before
        assert sorted(p.name for p in (server.data_dir / service).iterdir()) == folders
        # ^C leaves it running.
        running = subprocess.Popen(
            command_line("projection", "rebuild", service, "--rate=50/s", server=server),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert "filling" in running.stderr.readline()
        running.send_signal(2)
        _, told = running.communicate(timeout=30)
        assert running.returncode == 1 and "it goes on" in told, told
        assert not task_of(client, service).HasField("finished_at")
        ask("projection", "cancel-rebuild", service, server=server)
        assert phase(wait_until_over(client, service)) == "CANCELLED"
        assert digests_of(client, service) == before


def another_fold_is_replaced_beside_the_old_one(server, service):
    """As after an upgrade: the store was folded by another version."""
    with server.client() as client:
        before = digests_of(client, service)
        expected = journal_check.read(client)
    assert server.stop() == 0
    folder = server.data_dir / service
    shutil.rmtree(folder)
    doctor("other-fold", "older-fold", folder)
    kept_before = sorted(p.name for p in folder.iterdir() if p.name.startswith("db"))
    # Killed while it is being filled: the old one is there for the older program.
    server.launch()
    wait_seconds(lambda: "projection_of_another_fold" in server.log(), 60, "the other fold is found")
    server.kill()
    assert set(kept_before) <= {p.name for p in folder.iterdir()}
    doctor("is-fold", "older-fold", folder)
    server.start()
    wait_seconds(lambda: "msg=projection_rebuilt" in server.log(), 60, "the new store is complete")
    with server.client() as client:
        assert digests_of(client, service) == before
        journal_check.check_projections(client, expected)
        mine = projection_of(client, service)
        assert len(mine.old_stores) == 1 and not mine.replaces_fold, mine
        ask("projection", "discard-old", service, server=server)


def checkpoint_comes_back(server, service):
    folder = server.folder.with_name("checkpoint")
    with server.client() as client:
        case_id = register_case(client).case_id
        told = ask("projection", "checkpoint", service, folder, server=server)
        assert str(folder) in told, told
        assert "equal" in ask("projection", "diff", service, folder, server=server)
        client.command("IntakeService/JoinPetitioner", case_id)
        told = failure("projection", "diff", service, folder, server=server)
        assert f"case {case_id}" in told and "positions that differ" in told, told
        ask("projection", "diff", service, service, server=server)
        assert "holds something" in failure("projection", "checkpoint", service, folder, server=server)
        now = digests_of(client, service)
        assert "in use by" in refusal("projection", "restore", folder, service, f"--data={server.data_dir}", "--replace")
    assert server.stop() == 0
    data = f"--data={server.data_dir}"
    assert "--replace" in refusal("projection", "restore", folder, service, data)
    assert "of service" in refusal("projection", "restore", folder, other_than(service), data, "--replace")
    # Lost: what is left of the projection is the checkpoint.
    shutil.rmtree(server.data_dir / service)
    ask("projection", "restore", folder, service, data)
    damaged = folder.with_name("damaged")
    shutil.copytree(folder, damaged)
    manifest = damaged / "MANIFEST"
    manifest.write_text(manifest.read_text().replace("fold_fingerprint", "fold_fingerprinf"))
    assert "damaged" in refusal("projection", "restore", damaged, service, data, "--replace")
    server.start()
    with server.client() as client:
        assert digests_of(client, service) == now
        ask("projection", "diff", service, service, server=server)
    return folder


def other_than(service):
    return next(s for s in SERVICES if s != service)


def checkpoint_of_another_journal_is_refused(folder, checkpoint, service):
    with Whistled(folder / "another") as server:
        server.start()
        assert server.stop() == 0
        data = f"--data={server.data_dir}"
        assert "of journal" in refusal("projection", "restore", checkpoint, service, data, "--replace")
        # Where nothing says which journal it is, the start finds out.
        shutil.rmtree(server.data_dir)
        server.data_dir.mkdir()
        assert "of journal" in refusal("projection", "restore", checkpoint, service, data, "--journal-uuid=none-such")
        ask("projection", "restore", checkpoint, service, data)
        server.launch()
        wait_seconds(lambda: "msg=serving" in server.log(), 60, "it serves the others")
        server.address = re.search(r"msg=serving listen=(\S+)", server.log()).group(1)
        with server.client() as client:
            mine = projection_of(client, service)
            assert all(p.health == 4 for p in mine.partitions), mine  # diverged
            assert "has diverged" in refusal("projection", "rebuild", service, server=server)
        assert server.stop() == 0
        # As the runbook says: set aside, and fold anew.
        ask("projection", "set-aside", service, data)
        server.start()
        with server.client() as client:
            assert len(projection_of(client, service).old_stores) == 1
        assert server.stop() == 0


def spoilt_store_is_told_and_replaced_only_on_demand(server, service):
    with server.client() as client:
        before = digests_of(client, service)
        case_id = register_case(client).case_id
        client.command("IntakeService/JoinPetitioner", case_id)
        right = digests_of(client, service)
        fold = projection_of(client, service).fold_fingerprint
    assert server.stop() == 0 and before != right
    doctor("spoil", fold, server.data_dir / service, case_id)
    server.start()
    with server.client() as client:
        spoilt = digests_of(client, service)
        assert spoilt["state"] != right["state"] and spoilt["index"] != right["index"] and spoilt["timeline"] == right["timeline"]
        told = failure("projection", "rebuild", service, server=server)
        assert "2 rows" in told and f"case {case_id}" in told and "registry_version" in told and "only in serving" in told, told
        assert digests_of(client, service) == spoilt, "the old one serves on"
        ask("projection", "rebuild", service, "--take-despite-difference", server=server)
        assert digests_of(client, service) == right
        # Decisions are made on the new one: the spoilt registry version would have made this one impossible.
        client.command("IntakeService/JoinPetitioner", case_id)
        ask("projection", "discard-old", service, server=server)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--service", choices=SERVICES, default="intake")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--contacts", type=int, default=1500)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    options = parser.parse_args()
    print(f"again: rebuild_test.py --service={options.service} --contacts={options.contacts} --seed={options.seed}", flush=True)
    with scratch() as folder, Whistled(folder / "whistled") as server:
        server.start()
        with server.client("founder") as client:
            found_registry(client)
        rebuild_under_load(server, options)
        old_store_is_kept_until_told(server, options.service)
        print("the old store is kept until told, and what serves is what served before after a restart", flush=True)
        cancelled_rebuild_leaves_what_served(server, options.service)
        print("a cancelled rebuild, and ^C, leave what served", flush=True)
        another_fold_is_replaced_beside_the_old_one(server, options.service)
        print("a store of another fold is kept until the new one beside it is complete", flush=True)
        checkpoint = checkpoint_comes_back(server, options.service)
        print("a checkpoint comes back, and diff tells what differs; a damaged one is refused", flush=True)
        checkpoint_of_another_journal_is_refused(folder, checkpoint, options.service)
        print("a checkpoint of another journal is refused, at the latest at the start", flush=True)
        spoilt_store_is_told_and_replaced_only_on_demand(server, options.service)
        print("a store that is wrong is told row by row, serves on, and is replaced on demand", flush=True)
        assert server.stop() == 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
