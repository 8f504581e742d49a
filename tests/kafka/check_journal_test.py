"""Records and services: the checker counts what counts, and names each thing that can be wrong with a history or a projection."""

import unittest

from checker import wire
from checker_testing import CheckerTest, story
from made_up import CONTRACTS, at


class JournalTest(CheckerTest):
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
        # A text that is not UTF-8 is no text of proto3's.
        world.append(topic, partition, gas, world.decision("intake", gas, "~", "m-0").SerializeToString().replace(b"~", b"\xff"))
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
        self.assertIn("accepted 8 superseded 2 malformed 10", self.assert_clean(world))

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
        self.assert_clean(world, world.services(), "--vocabulary=2:126-126")
        self.assertIn("of level 2", self.assert_names("bad journal", world))

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
        self.assertIn("level 1 was active", self.assert_names("illegal history", world, None, "--vocabulary=2:126-126"))

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

    # What services say.

    # Version gap: timelines.

    def test_a_timeline_with_a_hole_or_without_its_end(self):
        for index in (1, -1):
            world, gas, _ = story()
            said = world.services()
            del said[3]["timelines"][gas][index]
            self.assertIn("escalation", self.assert_names("version gap", world, said))

    # Head differs.

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

    # Imported.

    def test_an_imported_journal_is_judged_by_the_stamps_that_it_carries(self):
        world, gas, _ = story()
        before = self.assert_clean(world).splitlines()[-1]
        world.calls = []
        world.imported()
        after = self.assert_clean(world, world.services()).splitlines()[-1]
        self.assertEqual(before.partition(" acknowledged")[0], after.partition(" acknowledged")[0])
        # What comes after the import has its own stamp, whatever header it bears.
        topic, partition = world.place_of(gas)
        world.decide("intake", gas, "hotline", "i-1", {"contact_recorded": {}})
        world.records[-1]["carried"] = "5"
        self.assertIn("accepted 9 superseded 2", self.assert_clean(world))

    def test_a_carried_stamp_counts_and_is_digested(self):
        world, gas, _ = story()
        world.calls = []
        world.imported()
        said = world.services()
        place = world.heads[gas][-1][2]
        record = next(r for r in world.records if (r["topic"], r["partition"], r["offset"]) == place)
        record["carried"] = str(int(record["carried"]) + 1)
        self.assert_names("digest differs", world, said, more={"inconsistent offset"})
        # Far enough off, the decision counts for nobody.
        record["carried"] = str(int(record["carried"]) + 16_000)
        self.assertIn("accepted 7 superseded 3", self.run_checker(world)[1])

    def test_an_imported_record_that_does_not_say_when_is_named(self):
        for text in ("yesterday", "", "007", "+7"):
            world, _, _ = story()
            world.calls = []
            world.imported(lambda record, text=text: text if record["offset"] == 1 else str(record["stamp_ms"]))
            out = self.assert_names("bad journal", world)
            self.assertIn("was imported and does not say when it was recorded", out)

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

    def test_a_timeline_with_another_place_or_time_is_named(self):
        for change in ({"offset": 1}, {"recorded_at_ms": 5}):
            world, gas, _ = story()
            said = world.services()
            said[2]["timelines"][gas][1].update(change)
            self.assertIn("coordination", self.assert_names("inconsistent offset", world, said))


if __name__ == "__main__":
    unittest.main()
