#!/usr/bin/env python3
"""Gives whistled everything that is wrong, and asks of each: is the answer clear, and is nothing lost?

    build/python/bin/python tests/end_to_end/bad_input_test.py [NAME-OF-A-TEST…]

Each refusal must have the code that the table in libs/rpc says, name what is wrong and what would do, and leave the case as it was: same
version, same head, in all four services. The last thing printed is the table: bad input → answer.
"""

import contextlib
import signal
import time
import unittest

import grpc
from answer_table import AnswerTable
from harness import (
    CONTRACTS,
    Client,
    contact_fields,
    found_registry,
    handled_case,
    heads,
    new_request_id,
    register_case,
    running,
    wait_seconds,
)

Code = grpc.StatusCode
YEAR_10000 = 253402300800
BEFORE_1900 = -2208988801
TABLE = AnswerTable("bad input")


def setUpModule():
    global SERVER, CLIENT  # unittest has no other place for what a module shares
    unittest.addModuleCleanup(TABLE.print)
    SERVER = unittest.enterModuleContext(running())
    CLIENT = unittest.enterModuleContext(SERVER.client())
    found_registry(CLIENT)


class BadInput(unittest.TestCase):
    """Helpers: a refusal is asserted, noted for the table, and shown to have changed nothing."""

    def refused(self, what, code, rpc, request, *words, client=None, case_id=None):
        before = heads(CLIENT, case_id) if case_id else None
        with self.assertRaises(grpc.RpcError, msg=what) as caught:
            (client or CLIENT).call(rpc, request)
        error = caught.exception
        TABLE.note(what, f"{error.code().name}: {error.details()}")
        self.assertEqual(error.code(), code, f"{what}: {error.details()}")
        for word in words:
            self.assertIn(word, error.details(), what)
        if case_id:
            self.assertEqual(heads(CLIENT, case_id), before, f"{what}: the case changed")
        return error.details()

    def refused_contact(self, what, code, changes, *words, case_id):
        fields = {**contact_fields(case_id), **changes}
        return self.refused(what, code, "IntakeService/RecordContact", fields, *words, case_id=case_id)


class Fields(BadInput):
    def test_an_unknown_case(self):
        self.refused(
            "a command on an unknown case", Code.NOT_FOUND, "IntakeService/RecordContact", contact_fields("nobody"), "nobody"
        )
        for rpc in ("TimelineService/GetTimeline", "TimelineService/GetHead", "IntakeService/GetCase"):
            self.refused(f"{rpc} of an unknown case", Code.NOT_FOUND, rpc, {"case_id": "nobody"}, "nobody")
        self.refused(
            "a command without a case",
            Code.INVALID_ARGUMENT,
            "IntakeService/RecordContact",
            contact_fields(""),
            "context.case_id",
        )

    def test_a_wrong_or_missing_organization(self):
        case_id = handled_case(CLIENT)
        self.refused_contact(
            "an organization nobody knows", Code.NOT_FOUND, {"contacted_id": "no-such"}, "contacted_id", "no-such", case_id=case_id
        )
        self.refused_contact(
            "no organization", Code.INVALID_ARGUMENT, {"contacted_id": ""}, "contacted_id", case_id=case_id
        )
        self.refused(
            "an actor nobody knows",
            Code.NOT_FOUND,
            "IntakeService/CloseCase",
            Client.command_fields(case_id, "no-such", why="Done."),
            "context.actor.organization_id",
            case_id=case_id,
        )
        self.refused(
            "nobody acts",
            Code.INVALID_ARGUMENT,
            "IntakeService/JoinPetitioner",
            {"context": {"case_id": case_id, "request_id": new_request_id()}},
            "context.actor.kind",
            case_id=case_id,
        )

    def test_text_that_is_empty_or_too_long(self):
        case_id = handled_case(CLIENT)
        close = lambda why: Client.command_fields(case_id, "bureau", why=why)
        for what, why, words in (
            ("empty text", "", ("why", "must not be empty")),
            ("blank text", " \n ", ("why", "must not be empty")),
            ("text of 2001 bytes where 2000 may be", "x" * 2001, ("why", "2000", "2001")),
            ("text of 70000 bytes", "x" * 70000, ("why",)),
        ):
            self.refused(what, Code.INVALID_ARGUMENT, "IntakeService/CloseCase", close(why), *words, case_id=case_id)
        receipt = CLIENT.command("IntakeService/CloseCase", case_id, "bureau", why="x" * 2000)
        self.assertEqual(receipt.case_id, case_id)

    def test_text_that_is_not_utf8(self):
        case_id = handled_case(CLIENT)
        fields = contact_fields(case_id, note="MARK")
        data = CONTRACTS.request("IntakeService/RecordContact", fields).SerializeToString()
        self.assertEqual(data.count(b"MARK"), 1)
        for what, bad in (("text that is not UTF-8", b"\xff\xfe\xc3\x28"), ("half a surrogate pair", b"a\xed\xa0\x80")):
            self.refused(
                what,
                Code.INVALID_ARGUMENT,
                "IntakeService/RecordContact",
                data.replace(b"MARK", bad),
                "UTF-8",
                case_id=case_id,
            )
        self.refused(
            "bytes that are no message", Code.INVALID_ARGUMENT, "IntakeService/RecordContact", b"\xff" * 40, case_id=case_id
        )

    def test_control_and_bidi_characters(self):
        case_id = handled_case(CLIENT)
        for what, text, word in (
            ("a control character", "ring\x07", "control character"),
            ("NUL", "a\x00b", "control character"),
            ("a bidirectional override", "abc\u202edef", "bidirectional control"),
            ("a bidirectional isolate", "abc\u2066def", "bidirectional control"),
            ("a zero-width space", "a\u200bb", "note"),
        ):
            self.refused_contact(what, Code.INVALID_ARGUMENT, {"note": text}, "note", word, case_id=case_id)

    def test_dates_out_of_range(self):
        case_id = handled_case(CLIENT)
        for what, seconds in (
            ("a date in the year 10000", YEAR_10000),
            ("a date before 1900", BEFORE_1900),
            ("a date beyond all years", 2**62),
        ):
            request = CONTRACTS.request("IntakeService/RecordContact", contact_fields(case_id))
            request.context.occurred_at.seconds = seconds
            self.refused(
                what, Code.INVALID_ARGUMENT, "IntakeService/RecordContact", request, "context.occurred_at", case_id=case_id
            )
        request = CONTRACTS.request("IntakeService/RecordContact", contact_fields(case_id))
        request.context.occurred_at.nanos = -1
        self.refused(
            "a date with nanoseconds below zero",
            Code.INVALID_ARGUMENT,
            "IntakeService/RecordContact",
            request,
            "context.occurred_at",
            case_id=case_id,
        )
        request = CONTRACTS.request("IntakeService/RecordContact", contact_fields(case_id))
        request.context.occurred_at.CopyFrom(timestamp_at(int(time.time()) + 3600))
        self.refused(
            "occurred an hour after now",
            Code.INVALID_ARGUMENT,
            "IntakeService/RecordContact",
            request,
            "context.occurred_at",
            "not after now",
            case_id=case_id,
        )

    def test_a_caller_without_a_name(self):
        with Client(SERVER.address, None) as nameless:
            self.refused(
                "a call without whistle-client",
                Code.INVALID_ARGUMENT,
                "TimelineService/GetHead",
                {"case_id": "x"},
                "whistle-client",
                client=nameless,
            )


def timestamp_at(seconds):
    return CONTRACTS.message("google.protobuf.Timestamp")(seconds=seconds)


class RequestIds(BadInput):
    def test_reused_with_another_body(self):
        case_id = handled_case(CLIENT)
        request_id = new_request_id()
        first = CLIENT.call("IntakeService/RecordContact", contact_fields(case_id, request_id)).receipt
        self.refused(
            "a request id reused with another body",
            Code.ALREADY_EXISTS,
            "IntakeService/RecordContact",
            contact_fields(case_id, request_id, note="Something else."),
            request_id,
            case_id=case_id,
        )
        again = CLIENT.call("IntakeService/RecordContact", contact_fields(case_id, request_id)).receipt
        self.assertTrue(again.replayed)
        self.assertEqual((again.version, again.head), (first.version, first.head))
        TABLE.note("the same request again", f"OK: the first receipt, version {again.version}, replayed")

    def test_reused_with_another_method_of_the_same_bytes(self):
        case_id = handled_case(CLIENT)
        fields = Client.command_fields(case_id, "bureau", why="The gas is lit.")
        self.assertEqual(
            CONTRACTS.request("IntakeService/CloseCase", fields).SerializeToString(),
            CONTRACTS.request("IntakeService/ReopenCase", fields).SerializeToString(),
        )
        CLIENT.call("IntakeService/CloseCase", fields)
        self.refused(
            "a request id reused with another method of the same bytes",
            Code.ALREADY_EXISTS,
            "IntakeService/ReopenCase",
            fields,
            fields["context"]["request_id"],
            case_id=case_id,
        )

    def test_used_by_another_client(self):
        case_id = handled_case(CLIENT)
        fields = contact_fields(case_id)
        first = CLIENT.call("IntakeService/RecordContact", fields).receipt
        with SERVER.client("another") as another:
            other = another.call("IntakeService/RecordContact", fields).receipt
            self.assertFalse(other.replayed)
            self.assertEqual(other.version, first.version + 1)
            TABLE.note(
                "a request id that another client used",
                f"OK: another command, version {other.version} after {first.version}: ids belong to case and client",
            )
            request_id = new_request_id()
            self.assertNotEqual(
                register_case(CLIENT, request_id).case_id, register_case(another, request_id).case_id
            )

    def test_of_the_agenda(self):
        case_id = handled_case(CLIENT)
        self.refused(
            'a request id that begins with "agenda:"',
            Code.INVALID_ARGUMENT,
            "IntakeService/RecordContact",
            contact_fields(case_id, "agenda:0123"),
            "context.request_id",
            "agenda:",
            case_id=case_id,
        )

    def test_missing_or_malformed(self):
        case_id = handled_case(CLIENT)
        for what, request_id in (("no request id", ""), ("a request id with a space", "a b"), ("one of 129", "x" * 129)):
            fields = contact_fields(case_id)
            fields["context"]["request_id"] = request_id
            self.refused(
                what, Code.INVALID_ARGUMENT, "IntakeService/RecordContact", fields, "context.request_id", case_id=case_id
            )


class IllegalSteps(BadInput):
    def test_a_second_close(self):
        case_id = handled_case(CLIENT)
        closed = CLIENT.command("IntakeService/CloseCase", case_id, "bureau", why="The gas is lit.")
        self.refused(
            "a second close",
            Code.FAILED_PRECONDITION,
            "IntakeService/CloseCase",
            Client.command_fields(case_id, "bureau", why="Again."),
            closed.event_ids[0],
            case_id=case_id,
        )

    def test_a_confirmation_of_what_nobody_claimed(self):
        case_id = handled_case(CLIENT)
        fields = Client.command_fields(case_id, satisfaction="SATISFACTION_SATISFIED")
        self.refused(
            "a confirmation of what nobody claimed",
            Code.FAILED_PRECONDITION,
            "IntakeService/ConfirmResolution",
            fields,
            "claimed",
            case_id=case_id,
        )

    def test_a_merge_into_itself(self):
        case_id = handled_case(CLIENT)
        self.refused(
            "a merge into itself",
            Code.INVALID_ARGUMENT,
            "IntakeService/ProposeMerge",
            Client.command_fields(case_id, "bureau", target_case_id=case_id, why="The same."),
            "target_case_id",
            "itself",
            case_id=case_id,
        )

    def test_an_organization_moved_under_its_own_child(self):
        CLIENT.command(
            "RegistryService/UpsertOrganization",
            who="province",
            organization={
                "organization_id": "district-branch",
                "name": "A branch",
                "level": "ORGANIZATION_LEVEL_DISTRICT",
                "kind": "ORGANIZATION_KIND_DEPARTMENT",
                "superior_id": "district",
            },
        )
        before = CLIENT.call("RegistryService/GetRegistry").version
        for what, below in (
            ("moved under its own child", "district-branch"),
            ("moved under its own child's child", "street"),
            ("moved under itself", "district"),
        ):
            with self.assertRaises(grpc.RpcError) as caught:
                CLIENT.command("RegistryService/MoveOrganization", "", "province", organization_id="district", to_superior_id=below)
            TABLE.note(f"an organization {what}", f"{caught.exception.code().name}: {caught.exception.details()}")
            self.assertIn(caught.exception.code(), (Code.FAILED_PRECONDITION, Code.INVALID_ARGUMENT))
            self.assertIn("superior", caught.exception.details())
        self.assertEqual(CLIENT.call("RegistryService/GetRegistry").version, before)


class Merges(BadInput):
    """On a virtual clock, where the agenda carries a merge's conversation at once."""

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.server = cls.stack.enter_context(running("virtual", ["--virtual_start=2021-01-01T00:00:00Z"]))
        cls.client = cls.stack.enter_context(cls.server.client())
        found_registry(cls.client)

    @classmethod
    def tearDownClass(cls):
        cls.stack.close()

    def status(self, case_id):
        header = self.client.call("IntakeService/GetCase", {"case_id": case_id}).case.state.header
        names = header.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_number
        return names[header.status].name.removeprefix("CASE_STATUS_")

    def events(self, case_id):
        entries = self.client.call("TimelineService/GetTimeline", {"case_id": case_id}).entries
        return [event.WhichOneof("body") for entry in entries for event in entry.decision.events]

    def at_rest(self):
        return not self.client.call("OperationsService/ListAgenda", {"service": "intake"}).items

    def rest(self):
        def settled():
            items = self.client.call("OperationsService/ListAgenda", {"service": "intake"}).items
            return not [item for item in items if item.kind in (3, 4)]

        wait_seconds(settled, 30, "the merge's conversation is over")

    def test_a_into_b_while_b_into_a(self):
        outcomes = []
        for _ in range(5):
            a, b = handled_case(self.client), handled_case(self.client)
            with self.server.client("second") as second:
                merge = lambda source, target: Client.command_fields(source, "bureau", target_case_id=target, why="The same.")
                calls = [
                    self.client.start("IntakeService/ProposeMerge", merge(a, b)),
                    second.start("IntakeService/ProposeMerge", merge(b, a)),
                ]
                refusals = []
                for call in calls:
                    try:
                        call.result()
                    except grpc.RpcError as error:
                        self.assertEqual(error.code(), Code.FAILED_PRECONDITION, error.details())
                        refusals.append(error.details())
            self.rest()
            statuses = sorted((self.status(a), self.status(b)))
            self.assertNotEqual(statuses, ["MERGED", "MERGED"], "both were merged into each other: the matter is nowhere")
            proposed = sum(self.events(c).count("merge_proposed") for c in (a, b))
            settled = sum(self.events(c).count(e) for c in (a, b) for e in ("merge_completed", "merge_withdrawn"))
            self.assertEqual(proposed, settled, "a proposal was left open")
            outcomes.append(f"{'/'.join(statuses)}" + (" (one refused)" if refusals else " (both proposals taken)"))
            # Both histories are still whole, in every service.
            for case_id in (a, b):
                self.assertEqual(len(set(heads(self.client, case_id).values())), 1)
        TABLE.note("A into B while B into A", f"OK, never both: {'; '.join(sorted(set(outcomes)))}")

    def test_into_a_closed_case(self):
        source, target = handled_case(self.client), handled_case(self.client)
        self.client.command("IntakeService/CloseCase", target, "bureau", why="The gas is lit.")
        before = heads(self.client, target)
        try:
            self.client.command("IntakeService/ProposeMerge", source, "bureau", target_case_id=target, why="The same.")
        except grpc.RpcError as error:
            self.assertEqual(error.code(), Code.FAILED_PRECONDITION)
            TABLE.note("a merge into a closed case", f"{error.code().name}: {error.details()}")
            return
        self.rest()
        self.assertEqual(self.events(source)[-1], "merge_withdrawn")
        entries = self.client.call("TimelineService/GetTimeline", {"case_id": source}).entries
        withdrawn = entries[-1].decision.events[-1].merge_withdrawn
        TABLE.note("a merge into a closed case", f"OK, then the proposal is withdrawn: {str(withdrawn)}")
        self.assertEqual(self.status(source), "ACCEPTED")
        self.assertEqual(self.status(target), "CLOSED")
        self.assertIn("merge_refused", self.events(target) or before)

    def test_into_a_case_that_is_not_there(self):
        source = handled_case(self.client)
        try:
            self.client.command("IntakeService/ProposeMerge", source, "bureau", target_case_id="nobody", why="The same.")
        except grpc.RpcError as error:
            self.assertEqual(error.code(), Code.NOT_FOUND)
            TABLE.note("a merge into a case that is not there", f"{error.code().name}: {error.details()}")
            return
        self.rest()
        self.assertEqual(self.status(source), "ACCEPTED")
        withdrawn = self.client.call("TimelineService/GetTimeline", {"case_id": source}).entries[-1].decision.events[-1]
        self.assertEqual(withdrawn.WhichOneof("body"), "merge_withdrawn")
        TABLE.note("a merge into a case that is not there", f"OK, then the proposal is withdrawn: {str(withdrawn.merge_withdrawn)}")


class Sizes(BadInput):
    def test_a_message_of_five_megabytes(self):
        case_id = handled_case(CLIENT)
        self.refused(
            "a message of 5 MB",
            Code.RESOURCE_EXHAUSTED,
            "IntakeService/RecordContact",
            contact_fields(case_id, note="x" * (5 * 1024 * 1024)),
            "1048576",
            case_id=case_id,
        )

    def test_a_collection_at_its_limit(self):
        case_id = handled_case(CLIENT)
        for number in range(64):
            CLIENT.command("IntakeService/LinkCases", case_id, other_case_id=f"other-{number}", why="The same street.")
        self.refused(
            "a 65th linked case",
            Code.RESOURCE_EXHAUSTED,
            "IntakeService/LinkCases",
            Client.command_fields(case_id, other_case_id="other-64", why="The same street."),
            "64",
            case_id=case_id,
        )
        for number in range(64):
            CLIENT.command("CoordinationService/ListItem", case_id, "community", responsible_id="gas", problem=f"Problem {number}.")
        self.refused(
            "a 65th item on the one list",
            Code.RESOURCE_EXHAUSTED,
            "CoordinationService/ListItem",
            Client.command_fields(case_id, "community", responsible_id="gas", problem="Problem 64."),
            "64",
            case_id=case_id,
        )

    def test_ten_thousand_commands_at_once_on_one_case(self):
        total, connections = 10_000, 5
        case_id = handled_case(CLIENT)
        before = heads(CLIENT, case_id)["intake"][0]
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(SERVER.client(f"crowd-{n}")) for n in range(connections)]
            # Made beforehand, so that they come as fast as this client can send.
            requests = [CONTRACTS.request("IntakeService/RecordContact", contact_fields(case_id, f"crowd-{n}")) for n in range(total)]
            commands = [(clients[n % connections], request.SerializeToString()) for n, request in enumerate(requests)]
            # While the server stands still they pile up before it: then all of them are there at once.
            SERVER.process.send_signal(signal.SIGSTOP)
            try:
                calls = self.send(commands)
            finally:
                SERVER.process.send_signal(signal.SIGCONT)
            began = time.monotonic()
            answers = self.answers(calls)
            took = time.monotonic() - began
            receipts = [a for a in answers if not isinstance(a, grpc.RpcError)]
            refused = [a for a in answers if isinstance(a, grpc.RpcError)]
            for error in refused:
                self.assertIn(error.code(), (Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE, Code.ABORTED, Code.DEADLINE_EXCEEDED))
            by_code = {}
            for error in refused:
                by_code.setdefault(error.code().name, []).append(error.details())
            told = "; ".join(f"{len(texts)} {code} ({texts[0]})" for code, texts in sorted(by_code.items()))
            TABLE.note(
                "10,000 commands at once on one case",
                f"{len(receipts)} OK in {took:.1f} s" + (f"; {told}" if told else "") + "; after retries all are there once",
            )
            # Whoever was turned away asks again with the same request id, and in the end everybody is there once.
            open_commands = [c for c, a in zip(commands, answers) if isinstance(a, grpc.RpcError)]
            for _ in range(100):
                if not open_commands:
                    break
                again = self.answers(self.send(open_commands[:1000]))
                open_commands = [c for c, a in zip(open_commands, again) if isinstance(a, grpc.RpcError)] + open_commands[1000:]
            self.assertEqual(open_commands, [])
        self.assertEqual(len({r.receipt.version for r in receipts}), len(receipts))
        for service, (version, _) in heads(CLIENT, case_id, last_position(receipts)).items():
            self.assertEqual(version, before + total, service)

    @staticmethod
    def send(commands):
        return [client.start("IntakeService/RecordContact", data, timeout=60) for client, data in commands]

    @staticmethod
    def answers(calls):
        answers = []
        for call in calls:
            try:
                answers.append(call.result())
            except grpc.RpcError as error:
                answers.append(error)
        return answers


def last_position(replies):
    return max((r.receipt.position for r in replies), key=lambda p: p.offset, default=None)


if __name__ == "__main__":
    unittest.main(verbosity=2)
