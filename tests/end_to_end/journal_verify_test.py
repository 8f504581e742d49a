#!/usr/bin/env python3
"""`whistlectl journal verify` on a generated journal, whole and damaged in every way that verify must tell apart: each damage named with its
place, an untouched copy OK, interrupted by kill -9 and taken up again, and of a running whistled.

    build/python/bin/python tests/end_to_end/journal_verify_test.py
    build/python/bin/python tests/end_to_end/journal_verify_test.py --decisions=1000000 --cases=50000      # the long form: half an hour
"""

import argparse
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest

from harness import BUILD, SERVICES, Whistled, contact_fields, scratch, wait_seconds

TOOL_SECONDS_MAX = 3600
SIZE = argparse.Namespace(decisions=4000, cases=300, seed=7)
# What the journal alone cannot show: README.md of whistlectl says so, and this test that it is so.
ONLY_A_PROJECTION_TELLS = {"drop-last", "swap-between"}
DAMAGES = ("byte", "drop", "drop-last", "swap-within", "swap-between", "move")


def run(*words):
    """(exit status, stdout, stderr)"""
    done = subprocess.run(
        [str(word) for word in words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TOOL_SECONDS_MAX
    )
    return done.returncode, done.stdout, done.stderr


def verify_line(*words):
    return [str(BUILD / "bin" / "whistlectl"), "journal", "verify", *(str(word) for word in words)]


def verify(*words):
    return run(*verify_line(*words))


def digest_of(folder):
    """Of every file's name and bytes but the lock's, which holds a process id."""
    total = hashlib.sha256()
    for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file() and p.name.lower() != "lock"):
        total.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return total.hexdigest()


def decisions_told_by(server):
    """How many decisions of cases count, as a service tells it."""
    with server.client() as client:
        projection = client.call("OperationsService/GetProjectionStatus").projections[0]
    return sum(place.row.accepted for place in projection.partitions if place.topic == 1)


class Damage:
    """What damage_journal said it did."""

    def __init__(self, said):
        self.what, self.place, self.other, self.case_id, self.version, self.other_case = said.split()


def setUpModule():
    """The journal, and the projections that a whistled has folded of it: what everything is held against."""
    folder = unittest.enterModuleContext(scratch("whistle-verify-"))
    server = Whistled(folder / "whole", "virtual")
    server.folder.mkdir()
    status, out, error = run(
        BUILD / "bin" / "whistle_large_journal", f"--dir={server.journal_dir}", f"--decisions={SIZE.decisions}",
        f"--cases={SIZE.cases}", f"--seed={SIZE.seed}", "--malformed=10", "--superseded=20",
    )  # fmt: skip
    assert status == 0, error
    print(out, file=sys.stderr)
    Base.folder, Base.server = folder, server
    # Paused, here and in every copy, or what is due by now would be carried out and the journal be longer.
    server.data_dir.mkdir()
    for service in SERVICES:
        (server.data_dir / f"{service}.agenda-paused").write_text("for the test\n")
    server.start()
    Base.decisions = decisions_told_by(server)
    server.stop()
    assert Base.decisions == SIZE.decisions, Base.decisions
    Base.journal = f"--journal=embedded:{server.journal_dir}"
    Base.data = f"--data={server.data_dir}"


class Base(unittest.TestCase):
    def damaged(self, what, seed=1):
        copy = self.folder / f"damaged-{what}-{seed}"
        status, out, error = run(
            BUILD / "tests" / "damage_journal", "journal", self.server.journal_dir, copy, what, str(seed)
        )
        self.assertEqual(status, 0, error)
        self.addCleanup(shutil.rmtree, copy, ignore_errors=True)
        return copy, Damage(out)

    def problems_of(self, *words):
        """What verify names, having failed as it must."""
        status, out, _ = verify(*words)
        self.assertEqual(status, 1, out)
        last = out.splitlines()[-1]
        self.assertTrue(last.startswith("verify: FAILED: "), last)
        self.assertEqual(sum(line.startswith("verify:") for line in out.splitlines()), 1, out)
        return [line for line in out.splitlines() if line.startswith("problem: ")]

    def assert_named(self, problems, kind, place, *mentions):
        for line in problems:
            if line.startswith(f"problem: {kind} at {place}") and all(mention in line for mention in mentions):
                return
        self.fail(f"no {kind} at {place} with {mentions} in\n" + "\n".join(problems))


class VerifyTest(Base):
    def test_an_untouched_journal_is_ok_and_untouched(self):
        before = digest_of(self.server.folder)
        status, out, error = verify(self.journal, self.data)
        last = out.splitlines()[-1]
        self.assertEqual(status, 0, out + error)
        self.assertTrue(last.startswith(f"verify: OK: {self.decisions} decisions, {SIZE.cases} cases, 17 partitions, "), last)
        self.assertIn("20 superseded, 10 malformed", last)
        self.assertIn("projections compared: intake, response, coordination, escalation", last)
        self.assertIn("fresh fold compared: 28 column families", last)
        self.assertEqual(sum(line.startswith("digest ") for line in out.splitlines()), 28)
        self.assertEqual(digest_of(self.server.folder), before, "verify changed something")

    def test_its_digests_are_the_stores_own(self):
        status, out, _ = verify(self.journal, self.data, "--output=json")
        self.assertEqual(status, 0, out)
        report = json.loads(out)
        self.assertEqual((report["ok"], report["decisions"], report["problem_count"]), (True, self.decisions, 0))
        copy = self.folder / "data-copy"
        shutil.copytree(self.server.data_dir, copy)
        self.addCleanup(shutil.rmtree, copy)
        with_fingerprints = []
        self.server.start()
        with self.server.client() as client:
            for projection in client.call("OperationsService/GetProjectionStatus").projections:
                with_fingerprints += [projection.fold_fingerprint, copy / projection.service]
        self.server.stop()
        _, digests, error = run(BUILD / "tests" / "projection_digests", *with_fingerprints)
        expected = {tuple(line.split()) for line in digests.splitlines()}
        self.assertEqual(len(expected), 28, error)
        for side in ("stored", "fresh"):
            self.assertEqual({(d["service"], d["family"], d[side]) for d in report["digests"]}, expected)

    def test_what_was_left_out_is_said(self):
        status, out, _ = verify(self.journal, self.data, "--no-fold")
        self.assertEqual(status, 0, out)
        self.assertIn("no fresh fold: not asked for", out.splitlines()[-1])
        status, out, _ = verify(self.journal)
        self.assertEqual(status, 0, out)
        self.assertIn("no projection compared; no fresh fold: there is no projection", out.splitlines()[-1])

    def test_the_same_seed_makes_the_same_journal_and_another_another(self):
        told = []
        for name, seed in (("first", 5), ("second", 5), ("third", 6)):
            folder = self.folder / f"made-{name}"
            status, out, error = run(
                BUILD / "bin" / "whistle_large_journal", f"--dir={folder}", "--decisions=600", "--cases=50", f"--seed={seed}"
            )
            self.assertEqual(status, 0, error)
            self.assertTrue(out.startswith("large_journal: OK: 600 decisions of 50 cases, "), out)
            report = json.loads(verify(f"--journal=embedded:{folder}", "--output=json")[1])
            self.assertEqual((report["ok"], report["decisions"], report["cases"]), (True, 600, 50))
            told.append((report["journal"], report["journal_digest"]))
            # Not into a folder that holds something.
            status, _, error = run(BUILD / "bin" / "whistle_large_journal", f"--dir={folder}", "--decisions=5", "--cases=5")
            self.assertEqual(status, 1)
            self.assertIn("is not empty", error)
        self.assertEqual(told[0], told[1])
        self.assertNotEqual(told[0], told[2])

    def test_an_untouched_copy_is_ok(self):
        copy, _ = self.damaged("none")
        status, out, error = verify(f"--journal=embedded:{copy}", self.data)
        self.assertEqual(status, 0, out + error)

    def test_every_damage_is_named_with_its_place(self):
        kinds = {"byte": "changed", "drop": "dropped", "drop-last": "dropped", "swap-within": "swapped",
                 "swap-between": "swapped", "move": "moved"}  # fmt: skip
        for what in DAMAGES:
            for seed in (1, 2):
                with self.subTest(what=what, seed=seed):
                    copy, damage = self.damaged(what, seed)
                    problems = self.problems_of(f"--journal=embedded:{copy}", self.data)
                    mentions = [damage.case_id, f"version {damage.version}"]
                    if damage.other.startswith(damage.place.split(":")[0] + ":"):
                        mentions.append(damage.other)
                    self.assert_named(problems, kinds[what], damage.place, *mentions)
                    # Every service's projection says that it had folded something else.
                    partition = damage.place.split(":")[0]
                    for service in SERVICES:
                        self.assertTrue(
                            any(f"projection of {service}" in line and f" at {partition}:" in line for line in problems),
                            "\n".join(problems),
                        )
                    shutil.rmtree(copy)

    def test_what_the_journal_alone_can_tell(self):
        for what in DAMAGES:
            with self.subTest(what=what):
                copy, damage = self.damaged(what, 1)
                if what in ONLY_A_PROJECTION_TELLS:
                    status, out, _ = verify(f"--journal=embedded:{copy}")
                    self.assertEqual(status, 0, out)
                    continue
                problems = self.problems_of(f"--journal=embedded:{copy}")
                kind = {"byte": "changed", "swap-within": "order", "move": "moved"}.get(what, "chain")
                self.assertTrue(any(line.startswith(f"problem: {kind} at ") for line in problems), problems)
                self.assertIn(damage.case_id, problems[0])
                if what in ("byte", "swap-within"):
                    self.assert_named(problems, kind, damage.place)

    def test_a_genesis_of_another_journal_is_named(self):
        copy, damage = self.damaged("genesis")
        problems = self.problems_of(f"--journal=embedded:{copy}", self.data, "--no-fold")
        # Partition 0 says which journal it is; where that is the foreign one, all others are named instead.
        self.assert_named(problems, "genesis", damage.place, "00000000-0000-4000-8000-000000000000")

    def test_a_row_of_a_projection_that_was_altered_is_named(self):
        for what, words in (("state", ("state row",)), ("timeline", ("timeline row",)), ("index", ("index row",))):
            with self.subTest(what=what):
                copy = self.folder / f"data-{what}"
                shutil.copytree(self.server.data_dir, copy)
                self.addCleanup(shutil.rmtree, copy)
                status, out, error = run(BUILD / "tests" / "damage_journal", "row", copy / "response", what, "3")
                self.assertEqual(status, 0, error)
                damage = Damage(out)
                problems = self.problems_of(self.journal, f"--data={copy}")
                self.assertEqual(len(problems), 1, problems)
                self.assertIn("row, projection of response", problems[0])
                for word in (*words, damage.case_id):
                    self.assertIn(word, problems[0])
                # Without a fresh fold nobody looks at it, and the last line says that it was left out.
                status, out, _ = verify(self.journal, f"--data={copy}", "--no-fold")
                self.assertEqual(status, 0, out)

    def test_a_head_that_was_altered_is_named_without_a_fold(self):
        copy = self.folder / "data-head"
        shutil.copytree(self.server.data_dir, copy)
        self.addCleanup(shutil.rmtree, copy)
        status, out, error = run(BUILD / "tests" / "damage_journal", "row", copy / "intake", "head", "5")
        self.assertEqual(status, 0, error)
        problems = self.problems_of(self.journal, f"--data={copy}", "--no-fold")
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(f"projection of intake, case {Damage(out).case_id}", problems[0])

    def test_a_store_of_another_fold_is_left_as_it_is(self):
        copy = self.folder / "data-other-fold"
        shutil.copytree(self.server.data_dir, copy)
        self.addCleanup(shutil.rmtree, copy)
        status, _, error = run(BUILD / "tests" / "damage_journal", "fold", copy / "escalation", "another-fold")
        self.assertEqual(status, 0, error)
        before = digest_of(copy)
        problems = self.problems_of(self.journal, f"--data={copy}")
        self.assertEqual(digest_of(copy), before, "verify changed something")
        self.assertEqual(len(problems), 1, problems)
        self.assertIn("projection of escalation", problems[0])
        self.assertIn("another-fold", problems[0])

    def test_killed_at_any_moment_it_is_taken_up_again(self):
        file = self.folder / "resume"
        taken_up = 0
        for round_number in range(6):
            # Killed as soon as something was written: while it reads, or later while it folds.
            work = pathlib.Path(f"{file}.fold")
            at_fold = round_number % 2 == 1
            process = subprocess.Popen(
                verify_line(self.journal, self.data, f"--resume-file={file}", "--jobs=1"),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            )  # fmt: skip
            wait_seconds(
                lambda: process.poll() is not None or (work / "intake").exists() if at_fold else file.exists(),
                TOOL_SECONDS_MAX, "verify has begun",
            )  # fmt: skip
            process.kill()
            out, _ = process.communicate()
            if not file.exists():
                self.assertIn("verify: OK", out)
                continue
            status, out, error = verify(self.journal, self.data, f"--resume-file={file}")
            self.assertEqual(status, 0, out + error)
            last = out.splitlines()[-1]
            self.assertTrue(last.startswith(f"verify: OK: {self.decisions} decisions, {SIZE.cases} cases, "), last)
            taken_up += " records taken up" in last
            self.assertFalse(file.exists(), "a check that came to its end leaves nothing to take up")
            self.assertFalse(work.exists())
        self.assertGreater(taken_up, 0, "no kill came in the middle")

    def test_what_another_journal_left_is_not_taken_up(self):
        file = self.folder / "resume-other"
        other = self.folder / "other"
        status, _, error = run(
            BUILD / "bin" / "whistle_large_journal", f"--dir={other}", "--decisions=50", "--cases=5", "--seed=99"
        )
        self.assertEqual(status, 0, error)
        process = subprocess.Popen(
            verify_line(self.journal, f"--resume-file={file}", "--jobs=1"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_seconds(lambda: file.exists() or process.poll() is not None, TOOL_SECONDS_MAX, "verify has begun")
        process.kill()
        process.wait()
        if not file.exists():
            self.skipTest("it was done before it could be killed")
        problems = verify(f"--journal=embedded:{other}", f"--resume-file={file}")
        self.assertEqual(problems[0], 1)
        self.assertIn("verify: FAILED: not verified: ", problems[1])
        self.assertIn("is the check of journal", problems[1])

    def test_bytes_flipped_in_the_store_are_named(self):
        copy, _ = self.damaged("none", 9)
        tables = sorted((copy / "store" / "db").glob("*.log"), key=lambda path: -path.stat().st_size)
        data = bytearray(tables[0].read_bytes())
        data[len(data) // 2] ^= 0x40
        tables[0].write_bytes(data)
        problems = self.problems_of(f"--journal=embedded:{copy}", self.data, "--no-fold")
        self.assertTrue(any(line.startswith("problem: mark at ") for line in problems), problems[:5])
        self.assertTrue(any(line.startswith("problem: position at ") for line in problems), problems[:5])


class RunningTest(Base):
    """Of a running whistled."""

    def setUp(self):
        self.running = None

    def tearDown(self):
        if self.running is not None and self.running.process is not None:
            self.running.process.kill()
            self.running.process.wait()

    def serve(self, journal, all_live=True):
        """A whistled of its own on a copy of the projections. `all_live` false: some stand still."""
        folder = self.folder / f"running-{time.monotonic_ns()}"
        folder.mkdir()
        shutil.copytree(journal, folder / "journal")
        shutil.copytree(self.server.data_dir, folder / "data")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.running = Whistled(folder, "virtual")
        if all_live:
            return self.running.start()
        serving = re.compile(r"msg=serving listen=(\S+)")
        self.running.launch()
        self.running.address = wait_seconds(
            lambda: serving.search(self.running.log()), TOOL_SECONDS_MAX, "whistled serves"
        ).group(1)
        return self.running

    def test_it_is_ok_while_it_serves_and_while_decisions_come_in(self):
        server = self.serve(self.server.journal_dir)
        told = decisions_told_by(server)
        status, out, error = verify(f"--target={server.address}")
        self.assertEqual(status, 0, out + error)
        last = out.splitlines()[-1]
        self.assertTrue(last.startswith(f"verify: OK: {told} decisions, {SIZE.cases} cases, 17 partitions, "), last)
        self.assertIn("; fresh fold compared: 28 column families, ", last)
        status, out, error = verify(f"--target={server.address}", "--no-fold")
        self.assertEqual(status, 0, out + error)
        self.assertIn("no fresh fold: not asked for", out.splitlines()[-1])
        done = threading.Event()
        recorded = []

        def record():
            with server.client() as client:
                cases = [row.case_id for row in client.call("IntakeService/ListCases", {"page": {"size": 50}}).cases]
                while not done.is_set():
                    for case_id in cases:
                        future = client.start("IntakeService/JoinPetitioner", client.command_fields(case_id))
                        recorded.append(future.exception() is None)

        recorder = threading.Thread(target=record)
        recorder.start()
        try:
            wait_seconds(lambda: any(recorded), 30, "a decision comes in")
            status, out, error = verify(f"--target={server.address}")
        finally:
            done.set()
            recorder.join()
        self.assertEqual(status, 0, out + error)
        self.assertGreater(sum(recorded), 0)

    def test_a_row_that_was_altered_shows_in_the_digest_of_its_column_family(self):
        server = self.serve(self.server.journal_dir)
        server.stop()
        status, out, error = run(BUILD / "tests" / "damage_journal", "row", server.data_dir / "response", "timeline", "3")
        self.assertEqual(status, 0, error)
        server.start()
        problems = self.problems_of(f"--target={server.address}")
        self.assertEqual(len(problems), 1, problems)
        self.assertTrue(problems[0].startswith("problem: family, projection of response: "), problems)
        self.assertIn("column family timeline with digest ", problems[0])
        status, out, error = verify(f"--target={server.address}", "--no-fold")
        self.assertEqual(status, 0, out + error)

    def test_a_folder_that_is_in_use_is_refused(self):
        server = self.serve(self.server.journal_dir)
        for flags in ((f"--journal=embedded:{server.journal_dir}",), (self.journal, f"--data={server.data_dir}")):
            status, out, _ = verify(*flags)
            self.assertEqual(status, 1)
            self.assertIn("verify: FAILED: not verified: ", out)
            self.assertIn(f"in use by process {server.process.pid}", out)

    def test_a_journal_damaged_under_a_service_is_named(self):
        for what in ("byte", "drop-last", "swap-between"):
            with self.subTest(what=what):
                copy, damage = self.damaged(what, 1)
                # A partition that ends earlier than it was folded is noticed by the services themselves.
                server = self.serve(copy, all_live=what != "drop-last")
                problems = self.problems_of(f"--target={server.address}")
                partition = damage.place.split(":")[0]
                for service in SERVICES:
                    self.assertTrue(
                        any(f" at {partition}:" in line and f"projection of {service}" in line for line in problems),
                        problems,
                    )
                if what == "drop-last":
                    self.assertTrue(any("DIVERGED" in line for line in problems), problems)
                server.kill()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    for name, value in vars(SIZE).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    SIZE, rest = parser.parse_known_args()
    unittest.main(verbosity=2, argv=[sys.argv[0], *rest])
