#!/usr/bin/env python3
"""What several clients of one whistled may rely on: reading one's own write anywhere, watching, being cut off, an orderly end.

    build/python/bin/python tests/end_to_end/several_clients_test.py [NAME-OF-A-TEST…]
"""

import threading
import time
import unittest

import grpc

import journal_check
from harness import (
    SERVICES,
    Client,
    contact_fields,
    found_registry,
    handled_case,
    heads,
    register_case,
    running,
    wait_seconds,
)


def setUpModule():
    # One server for all tests that leave it as it is; its clock is real.
    global SERVER, STACK  # unittest has no other place for what a module shares
    STACK = running()
    SERVER = STACK.__enter__()
    with SERVER.client() as client:
        found_registry(client)


def tearDownModule():
    STACK.__exit__(None, None, None)


class ReadingOnesOwnWrite(unittest.TestCase):
    def test_what_intake_recorded_is_read_through_every_other_service(self):
        with SERVER.client() as client:
            case_id = handled_case(client)
            for _ in range(50):
                receipt = client.command("IntakeService/JoinPetitioner", case_id)
                for service, (version, head) in heads(client, case_id, receipt.position).items():
                    self.assertGreaterEqual(version, receipt.version, service)
                    self.assertEqual(head, receipt.head.hex(), service)

    def test_what_coordination_recorded_is_read_through_intakes_own_query(self):
        with SERVER.client() as client:
            case_id = handled_case(client)
            receipt = client.command("CoordinationService/ListItem", case_id, "community", responsible_id="gas", problem="The cable.")
            position = {"topic": "TOPIC_CASES", "partition": receipt.position.partition, "offset": receipt.position.offset}
            answer = client.call(
                "IntakeService/GetCase", {"case_id": case_id, "options": {"min_position": position}}, timeout=10
            )
            self.assertEqual(answer.case.version, receipt.version)
            self.assertEqual(answer.case.head, receipt.head)

    def test_a_position_that_does_not_come_is_waited_for_until_the_deadline_only(self):
        with SERVER.client() as client:
            receipt = register_case(client)
            position = {"topic": "TOPIC_CASES", "partition": receipt.position.partition, "offset": receipt.position.offset + 10**6}
            began = time.monotonic()
            with self.assertRaises(grpc.RpcError) as caught:
                client.call(
                    "TimelineService/GetHead",
                    {"case_id": receipt.case_id, "options": {"min_position": position}},
                    timeout=0.5,
                )
            # Whistle's own answer, a little before the deadline, or gRPC's at it.
            self.assertIn(
                caught.exception.code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED), caught.exception
            )
            self.assertLess(time.monotonic() - began, 5)
            print(caught.exception.code().name, caught.exception.details())

    def test_clients_that_fight_for_one_case_are_all_answered_and_leave_no_gap(self):
        with SERVER.client() as client:
            case_id = handled_case(client)
            before = heads(client, case_id)["intake"][0]
            clients = [SERVER.client(f"fighter-{n}") for n in range(8)]
            rpcs = ["IntakeService/RecordContact", "CoordinationService/ListItem"]
            calls = []
            for number in range(240):
                if number % 8 == 0:
                    fields = Client.command_fields(case_id, "community", responsible_id="gas", problem=f"Item {number}.")
                    calls.append(clients[number % 8].start(rpcs[1], fields))
                else:
                    calls.append(clients[number % 8].start(rpcs[0], contact_fields(case_id)))
            versions = sorted(call.result().receipt.version for call in calls)
            self.assertEqual(versions, list(range(before + 1, before + 241)))
            for one in clients:
                one.close()


class Watching(unittest.TestCase):
    def test_a_watcher_sees_every_decision_once_and_in_order_and_resumes_where_it_was(self):
        with SERVER.client() as client:
            case_id = handled_case(client)
            for _ in range(10):
                client.command("IntakeService/JoinPetitioner", case_id)
            watch = client.stream("TimelineService/WatchTimeline", {"case_id": case_id, "from_beginning": True}, timeout=60)
            seen = [next(watch).entry for _ in range(7)]
            watch.cancel()
            self.assertEqual([e.version for e in seen], list(range(1, 8)))

            position = seen[-1].position
            after = {"topic": "TOPIC_CASES", "partition": position.partition, "offset": position.offset}
            resumed = client.stream("TimelineService/WatchTimeline", {"case_id": case_id, "after": [after]}, timeout=60)
            more = threading.Thread(
                target=lambda: [client.command("IntakeService/JoinPetitioner", case_id) for _ in range(20)]
            )
            more.start()
            seen = [next(resumed).entry for _ in range(26)]
            more.join()
            resumed.cancel()
            self.assertEqual([e.version for e in seen], list(range(8, 34)))
            self.assertEqual(seen[-1].head.hex(), heads(client, case_id)["intake"][1])

    def test_a_watcher_of_all_cases_sees_what_the_journal_holds(self):
        with SERVER.client() as client:
            for _ in range(5):
                register_case(client)
            journal = journal_check.read(client)
            expected = {a.head for c in journal.cases.values() for a in c.decisions if a.topic == journal_check.CASES}
            for service in SERVICES:
                watch = client.stream("TimelineService/WatchTimeline", {"from_beginning": True}, service, timeout=60)
                seen = [next(watch).entry.head for _ in range(len(expected))]
                watch.cancel()
                self.assertEqual(len(set(seen)), len(seen), service)
                self.assertEqual(set(seen), expected, service)

    def test_a_watcher_of_all_cases_who_would_get_a_gap_is_told_so(self):
        with SERVER.client() as client:
            position = register_case(client).position
            after = {"topic": "TOPIC_CASES", "partition": position.partition, "offset": position.offset}
            with self.assertRaises(grpc.RpcError) as caught:
                next(client.stream("TimelineService/WatchTimeline", {"after": [after]}, timeout=10))
            self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
            self.assertIn("from_beginning", caught.exception.details())
            # With it, that partition goes on where it was and the others begin where they begin: nothing twice, nothing missing.
            journal = journal_check.read(client)
            expected = {
                a.head
                for c in journal.cases.values()
                for a in c.decisions
                if a.topic == journal_check.CASES and (a.partition != position.partition or a.offset > position.offset)
            }
            watch = client.stream("TimelineService/WatchTimeline", {"after": [after], "from_beginning": True}, timeout=60)
            seen = [next(watch).entry.head for _ in range(len(expected))]
            watch.cancel()
            self.assertEqual((len(set(seen)), set(seen)), (len(seen), expected))

    def test_a_slow_consumer_is_cut_off_and_told_where_to_resume(self):
        with SERVER.client() as client, SERVER.client("slow") as slow, SERVER.client("brisk") as brisk:
            case_id = handled_case(client)
            cut_off_before = streams_cut_off()
            # It takes nothing: what gRPC and the kernel hold for it fills up first, then the server's own queue.
            watch = slow.stream("TimelineService/WatchTimeline", {"case_id": case_id}, timeout=120)
            fields = [contact_fields(case_id, note="x" * 2000) for _ in range(4000)]
            for begin in range(0, len(fields), 250):
                calls = [brisk.start("IntakeService/RecordContact", f) for f in fields[begin : begin + 250]]
                for call in calls:
                    call.result()

            # It may lag for ten seconds with its queue full, and is cut off by the next decision after that.
            def one_more_cuts_it_off():
                brisk.call("IntakeService/RecordContact", contact_fields(case_id))
                return streams_cut_off() > cut_off_before

            wait_seconds(one_more_cuts_it_off, 60, "the slow consumer is cut off")
            self.assertGreater(streams_cut_off(), cut_off_before)
            entries = []
            with self.assertRaises(grpc.RpcError) as caught:
                for message in watch:
                    entries.append(message.entry)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
            self.assertIn("slow consumer", caught.exception.details())
            self.assertIn("resume", caught.exception.details())
            # What it did get is a gapless beginning; it goes on from there and misses nothing.
            position = entries[-1].position
            after = {"topic": "TOPIC_CASES", "partition": position.partition, "offset": position.offset}
            again = slow.stream("TimelineService/WatchTimeline", {"case_id": case_id, "after": [after]}, timeout=60)
            last = heads(client, case_id)["intake"][0]
            versions = [e.version for e in entries]
            while versions[-1] < last:
                versions.append(next(again).entry.version)
            again.cancel()
            self.assertEqual(versions, list(range(versions[0], last + 1)))


def streams_cut_off():
    return sum(value for name, value in SERVER.metrics() if name.startswith("whistle_streams_cut_off_total"))


class AnOrderlyEnd(unittest.TestCase):
    def test_a_watcher_is_told_to_come_again_when_whistled_stops(self):
        with running() as server, server.client() as client:
            found_registry(client)
            receipt = register_case(client)
            watch = client.stream(
                "TimelineService/WatchTimeline", {"case_id": receipt.case_id, "from_beginning": True}, timeout=60
            )
            self.assertEqual(next(watch).entry.version, 1)
            self.assertEqual(server.stop(), 0)
            with self.assertRaises(grpc.RpcError) as caught:
                next(watch)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
            self.assertIn("resume", caught.exception.details())


if __name__ == "__main__":
    unittest.main(verbosity=2)
