#!/usr/bin/env python3
"""Shows that the checks bite: each wrong that journal_check.py is there for is put into an honest journal, and must be found.

    build/python/bin/python tests/end_to_end/journal_check_test.py
"""

import copy
import hashlib
import unittest

import journal_check
from harness import CONTRACTS, contact_fields, found_registry, handled_case, running

DECISION = CONTRACTS.message("whistle.journal.v1.Decision")
RECORD = CONTRACTS.message("whistle.operations.v1.ReadJournalResponse")
PARTITIONS = 16


def decision(parent=b"", request_id="r1", case_id="c-7", service=1, body="petitioner_joined", at=1_000):
    one = DECISION(case_id=case_id, parent=parent, service=service, level=1)
    one.request.client, one.request.request_id = "cli", request_id
    one.decided_at.seconds = at
    getattr(one.events.add(), body).SetInParent()
    return one


def fold(*decisions, stamp=1_000, partition=None, key=None):
    journal = journal_check.Journal()
    for offset, one in enumerate(decisions, 1):
        value = one.SerializeToString()
        record = RECORD(offset=offset, key=(key or one.case_id).encode(), value=value)
        record.stamp.seconds = stamp
        where = journal_check.partition_of(one.case_id, PARTITIONS) if partition is None else partition
        journal_check._fold(journal, record, one, journal_check.CASES, where, PARTITIONS)
    return journal


def head_of(one):
    return hashlib.sha256(one.SerializeToString()).digest()


class TheRule(unittest.TestCase):
    def test_a_case_lives_where_kafkas_own_clients_would_put_it(self):
        # Kafka's own examples of its murmur2 (UtilsTest in its sources).
        for text, hashed in (("21", -973932308), ("foobar", -790332482), ("a-little-bit-long-string", -985981536)):
            self.assertEqual(journal_check.murmur2(text.encode()), hashed & 0xFFFFFFFF)

    def test_a_chain_counts(self):
        first = decision()
        second = decision(head_of(first), "r2")
        journal = fold(first, second)
        self.assertEqual(journal.cases["c-7"].version, 2)
        self.assertEqual(journal.cases["c-7"].head, head_of(second))
        self.assertEqual((journal.superseded, journal.malformed), (0, []))

    def test_a_stale_parent_does_not_count(self):
        first = decision()
        journal = fold(first, decision(b"", "r2"), decision(b"x" * 32, "r3"))
        self.assertEqual((journal.cases["c-7"].version, journal.superseded), (1, 2))

    def test_the_same_record_twice_counts_once(self):
        self.assertEqual(fold(decision(), decision()).cases["c-7"].version, 1)

    def test_an_implausible_time_does_not_count(self):
        for at, counts in ((1_005, 1), (1_006, 0), (985, 1), (984, 0)):
            self.assertEqual(fold(decision(at=at)).cases["c-7"].version, counts, at)

    def test_what_is_malformed_counts_for_nobody(self):
        wrong = (journal_check.partition_of("c-7", PARTITIONS) + 1) % PARTITIONS
        self.assertEqual(fold(decision(), partition=wrong).malformed[0][3], "wrong partition")
        self.assertEqual(fold(decision(), key="c-8").malformed[0][3], "key is not the case")
        self.assertEqual(fold(decision(body="item_cleared")).malformed[0][3], "foreign event")
        self.assertEqual(fold(decision(service=0)).malformed[0][3], "service")

    def test_below_what_was_imported_the_carried_stamp_takes_the_place_of_the_journals_own(self):
        record = RECORD(offset=9)
        record.headers.add(name="whistle_recorded_at", value=b"5")
        record.headers.add(name="whistle_recorded_at", value=b"1000")
        self.assertEqual(journal_check.carry(record, 9), b"")
        self.assertEqual(record.stamp.seconds, 0)
        self.assertEqual(journal_check.carry(record, 10), b"1000")
        self.assertEqual(record.stamp.seconds, 1)
        for value in (None, b"01000"):
            record = RECORD(offset=9)
            if value:
                record.headers.add(name="whistle_recorded_at", value=value)
            with self.assertRaisesRegex(AssertionError, "offset 9 was imported"):
                journal_check.carry(record, 10)

    def test_a_request_id_carried_out_twice_is_found(self):
        first = decision()
        with self.assertRaisesRegex(AssertionError, "happened 2 times"):
            journal_check.check_at_most_once(fold(first, decision(head_of(first))))


class AgainstARunningWhistled(unittest.TestCase):
    def test_what_is_lost_changed_or_behind_is_found(self):
        with running() as server, server.client() as client:
            found_registry(client)
            case_id = handled_case(client)
            fields = contact_fields(case_id, "the-one")
            receipt = client.call("IntakeService/RecordContact", fields).receipt
            journal = journal_check.read(client)
            journal_check.check_receipt(journal, client.name, "the-one", receipt)
            journal_check.check_projections(client, journal)

            with self.assertRaisesRegex(AssertionError, "0 times"):
                journal_check.check_receipt(journal, client.name, "never-sent", receipt)
            for name, change in (
                ("version", lambda r: setattr(r, "version", r.version + 1)),
                ("another head", lambda r: setattr(r, "head", bytes(32))),
                ("receipt says", lambda r: setattr(r.position, "offset", r.position.offset + 1)),
                ("events", lambda r: r.event_ids.append("9.9")),
            ):
                wrong = copy.deepcopy(receipt)
                change(wrong)
                with self.assertRaisesRegex(AssertionError, name):
                    journal_check.check_receipt(journal, client.name, "the-one", wrong)

            # Projections that were compared with a journal that has more, other, or differently ordered records.
            client.call("IntakeService/RecordContact", contact_fields(case_id, "one-more"))
            with self.assertRaisesRegex(AssertionError, "the end is"):
                journal_check.check_projections(client, journal)
            for name, change in (
                ("another digest", lambda j: j.digests.update({k: bytes(32) for k in j.digests})),
                ("the journal says", lambda j: j.cases[case_id].decisions.pop()),
                ("another head", lambda j: setattr(j.cases[case_id], "head", bytes(32))),
                ("other bytes", lambda j: j.cases[case_id].decisions.reverse()),
            ):
                wrong = journal_check.read(client)
                change(wrong)
                with self.assertRaisesRegex(AssertionError, name):
                    journal_check.check_projections(client, wrong)


if __name__ == "__main__":
    unittest.main(verbosity=2)
