"""What clients were told: the checker names each thing that can be wrong with it, and nothing where nothing is wrong."""

import re
import unittest

from checker_testing import CheckerTest, story
from made_up import at, sha256

MINUTE_MS = 60_000


class ToldTest(CheckerTest):
    # Lost.

    def test_an_acknowledged_decision_that_is_not_there_is_lost(self):
        world, gas, _ = story()
        ghost = (9, sha256(b"ghost"), (*world.place_of(gas), 99), 1)
        world.call("hotline", "r-9", "whistle.intake.v1.IntakeService/RecordContact", gas, receipt=world.receipt(gas, ghost))
        self.assertIn("r-9", self.assert_names("lost", world))

    def test_another_command_under_the_acknowledged_request_id_is_lost(self):
        world, _, _ = story()
        world.calls[1]["fingerprint"] = "11" * 32
        self.assert_names("lost", world, more={"false refusal"})

    def test_a_record_taken_out_is_seen(self):
        for index in (-4, -6):
            world, _, _ = story()
            gone = world.records.pop(index)
            out = self.assert_names(
                "inconsistent offset", world, more={"lost", "acknowledged but superseded", "illegal history", "false refusal"}
            )
            self.assertIn(f"{gone['topic']}/{gone['partition']}", out)

    def test_a_record_taken_out_unseen_is_lost(self):
        # The offsets are closed up behind it: what is left looks whole.
        world, gas, _ = story()
        made = world.heads[gas][-1]
        world.records = [r for r in world.records if (r["topic"], r["partition"], r["offset"]) != made[2]]
        for record in world.records:
            if (record["topic"], record["partition"]) == made[2][:2] and record["offset"] > made[2][2]:
                record["offset"] -= 1
        # A try of it before that did not count, which says nothing of the one that was acknowledged.
        self.assert_names("lost", world)

    # Duplicated.

    def test_a_request_that_happened_twice_is_duplicated(self):
        world, gas, _ = story()
        world.put(world.decision("intake", gas, "hotline", "r-2", {"contact_recorded": {"note": "again"}}))
        self.assertIn("r-2", self.assert_names("duplicated", world, world.services()))

    def test_a_deadline_that_fired_twice_is_duplicated(self):
        world, gas, _ = story()
        for _ in range(2):
            world.put(world.decision("intake", gas, "", "agenda:1234", {"acceptance_overdue": {}}))
        self.assert_names("duplicated", world)

    # Inconsistent offset.

    def test_a_receipt_with_another_place_is_named(self):
        for change in ({"offset": 1}, {"partition": 9}, {"topic": "registry"}):
            world, _, _ = story()
            world.calls[1]["receipt"].update(change)
            self.assert_names("inconsistent offset", world)

    def test_a_receipt_with_another_recorded_time_is_named(self):
        world, _, _ = story()
        world.calls[1]["receipt"]["recorded_at_ms"] = world.now_ms + 1
        self.assert_names("inconsistent offset", world)

    def test_acknowledged_before_it_was_there_is_named(self):
        world, _, _ = story()
        world.calls[1]["ends_at_answer"] = world.calls[1]["ends_at_call"]
        self.assert_names("inconsistent offset", world)

    def test_there_before_it_was_asked_for_is_named(self):
        world, _, _ = story()
        world.calls[1]["ends_at_call"] = world.calls[1]["ends_at_answer"]
        self.assert_names("inconsistent offset", world)

    # Acknowledged but superseded.

    def test_an_acknowledged_decision_with_a_stale_parent_is_named(self):
        world, gas, _ = story()
        stale = world.put(world.decision("intake", gas, "hotline", "s-1", {"contact_recorded": {}}, parent=b""), counts=False)
        world.call("hotline", "s-1", "whistle.intake.v1.IntakeService/RecordContact", gas, receipt=world.receipt(gas, stale))
        self.assert_names("acknowledged but superseded", world)

    def test_an_acknowledged_decision_of_a_wrong_clock_is_named(self):
        world, gas, _ = story()
        decision = world.decision("intake", gas, "hotline", "s-1", {"contact_recorded": {}})
        at(decision.decided_at, world.now_ms - MINUTE_MS)
        ghost = world.put(decision, counts=False)
        world.call("hotline", "s-1", "whistle.intake.v1.IntakeService/RecordContact", gas, receipt=world.receipt(gas, ghost))
        self.assert_names("acknowledged but superseded", world)

    # False refusal.

    def test_refused_though_it_was_done_before_is_false(self):
        for kind in ("ILLEGAL", "ALREADY", "NOT_AUTHORIZED", "LIMIT", "NOT_FOUND", "INVALID"):
            world, gas, _ = story()
            world.refused("hotline", "r-2", gas, kind, "whatever", "since event 1.1")
            self.assert_names("false refusal", world)

    def test_refused_though_it_was_done_before_is_false_by_clocks_too(self):
        world, gas, _ = story()
        world.now_ms += MINUTE_MS
        world.refused("hotline", "r-2", gas, "ILLEGAL", ends_at_call=None, ends_at_answer=None)
        self.assert_names("false refusal", world)

    def test_already_so_since_what_is_not_there_is_false(self):
        for event in ("9.1", "2.2", "0.1", "2.0"):
            world, gas, _ = story()
            world.refused("hotline", "f-1", gas, "ALREADY", "case_closed", f"since event {event}")
            self.assertIn("does not exist", self.assert_names("false refusal", world))

    def test_already_so_since_what_came_after_the_answer_is_false(self):
        for ends in ({}, {"ends_at_call": None, "ends_at_answer": None}):
            world, gas, _ = story()
            world.refused("hotline", "f-1", gas, "ALREADY", "case_closed", f"since event {len(world.heads[gas]) + 1}.1", **ends)
            world.now_ms += MINUTE_MS
            world.contact(gas, "website", "w-9")
            self.assertIn("after the answer", self.assert_names("false refusal", world))

    def test_unknown_though_it_was_there_is_false(self):
        world, gas, _ = story()
        world.refused("hotline", "f-1", gas, "NOT_FOUND", "unknown_case")
        self.assert_names("false refusal", world)

    def test_reused_though_nothing_was_under_it_is_false(self):
        world, gas, _ = story()
        world.refused("hotline", "f-1", gas, "REQUEST_ID_REUSED")
        self.assert_names("false refusal", world)

    def test_reused_though_it_was_this_very_command_is_false(self):
        world, gas, _ = story()
        world.refused("hotline", "r-2", gas, "REQUEST_ID_REUSED")
        self.assert_names("false refusal", world)

    def test_told_that_nothing_happened_though_it_did_is_false(self):
        for answer in ({"error": {"code": "ABORTED"}}, {"refusal": {"kind": "ILLEGAL"}}):
            world, gas, _ = story()
            world.call("hotline", "f-1", "whistle.intake.v1.IntakeService/RecordContact", gas, **answer)
            world.put(world.decision("intake", gas, "hotline", "f-1", {"contact_recorded": {}}))
            self.assert_names("false refusal", world)

    def test_an_unknown_outcome_may_turn_out_either_way(self):
        for answer in ({"error": {"code": "UNAVAILABLE"}}, {"error": {"code": "DEADLINE_EXCEEDED"}}, {}):
            world, gas, _ = story()
            world.call("hotline", "u-1", "whistle.intake.v1.IntakeService/RecordContact", gas, **answer)
            self.assert_clean(world)
            world.put(world.decision("intake", gas, "hotline", "u-1", {"contact_recorded": {}}))
            self.assert_clean(world)

    # Version gap and head differs.

    def test_a_receipt_with_another_version_or_other_events(self):
        for change in ({"version": 3}, {"event_ids": ["2.1", "2.2"]}):
            world, _, _ = story()
            world.calls[1]["receipt"].update(change)
            self.assert_names("version gap", world)

    def test_a_receipt_with_another_head(self):
        world, gas, _ = story()
        world.calls[1]["receipt"]["head"] = world.heads[gas][0][1].hex()
        self.assertIn("version 1", self.assert_names("head differs", world))

    # Answer after deadline.

    def test_an_answer_after_its_deadline(self):
        for late_ms, fault in ((251, True), (250, False)):
            world, _, _ = story()
            call = world.calls[1]
            call["answered_ms"] = call["deadline_ms"] + late_ms
            if fault:
                self.assertIn("251 ms after", self.assert_names("answer after deadline", world))
            else:
                self.assert_clean(world)
        self.assert_clean(world, None, "--late-ms=1000")

    def test_many_faults_of_a_name_are_counted_and_some_are_shown(self):
        world, gas, _ = story()
        for number in range(30):
            ghost = (9, sha256(b"ghost"), (*world.place_of(gas), 99), 1)
            world.call("hotline", f"n-{number}", "whistle.intake.v1.IntakeService/X", gas, receipt=world.receipt(gas, ghost))
        out = self.assert_names("lost", world, None, "--show=5")
        self.assertEqual(len(re.findall("^lost: hotline|^lost: line", out, re.M)), 5)
        self.assertIn("lost: and 25 more", out)
        self.assertIn(" lost 30 ", out)


if __name__ == "__main__":
    unittest.main()
