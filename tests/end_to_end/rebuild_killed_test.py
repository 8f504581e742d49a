#!/usr/bin/env python3
"""Kills whistled and whistlectl (-9) at random moments of rebuild, swap, checkpoint and restore; afterwards all is as a fresh fold makes it.

    build/python/bin/python tests/end_to_end/rebuild_killed_test.py [--kills=4] [--contacts=800] [--seed=N]

Between kills one contact is recorded, so that no two rounds are alike; after each, the digests of every column family of the store that
serves are those of a store that was folded from nothing.
"""

import argparse
import collections
import os
import random
import shutil
import subprocess
import sys
import threading
import time

import journal_check
from harness import Whistled, contact_fields, found_registry, scratch, wait_seconds
from rebuilding import digests_of, fill, phase, projection_of, wait_until_over
from whistlectl import ask, command_line

SERVICE = "intake"


def pause(seconds):
    threading.Event().wait(seconds)


class Rounds:
    def __init__(self, server, options):
        self.server = server
        self.rng = random.Random(options.seed)
        self.folder = server.folder.with_name("checkpoints")
        self.folder.mkdir()
        self.count = 0
        self.hits = collections.Counter()

    def prepare(self, cases, contacts):
        with self.server.client() as client:
            self.cases = fill(client, cases, contacts)
            # How long one takes here, so that the moments lie within.
            began = time.monotonic()
            ask("projection", "rebuild", SERVICE, server=self.server)
            self.rebuild_seconds = time.monotonic() - began
            ask("projection", "discard-old", SERVICE, server=self.server)
            self.rebuild_seconds = min(self.rebuild_seconds, 1.2 * self.done_seconds(client))
            self.good = self.checkpoint_folder()
            began = time.monotonic()
            ask("projection", "checkpoint", SERVICE, self.good, server=self.server)
            self.checkpoint_seconds = min(time.monotonic() - began, 1.2 * self.done_seconds(client))

    @staticmethod
    def done_seconds(client):
        """How long the last task took by the server's own clock."""
        task = wait_until_over(client, SERVICE)
        return task.finished_at.ToNanoseconds() / 1e9 - task.started_at.ToNanoseconds() / 1e9

    def checkpoint_folder(self):
        self.count += 1
        return str(self.folder / f"checkpoint-{self.count}")

    def start_rebuild(self):
        # Not through whistlectl: a small rebuild is done before that has ended.
        with self.server.client() as client:
            client.call("OperationsService/RebuildProjection", {"service": SERVICE})

    def rebuild(self):
        self.start_rebuild()
        pause(self.rng.uniform(0, self.rebuild_seconds))
        self.kill()

    def swap(self):
        """Around the moment at which the new store is named on disk, which is just before the exchange."""
        before = self.serving()
        self.start_rebuild()
        wait_seconds(lambda: self.serving() != before, 300, "the new store is named")
        pause(self.rng.choice((0, 0, 0.001, 0.005, 0.05)) * self.rng.random())
        self.kill()

    def serving(self):
        file = self.server.data_dir / SERVICE / "SERVING"
        return file.read_text().splitlines()[0] if file.exists() else "serving db"

    def checkpoint(self):
        folder = self.checkpoint_folder()
        with self.server.client() as client:
            client.call("OperationsService/CheckpointProjection", {"service": SERVICE, "folder": folder})
        pause(self.rng.uniform(0, self.checkpoint_seconds))
        self.kill()
        # Finished, or refused as unfinished: never taken for whole when it is not.
        restored = self.run_restore(folder)
        _, told = restored.communicate(timeout=300)
        if restored.returncode == 0:
            self.hits["checkpoint finished"] += 1
        else:
            assert "not a finished checkpoint" in told, told
            self.hits["checkpoint unfinished"] += 1
        shutil.rmtree(folder, ignore_errors=True)

    def restore(self):
        assert self.server.stop() == 0
        began = time.monotonic()
        running = self.run_restore(self.good)
        running.communicate(timeout=300)
        assert running.returncode == 0
        took = time.monotonic() - began
        running = self.run_restore(self.good)
        pause(self.rng.uniform(0, took * 1.1))
        running.kill()
        self.hits["restore finished" if running.wait() == 0 else "restore killed"] += 1
        running.communicate()

    def run_restore(self, folder):
        return subprocess.Popen(
            command_line("projection", "restore", folder, SERVICE, f"--data={self.server.data_dir}", "--replace"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def kill(self):
        self.server.kill()
        folder = self.server.data_dir / SERVICE
        if "msg=projection_task_done" in self.server.log():
            self.hits["killed when done"] += 1
        elif (folder / "SERVING").exists() and "kept" in (folder / "SERVING").read_text():
            self.hits["killed while swapping"] += 1
        elif len([p for p in folder.iterdir() if p.name.startswith("db")]) > 1:
            self.hits["killed while filling or comparing"] += 1
        else:
            self.hits["killed at the beginning, or during a checkpoint"] += 1

    def check(self):
        """What serves after the start is what a fresh fold makes of the journal."""
        self.server.start()
        with self.server.client() as client:
            client.call("IntakeService/RecordContact", contact_fields(self.rng.choice(self.cases)))
            served = digests_of(client, SERVICE)
            mine = projection_of(client, SERVICE)
            folder = self.server.data_dir / SERVICE
            databases = [p for p in folder.iterdir() if p.name.startswith("db")]
            assert len(databases) == 1 + len(mine.old_stores), f"something is left in {folder}: {databases}"
            assert not (folder / "copy").exists() and not (folder / "stale").exists()
            if mine.old_stores:
                ask("projection", "discard-old", SERVICE, server=self.server)
            return served


def fresh_digests(server):
    assert server.stop() == 0
    shutil.rmtree(server.data_dir / SERVICE)
    server.start()
    with server.client() as client:
        return digests_of(client, SERVICE)


def run(server, options):
    server.start()
    with server.client("founder") as client:
        found_registry(client)
    rounds = Rounds(server, options)
    rounds.prepare(options.cases, options.contacts)
    kinds = ["rebuild", "swap", "restore", "checkpoint"]
    for number in range(options.kills):
        kind = kinds[number % len(kinds)]
        getattr(rounds, kind)()
        served = rounds.check()
        fresh = fresh_digests(server)
        assert served == fresh, f"after a kill during {kind}:\nserved {served}\nfresh  {fresh}"
        print(f"kill {number + 1} of {options.kills}, during {kind}: as a fresh fold", flush=True)
    # And it still can: to the end this time.
    ask("projection", "rebuild", SERVICE, server=server)
    with server.client() as client:
        assert phase(wait_until_over(client, SERVICE)) == "DONE"
        assert digests_of(client, SERVICE) == fresh_digests(server)
    with server.client() as client:
        journal_check.check_projections(client, journal_check.read(client))
    assert server.stop() == 0
    print(f"{options.kills} kills: {dict(rounds.hits)}; nothing lost, nothing left behind")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=4)
    parser.add_argument("--cases", type=int, default=20)
    parser.add_argument("--contacts", type=int, default=800)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    options = parser.parse_args()
    print(f"again: rebuild_killed_test.py --kills={options.kills} --contacts={options.contacts} --seed={options.seed}", flush=True)
    with scratch() as folder, Whistled(folder / "whistled") as server:
        run(server, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
