#!/usr/bin/env python3
"""`whistlectl journal replay`, `inspect` and `quarantine` on the chronicle's journal, and on one that a foreign writer appended to: they say
what journal_check.py works out, name each record that does not count with why, write nothing, and fire nothing.

    build/python/bin/python tests/end_to_end/journal_tools_test.py
"""

import hashlib
import json
import subprocess
import time
import unittest

import journal_check
from harness import BUILD, CONTRACTS, ROOT, SERVICES, Whistled, contact_fields, found_registry, handled_case, running, scratch
from whistlectl import TOOL_SECONDS_MAX, ask, command_line, refusal

CHRONICLE = ROOT / "tools" / "scenarios" / "lanzhou-building-19.yaml"
VIRTUAL_START = "--virtual_start=2009-01-01T00:00:00Z"
DECISION = CONTRACTS.message("whistle.journal.v1.Decision")


def replay(server, *words):
    return [json.loads(line) for line in ask("journal", "replay", "--output=json", *words, server=server).splitlines()]


def inspect(server, place, *words):
    return json.loads(ask("journal", "inspect", place, "--output=json", *words, server=server))


def place_of(topic, partition, offset):
    return f"registry:{offset}" if topic == journal_check.REGISTRY else f"{partition}:{offset}"


def what_must_not_change(server):
    """Where the journal ends, and what every service has to do next."""
    with server.client() as client:
        status = client.call("OperationsService/GetJournalStatus")
        agendas = [
            client.call("OperationsService/ListAgenda", {"service": service, "page": {"size": 500}}, service=service)
            for service in SERVICES
        ]
    return (
        [(place.topic, place.partition, place.end_offset) for place in status.partitions],
        [agenda.SerializeToString(deterministic=True) for agenda in agendas],
    )


class JournalTools(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(scratch())
        cls.server = cls.enterClassContext(Whistled(folder / "whistled", "virtual", [VIRTUAL_START])).start()
        ask("scenario", "run", CHRONICLE, server=cls.server)
        cls.case_id = ask("scenario", "cases", CHRONICLE, "--name=gas", server=cls.server).split()[0]
        with cls.server.client() as client:
            cls.journal = journal_check.read(client)
        cls.told_before = replay(cls.server)
        cls.doctor()
        cls.unchanged = what_must_not_change(cls.server)
        assert any(cls.unchanged[1]), "no service has anything to do next, so that nothing could fire"

    def tearDown(self):
        self.assertEqual(what_must_not_change(self.server), self.unchanged, "a tool that reads wrote or fired")

    @classmethod
    def doctor(cls):
        """Stops the service, appends one record of each kind that does not count, and starts it again."""
        decisions = cls.journal.cases[cls.case_id].decisions
        last = decisions[-1]
        partition = last.partition
        elsewhere = (partition + 1) % 16
        stale = DECISION.FromString(decisions[1].value)
        stale.request.attempt = b"another attempt!"
        late = DECISION.FromString(last.value)
        late.parent, late.request.request_id = last.head, "late"
        late.decided_at.seconds -= 3600
        foreign = DECISION.FromString(last.value)
        foreign.service = 2 if last.decision.service != 2 else 3
        no_level = DECISION.FromString(last.value)
        no_level.level = 0
        key = cls.case_id.encode()
        cls.stamp = cls.told_before[-1]["recorded_at"]
        doctored = [
            ("again", partition, key, last.value, "superseded-parent", ""),
            ("stale", partition, key, stale.SerializeToString(), "superseded-parent", ""),
            ("late", partition, key, late.SerializeToString(), "superseded-time", ""),
            ("garbage", partition, key, b"\xff\xff\xff", "malformed", "not-a-decision"),
            ("empty", partition, b"x", b"", "malformed", "no-case-id"),
            ("no level", partition, key, no_level.SerializeToString(), "malformed", "no-level"),
            ("key", partition, b"somebody", last.value, "malformed", "key"),
            ("elsewhere", elsewhere, key, last.value, "malformed", "wrong-partition"),
            ("registry", "registry", key, last.value, "malformed", "wrong-partition"),
            ("foreign", partition, key, foreign.SerializeToString(), "malformed", "foreign-event"),
        ]
        assert cls.server.stop() == 0
        lines = "".join(f"{where} {key.hex()} {value.hex() or '-'}\n" for _, where, key, value, _, _ in doctored)
        done = subprocess.run(
            [BUILD / "tests" / "append_records", cls.server.journal_dir, cls.stamp],
            input=lines, capture_output=True, text=True, timeout=TOOL_SECONDS_MAX,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        places = done.stdout.split()
        assert len(places) == len(doctored), done.stdout
        cls.doctored = {
            name: {"place": place, "value": value, "verdict": verdict, "word": word}
            for place, (name, _, _, value, verdict, word) in zip(places, doctored)
        }
        cls.malformed = {d["place"]: d for d in cls.doctored.values() if d["verdict"] == "malformed"}
        cls.server.start()

    def test_what_is_told_is_what_counts_by_a_rule_in_another_language(self):
        expected = {}
        for case_id, case in self.journal.cases.items():
            for accepted in case.decisions:
                for number, event in enumerate(accepted.decision.events, 1):
                    place = place_of(accepted.topic, accepted.partition, accepted.offset)
                    expected[place, f"{accepted.version}.{number}"] = (case_id, event.WhichOneof("body"))
        told = {
            (line["position"], line["event_id"]): (line["case_id"], next(k for k in line["event"] if k != "occurred_at"))
            for line in self.told_before
        }
        self.assertEqual(len(told), len(self.told_before))
        self.assertGreater(len(told), 200)
        self.assertEqual(told, expected)

    def test_lines_are_in_the_order_of_recorded_time_partition_and_offset(self):
        def order(line):
            partition, _, offset = line["position"].partition(":")
            # Of one moment with and without milliseconds: as RFC 3339 sorts once the fraction is there.
            time = line["recorded_at"].replace("Z", "") + ("" if "." in line["recorded_at"] else ".")
            return (time, -1 if partition == "registry" else int(partition), int(offset))

        orders = [order(line) for line in self.told_before]
        self.assertEqual(orders, sorted(orders))

    def test_records_that_do_not_count_change_nothing_of_what_is_told(self):
        self.assertEqual(replay(self.server), self.told_before)

    def test_with_all_each_of_them_is_told_with_its_verdict(self):
        lines = {line["position"]: line for line in replay(self.server, "--all") if line["verdict"] != "accepted"}
        for name, record in self.doctored.items():
            self.assertEqual(lines[record["place"]]["verdict"], record["verdict"], name)
            self.assertTrue(lines[record["place"]]["why"], name)
        genesis = [line for line in lines.values() if line["verdict"] == "genesis"]
        self.assertEqual(len(genesis), 17)
        self.assertEqual(len(lines), self.journal.superseded + len(self.doctored) + len(genesis))

    def test_one_case_is_told_as_its_timeline_has_it(self):
        told = replay(self.server, f"--case={self.case_id}")
        case = self.journal.cases[self.case_id]
        self.assertEqual(sorted({line["version"] for line in told}), list(range(1, case.version + 1)))
        # A stretch of it is judged by all that lies before it.
        middle = int(told[len(told) // 2]["position"].partition(":")[2])
        tail = replay(self.server, f"--case={self.case_id}", f"--from={middle}")
        self.assertEqual(tail, [line for line in told if int(line["position"].partition(":")[2]) >= middle])

    def test_filters_leave_out_what_they_should(self):
        told = replay(self.server, "--type=contact-recorded")
        self.assertEqual(told, [line for line in self.told_before if line["type"] == "ContactRecorded"])
        self.assertTrue(told)
        organization = next(
            line["event"]["contact_recorded"]["contacted"]["organization_id"]
            for line in told
            if "contacted" in line["event"]["contact_recorded"]
        )
        of_it = replay(self.server, f"--organization={organization}")
        self.assertTrue(0 < len(of_it) < len(self.told_before))
        for line in self.told_before:
            if line not in of_it:
                self.assertNotIn(f'"organization_id": "{organization}"', json.dumps(line["event"]))

    def test_people_read_one_line_an_event(self):
        lines = ask("journal", "replay", server=self.server).splitlines()
        self.assertEqual(len(lines), len(self.told_before))
        for line, told in zip(lines, self.told_before):
            self.assertTrue(line.startswith(told["position"] + " "), line)
            self.assertIn(told["recorded_at"], line)
            self.assertIn(" accepted ", line)

    def test_a_rate_is_kept(self):
        expected = [
            line for line in replay(self.server, f"--case={self.case_id}") if int(line["position"].partition(":")[2]) < 8
        ]
        began = time.monotonic()
        self.assertEqual(replay(self.server, f"--case={self.case_id}", "--to=8", "--rate=10/s"), expected)
        self.assertGreater(len(expected), 5)
        self.assertGreaterEqual(time.monotonic() - began, (len(expected) - 1) / 10)

    def test_each_record_laid_open_says_why(self):
        head = self.journal.cases[self.case_id].head.hex()
        version = self.journal.cases[self.case_id].version
        for name, record in self.doctored.items():
            seen = inspect(self.server, record["place"])
            self.assertEqual(seen["verdict"], record["verdict"], name)
            self.assertEqual(bytes.fromhex(seen["bytes"]), record["value"], name)
            self.assertEqual(seen["sha256"], hashlib.sha256(record["value"]).hexdigest(), name)
        again, stale, late = (inspect(self.server, self.doctored[n]["place"]) for n in ("again", "stale", "late"))
        self.assertEqual((again["head"], again["head_version"]), (head, version))
        last = self.journal.cases[self.case_id].decisions[-1]
        self.assertEqual(again["same_bytes_at"], place_of(last.topic, last.partition, last.offset))
        self.assertTrue(stale["parent_was"].startswith("version 1, the case's head from "), stale["parent_was"])
        self.assertNotIn("same_bytes_at", stale)
        self.assertEqual((late["parent"], late["head"]), (head, head))
        self.assertIn("plausible is at most 15s before and 5s after", late["why"])
        accepted = inspect(self.server, place_of(last.topic, last.partition, last.offset))
        self.assertEqual((accepted["verdict"], accepted["version"], accepted["sha256"]), ("accepted", version, head))
        self.assertIn("is the head before it", accepted["why"])
        self.assertIn({"name": "ce_id", "value": head}, accepted["headers"])
        self.assertIn("verdict      genesis\n", ask("journal", "inspect", "registry:0", server=self.server))

    def test_every_service_lists_every_malformed_record_and_counts_it(self):
        for service in SERVICES:
            rows = json.loads(ask("journal", "quarantine", "list", f"--service={service}", "--bytes=9999", "--output=json", server=self.server))
            self.assertEqual({row["position"]: row["explain"] for row in rows},
                             {place: record["word"] for place, record in self.malformed.items()}, service)  # fmt: skip
            for row in rows:
                value = self.malformed[row["position"]]["value"]
                self.assertEqual((row["sha256"], row["stamp"]), (hashlib.sha256(value).hexdigest(), self.stamp))
                self.assertEqual((row["size"], row["bytes"]), (str(len(value)), value.hex()))
        counted = {
            name: value for name, value in self.server.metrics() if name.startswith("whistle_records_malformed_total")
        }
        self.assertEqual(len(counted), len(SERVICES))
        self.assertEqual(set(counted.values()), {float(len(self.malformed))}, counted)

    def test_a_malformed_record_is_shown_with_what_to_do(self):
        for place, record in self.malformed.items():
            shown = ask("journal", "quarantine", "show", place, server=self.server)
            explained = ask("journal", "quarantine", "explain", record["word"], server=self.server)
            self.assertIn("to do:   ", explained)
            self.assertIn(explained.split("\n\n", 1)[1], shown)
        error = refusal("journal", "quarantine", "show", self.doctored["late"]["place"], server=self.server)
        self.assertIn("is not malformed but superseded-time", error)


class Following(unittest.TestCase):
    def test_what_is_recorded_meanwhile_is_told_as_it_comes(self):
        with running() as server, server.client() as client:
            found_registry(client)
            case_id = handled_case(client)
            told = replay(server, f"--case={case_id}")
            follower = subprocess.Popen(
                command_line("journal", "replay", f"--case={case_id}", "--follow", "--output=json", server=server),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            try:
                self.assertEqual([json.loads(follower.stdout.readline()) for _ in told], told)
                receipt = client.call("IntakeService/RecordContact", contact_fields(case_id, "visit-1")).receipt
                line = json.loads(follower.stdout.readline())
                self.assertEqual((line["version"], line["type"]), (receipt.version, "ContactRecorded"))
                self.assertEqual((line["client"], line["request_id"]), (client.name, "visit-1"))
                self.assertEqual(line["position"], place_of(0, receipt.position.partition, receipt.position.offset))
            finally:
                follower.kill()
                follower.wait()
                follower.stdout.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
