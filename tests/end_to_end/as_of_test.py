#!/usr/bin/env python3
"""Asks random questions about the past and compares every answer with a slow fold of the raw journal (as_of_fold.py).

    build/python/bin/python tests/end_to_end/as_of_test.py [--questions=1000] [--steps=700] [--seed=N]

A question is a case, a service and a version or a recorded time; the answer is the service's view of the case, or its timeline. The journal
is the chronicle's with a generated load after it (as_of_load.py). Every final answer is asked for again after more decisions, after a
restart, and after the projections were deleted: the same bytes. And the comparison itself is tried: doctored answers must be found.
"""

import argparse
import datetime
import json
import random
import shutil
import sys
from collections import Counter

import as_of_fold
import grpc
import journal_check
from as_of_load import Load
from harness import CONTRACTS, ROOT, Whistled, scratch, wait_seconds
from replay_equality_test import at_rest
from whistlectl import ask, run_tool

SCENARIO = ROOT / "tools" / "scenarios" / "lanzhou-building-19.yaml"
VIEWS = {
    "intake": "IntakeService/GetCase",
    "response": "ResponseService/GetResponseCase",
    "coordination": "CoordinationService/GetCoordinationCase",
    "escalation": "EscalationService/GetEscalationCase",
}
TIMELINE = "TimelineService/GetTimeline"
LEFT_OUT = ["case.contact_count_with_merged", "case.petitioner_count_with_merged", "case.linked_from_case_ids"]
MS = 10**6


class Question:
    """A case, who is asked, and as of when: ("at_version", N) or ("recorded_by", nanoseconds)."""

    def __init__(self, case_id, service, view, moment):
        self.case_id, self.service, self.view, self.moment = case_id, service, view, moment

    def __str__(self):
        kind = "view" if self.view else "timeline"
        return f"{self.service}'s {kind} of case {self.case_id} {self.moment[0]} {self.moment[1]}"

    def request(self):
        rpc = VIEWS[self.service] if self.view else TIMELINE
        request = CONTRACTS.request(rpc, {"case_id": self.case_id})
        place = request.as_of if self.view else request
        if not self.view:
            request.page.size = 500
        if self.moment[0] == "at_version":
            place.at_version = self.moment[1]
        else:
            place.recorded_by.seconds, place.recorded_by.nanos = divmod(self.moment[1], 10**9)
        return rpc, request

    def ask(self, client):
        """The answer, without how far the projection was; or the status code and message of a refusal."""
        rpc, request = self.request()
        try:
            answer = client.call(rpc, request, service=self.service)
        except grpc.RpcError as error:
            return error.code(), error.details()
        answer.ClearField("positions")
        return answer


def resolve(question, journal):
    """The version that is meant and whether that is final; or the code that refuses the question."""
    case = journal.cases[question.case_id]
    kind, value = question.moment
    if kind == "at_version":
        return (value, True) if value <= case.version else grpc.StatusCode.OUT_OF_RANGE
    version = sum(1 for decision in case.decisions if decision.recorded_ns <= value)
    if version == 0:
        return grpc.StatusCode.NOT_FOUND
    first = case.decisions[0]
    return version, journal.recorded_ns[first.topic, first.partition] > value


def differences(question, answer, journal):
    """What is wrong with an answer, by the journal alone; empty if nothing is."""
    meant = resolve(question, journal)
    if isinstance(meant, grpc.StatusCode):
        ok = isinstance(answer, tuple) and answer[0] == meant
        return [] if ok else [f"expected {meant.name}, found {answer if isinstance(answer, tuple) else 'an answer'}"]
    if isinstance(answer, tuple):
        return [f"expected an answer, found {answer}"]
    version, final = meant
    decisions = journal.cases[question.case_id].decisions[:version]
    moment = question.moment[1] if question.moment[0] == "recorded_by" else decisions[-1].recorded_ns
    wanted = {"version": version, "head": decisions[-1].head, "recorded_at": decisions[-1].recorded_ns, "moment": moment, "final": final}
    found = {"version": answer.as_of.version, "head": answer.as_of.head, "recorded_at": as_of_fold.nanos(answer.as_of.recorded_at),
             "moment": as_of_fold.nanos(answer.as_of.moment), "final": answer.as_of.final}  # fmt: skip
    if question.view:
        wanted.update(as_of_fold.expected(question.service, [d.decision for d in decisions]))
        found.update(as_of_fold.told(question.service, answer))
        if question.service == "intake":
            wanted.update(now=moment, left_out=LEFT_OUT, others=(0, 0, 0))
            case = answer.case
            others = (case.contact_count_with_merged, case.petitioner_count_with_merged, len(case.linked_from_case_ids))
            found.update(now=as_of_fold.nanos(case.clocks.now), left_out=list(answer.as_of.left_out), others=others)
    else:
        page = decisions[: len(answer.entries)] if answer.next_page_token else decisions
        wanted["entries"] = [(d.version, d.head, d.value, d.recorded_ns) for d in page]
        found["entries"] = [(e.version, e.head, e.decision_bytes, as_of_fold.nanos(e.recorded_at)) for e in answer.entries]
    return [f"{name}: expected {wanted[name]}, found {found.get(name)}" for name in wanted if wanted[name] != found.get(name)]


def make_questions(journal, cases, count, rng):
    questions = []
    # Nothing is asked of the future: the clock stands at the last decision or later.
    latest = max(journal.recorded_ns.values())
    for _ in range(count):
        case_id = rng.choices(cases, [journal.cases[c].version for c in cases])[0]
        decisions = journal.cases[case_id].decisions
        if rng.random() < 0.5:
            # Now and then one more than there are.
            moment = ("at_version", len(decisions) + 1 if rng.random() < 0.03 else rng.randint(1, len(decisions)))
        else:
            recorded = rng.choice(decisions).recorded_ns
            between = rng.randint(decisions[0].recorded_ns, decisions[-1].recorded_ns)
            # Also the very moment, just before and after it, before there was a case, and the last that is recorded at all.
            pick = rng.random()
            moment = ("recorded_by", recorded if pick < 0.3 else recorded - MS if pick < 0.4 else min(recorded + MS, latest) if pick < 0.5 else
                      decisions[0].recorded_ns - MS if pick < 0.55 else latest if pick < 0.6 else between)  # fmt: skip
        questions.append(Question(case_id, rng.choice(list(VIEWS)), rng.random() < 0.85, moment))
    return questions


def ask_all(client, questions):
    return [question.ask(client) for question in questions]


def compare_all(questions, answers, journal):
    wrong = 0
    for question, answer in zip(questions, answers):
        found = differences(question, answer, journal)
        if found:
            wrong += 1
            print(f"DIFFERS: {question}: {'; '.join(found)[:600]}")
    return wrong


def is_final(answer):
    """Refusals but one are final too: a version that is not there yet may come."""
    if isinstance(answer, tuple):
        return answer[0] == grpc.StatusCode.NOT_FOUND
    return answer.as_of.final


def as_bytes(answer):
    return repr(answer).encode() if isinstance(answer, tuple) else answer.SerializeToString(deterministic=True)


def check_held(client, questions, answers, after):
    again = ask_all(client, questions)
    changed = [q for q, a, b in zip(questions, answers, again) if as_bytes(a) != as_bytes(b)]
    for question in changed[:5]:
        print(f"CHANGED after {after}: {question}")
    print(f"as-of: final answers asked again after {after}: {len(questions)}, changed {len(changed)}")
    assert not changed


def doctored(question, answer, rng):
    """The answer with one thing in it made wrong."""
    wrong = type(answer).FromString(answer.SerializeToString())
    ways = [lambda: setattr(wrong.as_of, "final", not wrong.as_of.final), lambda: setattr(wrong.as_of, "version", wrong.as_of.version + 1)]
    if not question.view:
        ways += [lambda: wrong.entries.pop(), lambda: setattr(wrong.entries[0], "head", bytes(32))]
    elif question.service == "intake":
        state = wrong.case.state
        ways += [lambda: setattr(state, "contact_count", state.contact_count + 1), lambda: state.header.ClearField("registered_at"),
                 lambda: setattr(state.header, "status", state.header.status % 5 + 1), lambda: wrong.case.linked_from_case_ids.append("c")]  # fmt: skip
    elif question.service == "response":
        state = wrong.response_case.state
        ways += [lambda: state.open_assignments.add(assignment_id="9.9"), lambda: setattr(state, "overdue_count", state.overdue_count + 1)]
        if state.open_assignments:
            ways += [lambda: state.open_assignments.pop(), lambda: state.open_assignments[0].due.ClearField("due_at")]
    elif question.service == "coordination":
        state = wrong.coordination_case.state
        ways += [lambda: setattr(state, "meeting_count", state.meeting_count + 1), lambda: state.open_items.add(item_id="9.9")]
        if state.open_whistles:
            ways += [lambda: setattr(state.open_whistles[0].called[0], "reported_event_id", "9.9")]
    else:
        case = wrong.escalation_case
        ways += [lambda: setattr(case, "escalations_raised", case.escalations_raised + 1), lambda: case.hazards.add(hazard_id="9.9")]
        if case.findings:
            ways += [lambda: setattr(case.findings[0], "standing", case.findings[0].standing + 1), lambda: case.findings.pop()]
    rng.choice(ways)()
    return wrong


def check_bites(questions, answers, journal, rng):
    tried = [(q, doctored(q, a, rng)) for q, a in zip(questions, answers) if not isinstance(a, tuple)]
    found = sum(1 for question, wrong in tried if differences(question, wrong, journal))
    # And the right answer to another question: of the version before.
    neighbours = 0
    for question, answer in zip(questions, answers):
        if question.moment[0] != "at_version" or isinstance(answer, tuple) or question.moment[1] < 2:
            continue
        before = Question(question.case_id, question.service, question.view, ("at_version", question.moment[1] - 1))
        assert differences(before, answer, journal), f"{before}: the next version's answer would do"
        neighbours += 1
    print(f"as-of: doctored answers {len(tried)}, found {found}; answers of the next version {neighbours}, found {neighbours}")
    assert found == len(tried)


def check_refused(client, case_id):
    """What cannot be asked is refused by name; all of it through the four services alike."""
    for service in VIEWS:
        later = Question(case_id, service, True, ("recorded_by", 4102444800 * 10**9)).ask(client)
        assert later[0] == grpc.StatusCode.INVALID_ARGUMENT and later[1].startswith("as_of.recorded_by: 2100"), later
        zero = Question(case_id, service, True, ("at_version", 0)).ask(client)
        assert zero[0] == grpc.StatusCode.INVALID_ARGUMENT and zero[1].startswith("as_of.at_version"), zero
        none = Question("no-such-case", service, True, ("at_version", 1)).ask(client)
        assert none[0] == grpc.StatusCode.NOT_FOUND, none


def check_tool(server, journal, case_id):
    """whistlectl shows the same past, and says what it is as of."""
    decisions = journal.cases[case_id].decisions
    middle = len(decisions) // 2
    status, out, err = run_tool("case", "show", case_id, f"--at-version={middle}", "--output=json", server=server)
    assert status == 0, err
    shown = json.loads(out)
    assert shown["as_of"]["version"] == str(middle) and shown["as_of"]["final"], shown["as_of"]
    assert {shown[service]["version"] for service in VIEWS} == {str(middle)}
    status, out, err = run_tool("case", "show", case_id, f"--at-version={middle}", server=server)
    assert status == 0 and out.startswith(f"as of version {middle}, recorded ") and ": final\n" in out, out + err
    status, out, err = run_tool("case", "timeline", case_id, f"--at-version={middle}", "--output=json", server=server)
    assert status == 0 and ": final" in err, err
    events = [(d.version, event) for d in decisions for event in d.decision.events]
    assert len(json.loads(out)) == sum(1 for version, _ in events if version <= middle)
    # By occurred time, to the second, without corrections of times, of which the load makes none.
    until = sorted(as_of_fold.nanos(event.occurred_at) for _, event in events)[len(events) // 3] // 10**9
    text = datetime.datetime.fromtimestamp(until, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    status, out, err = run_tool("case", "timeline", case_id, f"--occurred-by={text}", "--output=json", server=server)
    assert status == 0 and "may change it" in err, err
    wanted = sum(1 for _, event in events if as_of_fold.nanos(event.occurred_at) <= until * 10**9)
    assert len(json.loads(out)) == wanted, f"{len(json.loads(out))} events by {text}, expected {wanted}"
    status, out, err = run_tool("case", "diff", case_id, f"--from={middle}", "--output=json", server=server)
    assert status == 0, err
    found = json.loads(out)
    assert len(found["events"]) == sum(1 for version, _ in events if version > middle)
    assert found["changes"] and found["to"]["version"] == str(len(decisions))
    status, out, err = run_tool("case", "show", case_id, f"--at-version={len(decisions) + 1}", server=server)
    assert status == 1 and f"the case is at version {len(decisions)}" in err, err
    status, out, err = run_tool("case", "show", case_id, "--at-version=1", "--recorded-by=2021-01-01", server=server)
    assert status == 2, err
    print(f"as-of: whistlectl shows, lists and compares case {case_id} as of version {middle} of {len(decisions)}: "
          f"{len(found['events'])} events, {len(found['changes'])} fields changed since")  # fmt: skip


def settle(client):
    client.call("OperationsService/AdvanceClock", {"by_ms": 0})
    wait_seconds(lambda: at_rest(client), 60, "everything is at rest")


def run(server, options):
    rng = random.Random(options.seed)
    server.start()
    ask("scenario", "run", SCENARIO, server=server)
    with server.client() as client:
        load = Load(client, options.seed)
        load.run(options.steps, cases=8)
        settle(client)
        journal = journal_check.read(client)
        cases = sorted(case for case in journal.cases if case != "registry")
        sizes = [journal.cases[case].version for case in cases]
        print(f"as-of: {sum(sizes)} decisions over {len(cases)} cases, the longest {max(sizes)}; {load.accepted} commands, "
              f"{load.refused.total()} refused, {load.fired} agenda items fired")  # fmt: skip
        assert load.fired > 0 and max(sizes) > options.steps / 4
        questions = make_questions(journal, cases, options.questions, rng)
        answers = ask_all(client, questions)
        wrong = compare_all(questions, answers, journal)
        kinds = Counter(a[0].name if isinstance(a, tuple) else "final" if a.as_of.final else "provisional" for a in answers)
        print(f"as-of: {', '.join(f'{kind} {number}' for kind, number in sorted(kinds.items()))}")
        print(f"as-of: questions {len(questions)}, differences {wrong}")
        assert wrong == 0
        assert kinds["final"] > options.questions / 2 and kinds["provisional"] and kinds["NOT_FOUND"] and kinds["OUT_OF_RANGE"], kinds
        check_bites(questions, answers, journal, rng)
        check_refused(client, cases[0])
        check_tool(server, journal, load.cases[0])

        held = [(q, a) for q, a in zip(questions, answers) if is_final(a)]
        questions, answers = [q for q, _ in held], [a for _, a in held]
        load.run(options.steps // 3, cases=9)
        settle(client)
        check_held(client, questions, answers, "more decisions")
    assert server.stop() == 0
    server.start()
    with server.client() as client:
        wait_seconds(lambda: at_rest(client), 60, "the restart is at rest")
        check_held(client, questions, answers, "a restart")
    assert server.stop() == 0
    shutil.rmtree(server.data_dir)
    server.start()
    with server.client() as client:
        wait_seconds(lambda: at_rest(client), 120, "the rebuild is at rest")
        check_held(client, questions, answers, "deleted projections")
    assert server.stop() == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--seed", type=int, default=20210701)
    options = parser.parse_args()
    print(f"as-of: seed {options.seed}")
    with scratch() as folder, Whistled(folder / "whistled", clock="virtual", flags=["--virtual_start=2009-01-01T00:00:00Z"]) as server:
        run(server, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
