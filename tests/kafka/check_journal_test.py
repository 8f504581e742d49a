"""The checker finds what it is there to find: made-up journals, right in every way but one; and nothing where nothing is wrong."""

import contextlib
import io
import json
import pathlib
import re
import tempfile
import unittest

import check_journal
from checker import wire
from made_up import CONTRACTS, World, at, sha256

MINUTE_MS = 60_000


def story():
    """Two cases, two clients, every kind of answer; nothing is wrong."""
    world = World()
    gas = world.register("hotline", "r-1")
    world.contact(gas, "hotline", "r-2")
    world.event("response", gas, "bureau", "b-1", "response_requested", question="When?")
    world.event("response", gas, "bureau", "b-2", "condition_imposed", text="new meters")
    water = world.register("website", "w-1")
    # Another's decision comes first: this attempt does not count, is decided again, and that counts.
    stale = world.decision("intake", gas, "website", "w-2", {"contact_recorded": {}}, parent=world.heads[gas][0][1])
    world.put(stale, counts=False)
    world.contact(gas, "website", "w-2")
    world.contact(water, "hotline", "r-3")
    # A retry gets the first receipt.
    again = world.receipt(gas, world.heads[gas][1], replayed=True)
    world.now_ms += 2000
    world.call("hotline", "r-2", "whistle.intake.v1.IntakeService/RecordContact", gas, receipt=again)
    # It waited too long on its way: too late to count, and the client was told that nobody knows.
    late = world.decision("intake", water, "website", "w-3", {"contact_recorded": {}})
    world.put(late, counts=False, stamp_ms=world.now_ms + 16_000)
    world.now_ms += 16_000
    world.call("website", "w-3", "whistle.intake.v1.IntakeService/RecordContact", water, error={"code": "UNAVAILABLE"})
    world.refused("hotline", "r-4", gas, "ALREADY", "condition_open", "since event 4.1")
    world.refused("hotline", "r-5", "0" * 24, "NOT_FOUND", "unknown_case")
    world.refused("hotline", "r-2", gas, "REQUEST_ID_REUSED", "request_id_reused", fingerprint="00" * 32)
    world.refused("hotline", "r-6", gas, "ILLEGAL", "case_not_closed", "the case is registered")
    world.call("hotline", "r-7", "whistle.intake.v1.IntakeService/CloseCase", gas, error={"code": "ABORTED"})
    return world, gas, water


class CheckerTest(unittest.TestCase):
    def run_checker(self, world, said=None, *options):
        """(exit status, what it printed)"""
        with tempfile.TemporaryDirectory() as folder, io.StringIO() as out:
            folder = pathlib.Path(folder)
            (folder / "records").write_text("\n".join(world.record_lines()))
            (folder / "calls").write_text("\n".join(world.call_lines()))
            arguments = ["--records", str(folder / "records"), "--told", str(folder / "calls"), *options]
            if said is not None:
                (folder / "said").write_text(json.dumps(said))
                arguments += ["--said", str(folder / "said")]
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                status = check_journal.main(arguments)
            return status, out.getvalue()

    def assert_clean(self, world, said=None, *options):
        status, out = self.run_checker(world, said, *options)
        self.assertEqual(status, 0, out)
        return out

    def assert_names(self, name, world, said=None, *options, more=()):
        """It names that fault, and no other but those of `more`, which follow from it."""
        status, out = self.run_checker(world, said, *options)
        self.assertEqual(status, 1, out)
        named = {line.partition(":")[0] for line in out.splitlines()[:-1] if not line.startswith("malformed")}
        self.assertIn(name, named, out)
        self.assertLessEqual(named, {name, *more}, out)
        return out

    # Nothing wrong.

    def test_a_story_without_a_fault_is_clean(self):
        world, _, _ = story()
        out = self.assert_clean(world, world.services())
        self.assertEqual(
            out.splitlines()[-1],
            "records 15 accepted 8 superseded 2 malformed 0 acknowledged 7 refused 4 unknown 2 unjudged 1 lost 0 duplicated 0 "
            "inconsistent-offsets 0 acknowledged-but-superseded 0 false-refusals 0 illegal-histories 0 answers-after-deadline 0 "
            "version-gaps 0 heads-differ 0 digests-differ 0 bad-journal 0",
        )

    def test_malformed_records_count_for_nobody_and_are_listed(self):
        world, gas, _ = story()
        topic, partition = world.place_of(gas)
        world.append(topic, partition, gas, b"\xff\xff")
        for spoil in (
            lambda d: setattr(d, "service", 2),
            lambda d: d.request.ClearField("request_id"),
            lambda d: setattr(d, "parent", b"short"),
            lambda d: setattr(d, "level", 0),
            lambda d: d.ClearField("decided_at"),
        ):
            decision = world.decision("intake", gas, "hotline", "m-1", {"contact_recorded": {}})
            spoil(decision)
            world.put(decision, counts=False)
        decision = world.decision("intake", gas, "hotline", "m-2", {"contact_recorded": {}})
        world.append(topic, (partition + 1) % 4, gas, decision.SerializeToString())
        world.append(topic, partition, "another key", decision.SerializeToString())
        decision.events[0].contact_recorded.note = "x" * 262_144
        world.put(decision, counts=False)
        self.assertIn("accepted 8 superseded 2 malformed 9", self.assert_clean(world))

    def test_an_event_with_a_second_body_of_another_service_counts_for_nobody(self):
        world, gas, _ = story()
        decision = world.decision("intake", gas, "hotline", "m-1", {"contact_recorded": {}})
        # The same event field once more, an empty body of Response's: decoding shows one of the two.
        event = decision.events[0].SerializeToString() + bytes([0xC2, 0x0C, 0x00])
        del decision.events[:]
        value = decision.SerializeToString() + bytes([0x82, 0x01, len(event)]) + event
        world.put(decision, counts=False, value=value)
        self.assertIn("malformed 1", self.assert_clean(world))

    def test_time_counts_at_the_number_and_not_beyond_it(self):
        for early_ms, counts in ((15_000, True), (15_001, False), (-5_000, True), (-5_001, False)):
            world, gas, _ = story()
            decision = world.decision("intake", gas, "hotline", "t-1", {"contact_recorded": {}})
            world.put(decision, stamp_ms=world.now_ms + early_ms)
            out = self.assert_clean(world)
            self.assertIn(f"accepted {9 if counts else 8} superseded {2 if counts else 3}", out)

    def test_partitions_are_kafkas(self):
        # From Kafka's own test of its hash; Java's integers are signed.
        for key, signed in ((b"21", -973932308), (b"foobar", -790332482), (b"a-little-bit-long-string", -985981536), (b"abc", 479470107)):
            self.assertEqual(wire.murmur2(key), signed & 0xFFFFFFFF)

    def test_a_raised_level_is_read_where_its_vocabulary_is_told(self):
        world, gas, _ = story()
        world.decide("registry", "registry", "admin", "g-2", {"level_raised": {"from_level": 1, "to_level": 2}})
        world.registry_version = 2
        world.put(world.decision("intake", gas, "hotline", "l-1", {"contact_recorded": {}}, level=2))
        self.assert_clean(world, world.services(), "--vocabulary=2:125-125")
        self.assertIn("of level 2", self.assert_names("bad journal", world))

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
        # A retry of it was tried first and did not count, so that it looks acknowledged and superseded.
        self.assert_names("acknowledged but superseded", world, more={"inconsistent offset"})

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

    def test_a_timeline_with_another_place_or_time_is_named(self):
        for change in ({"offset": 1}, {"recorded_at_ms": 5}):
            world, gas, _ = story()
            said = world.services()
            said[2]["timelines"][gas][1].update(change)
            self.assertIn("coordination", self.assert_names("inconsistent offset", world, said))

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

    # Illegal history.

    def illegal(self, what, *decisions):
        """Each of `decisions` is made of the story's world and first case, and put behind it."""
        world, gas, _ = story()
        for make in decisions:
            world.put(make(world, gas))
        self.assertRegex(self.assert_names("illegal history", world), what)

    def test_a_case_that_does_not_begin_with_its_registration(self):
        world, _, _ = story()
        world.put(world.decision("response", "1" * 24, "bureau", "i-1", {"response_requested": {}}))
        self.assertIn("begins with its registration", self.assert_names("illegal history", world))

    def test_a_case_registered_again(self):
        self.illegal("registered again", lambda w, c: w.decision("intake", c, "hotline", "i-1", {"case_registered": {}}))

    def test_no_events_and_too_many_events(self):
        self.illegal("0 events", lambda w, c: w.decision("intake", c, "hotline", "i-1"))
        self.illegal("65 events", lambda w, c: w.decision("intake", c, "hotline", "i-1", *[{"contact_recorded": {}}] * 65))

    def test_an_event_that_says_nothing(self):
        self.illegal("says nothing", lambda w, c: w.decision("intake", c, "hotline", "i-1", {}))

    def test_an_event_with_two_bodies_of_its_own_service(self):
        world, gas, _ = story()
        decision = world.decision("intake", gas, "hotline", "i-1", {"contact_recorded": {}})
        event = decision.events[0].SerializeToString() + bytes([0xBA, 0x06, 0x00])
        del decision.events[:]
        decision.events.add()
        value = decision.SerializeToString()[: -len(b"\x82\x01\x00")] + bytes([0x82, 0x01, len(event)]) + event
        world.put(decision, value=value)
        self.assertIn("several bodies", self.assert_names("illegal history", world))

    def test_decided_before_what_it_follows(self):
        def earlier(world, case_id):
            decision = world.decision("intake", case_id, "hotline", "i-1", {"contact_recorded": {}})
            at(decision.decided_at, world.now_ms - 2)
            at(decision.events[0].occurred_at, world.now_ms - 2)
            return decision

        world, gas, _ = story()
        world.contact(gas, "hotline", "i-0")
        world.put(earlier(world, gas))
        self.assertIn("decided before", self.assert_names("illegal history", world))

    def test_decided_at_a_fraction_of_a_millisecond(self):
        world, gas, _ = story()
        decision = world.decision("intake", gas, "hotline", "i-1", {"contact_recorded": {}})
        decision.decided_at.nanos += 1
        world.put(decision)
        self.assertIn("whole milliseconds", self.assert_names("illegal history", world))

    def test_occurred_after_it_was_decided(self):
        world, gas, _ = story()
        decision = world.decision("intake", gas, "hotline", "i-1", {"contact_recorded": {}})
        at(decision.events[0].occurred_at, world.now_ms + 1)
        world.put(decision)
        self.assertIn("occurred after", self.assert_names("illegal history", world))

    def test_a_registry_version_that_goes_back_or_is_not_there(self):
        contact = {"contact_recorded": {}}
        self.illegal("one before at 1", lambda w, c: w.decision("intake", c, "hotline", "i-1", contact, registry_version=0))
        self.illegal("there are 1", lambda w, c: w.decision("intake", c, "hotline", "i-1", contact, registry_version=2))

    def test_a_level_that_was_not_switched_on(self):
        world, gas, _ = story()
        world.put(world.decision("intake", gas, "hotline", "i-1", {"contact_recorded": {}}, level=2))
        self.assertIn("level 1 was active", self.assert_names("illegal history", world, None, "--vocabulary=2:125-125"))

    def test_a_client_with_the_agendas_request_id(self):
        self.illegal("agenda:9", lambda w, c: w.decision("intake", c, "hotline", "agenda:9", {"contact_recorded": {}}))

    def test_what_was_never_asked_imposed_or_made(self):
        for service, body, field, named in (
            ("response", "response_submitted", "assignment_id", "4.1"),
            ("response", "condition_met", "condition_id", "3.1"),
            ("response", "condition_waived", "condition_id", "77.1"),
            ("coordination", "meeting_held", "meeting_id", "3.1"),
            ("coordination", "commitment_kept", "commitment_id", "1.1"),
            ("coordination", "item_cleared", "item_id", "2.1"),
        ):
            self.illegal(f"names {field} {named}", lambda w, c: w.decision(service, c, "x", "i-1", {body: {field: named}}))

    def test_settled_twice(self):
        self.illegal(
            "a second time",
            lambda w, c: w.decision("response", c, "bureau", "i-1", {"condition_met": {"condition_id": "4.1"}}),
            lambda w, c: w.decision("response", c, "bureau", "i-2", {"condition_waived": {"condition_id": "4.1"}}),
        )

    def test_overdue_before_its_date_and_twice(self):
        def overdue(request_id, early_ms):
            def make(world, case_id):
                decision = world.decision(
                    "response", case_id, "", f"agenda:{request_id}", {"response_overdue": {"assignment_id": "3.1"}}
                )
                at(decision.events[0].response_overdue.due.due_at, world.now_ms + early_ms)
                return decision

            return make

        self.illegal("before the date", overdue("1", 1))
        self.illegal("a second time", overdue("1", 0), overdue("2", 0))

    def test_closed_twice_and_reopened_while_open(self):
        close = {"case_closed": {}}
        self.illegal(
            "in a case that is closed",
            lambda w, c: w.decision("intake", c, "hotline", "i-1", close),
            lambda w, c: w.decision("intake", c, "hotline", "i-2", close),
        )
        self.illegal("in a case that is registered", lambda w, c: w.decision("intake", c, "hotline", "i-1", {"case_reopened": {}}))

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

    # Version gap.

    def test_a_receipt_with_another_version_or_other_events(self):
        for change in ({"version": 3}, {"event_ids": ["2.1", "2.2"]}):
            world, _, _ = story()
            world.calls[1]["receipt"].update(change)
            self.assert_names("version gap", world)

    def test_a_timeline_with_a_hole_or_without_its_end(self):
        for index in (1, -1):
            world, gas, _ = story()
            said = world.services()
            del said[3]["timelines"][gas][index]
            self.assertIn("escalation", self.assert_names("version gap", world, said))

    # Head differs.

    def test_a_receipt_with_another_head(self):
        world, gas, _ = story()
        world.calls[1]["receipt"]["head"] = world.heads[gas][0][1].hex()
        self.assertIn("version 1", self.assert_names("head differs", world))

    def test_a_service_with_another_head_or_version(self):
        for head in ([5, "00" * 32], [4, None], [9, "00" * 32], None):
            world, gas, _ = story()
            said = world.services()
            if head and head[1] is None:
                head[1] = world.heads[gas][3][1].hex()
            said[1]["heads"][gas] = head
            self.assertIn("response at", self.assert_names("head differs", world, said, more={"version gap"}))

    def test_a_service_that_lags_where_it_may(self):
        world, gas, _ = story()
        said = world.services()
        said[1]["heads"][gas] = [4, world.heads[gas][3][1].hex()]
        del said[1]["timelines"][gas][4]
        self.assert_clean(world, said, "--services-may-lag")

    def test_a_timeline_with_other_bytes(self):
        world, gas, _ = story()
        said = world.services()
        said[0]["timelines"][gas][1]["bytes_hash"] = "00" * 32
        self.assert_names("head differs", world, said)

    def test_a_service_that_counted_otherwise(self):
        world, _, _ = story()
        said = world.services()
        said[0]["partitions"][1]["superseded"] += 1
        self.assert_names("head differs", world, said)

    def test_a_service_that_nobody_answers_for(self):
        world, _, _ = story()
        self.assertIn("nobody answered as escalation", self.assert_names("head differs", world, world.services()[:3]))

    # Digest differs.

    def test_a_service_with_another_digest_record_journal_or_position(self):
        for change, what in (
            ({"digest": "00" * 32}, "the journal's is"),
            ({"record_hash": "00" * 32}, "another record's hash"),
            ({"uuid": "another"}, "of journal another"),
            ({"offset": 99}, "does not have"),
            ({"offset": 0}, "the journal's end was"),
            ({"health": "HALTED", "reason": "level 2"}, "HALTED: level 2"),
        ):
            world, _, _ = story()
            said = world.services()
            said[2]["partitions"][0].update(change)
            self.assertIn(what, self.assert_names("digest differs", world, said))

    def test_a_byte_changed_in_the_journal_is_seen_in_every_digest(self):
        world, gas, _ = story()
        said = world.services()
        place = world.heads[gas][-1][2]
        record = next(r for r in world.records if (r["topic"], r["partition"], r["offset"]) == place)
        record["value"] = record["value"].replace(b"again".hex(), b"agaim".hex())
        self.assert_names("digest differs", world, said, more={"head differs"})

    # Bad journal, and what cannot be checked at all.

    def test_partitions_that_are_not_of_one_journal(self):
        for change in ({"journal_uuid": "another"}, {"partition_count": 5}, {"partition": 3}, {"topic": 2}):
            world, _, _ = story()
            genesis = CONTRACTS.Genesis.FromString(bytes.fromhex(world.records[2]["value"]))
            for name, value in change.items():
                setattr(genesis, name, value)
            world.records[2]["value"] = genesis.SerializeToString().hex()
            self.assert_names("bad journal", world)

    def test_a_partition_without_its_genesis(self):
        world, _, _ = story()
        world.records[1]["key"] = "x"
        self.assert_names("bad journal", world)

    def test_files_that_cannot_be_read_are_said_and_not_passed(self):
        world, _, _ = story()
        world.calls[3] = {"client": "x"}
        status, out = self.run_checker(world)
        self.assertEqual((status, "line 4" in out), (2, True), out)
        world, _, _ = story()
        world.records[3] = {"topic": "whatever"}
        status, out = self.run_checker(world)
        self.assertEqual((status, "line 4" in out), (2, True), out)
        world.records, world.calls = [], []
        status, out = self.run_checker(world)
        self.assertEqual((status, "no record" in out), (2, True), out)

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
