#!/usr/bin/env python3
"""`whistlectl policy backtest` on journals that a whistled wrote: nothing differs under the policy that was in force, what a stricter and a
laxer one would have done is told, and the journal is as it was.

    build/python/bin/python tests/end_to_end/backtest_test.py
"""

import collections
import json
import unittest

from harness import ROOT, found_registry, handled_case, policy, running, scratch, wait_seconds
from whistlectl import ask, run_tool

CHRONICLE = ROOT / "tools" / "scenarios" / "lanzhou-building-19.yaml"
DEFAULT = ROOT / "deploy" / "policy" / "default.yaml"
# Long before the chronicle begins.
VIRTUAL_START = "--virtual_start=2009-01-01T00:00:00Z"
# An item waits five to seven seconds on a real clock.
FIRES_SECONDS_MAX = 30


def moves(told, here, there):
    """What moved, as often as it did. Ids of events are each journal's own; and in which order the agenda takes things of one moment follows
    from their hashes, so which of two reasons of one moment puts the case higher, and which joins it, is chance."""
    rows = [row for case in told["cases_that_differ"] for row in case["differences"]]
    return collections.Counter(
        (row["kind"], row["organization_id"], row[here], row[there])
        for row in rows
        if row["kind"] != "reason" and row[here] != row[there]
    )


def totals(told, here, there):
    return [
        (total["kind"], total["rule"], total[here], total[there])
        for total in told["totals"]
        if total["kind"] not in ("reason", "escalation")
    ]


def ends(server):
    with server.client() as client:
        status = client.call("OperationsService/GetJournalStatus")
    return [(place.topic, place.partition, place.end_offset) for place in status.partitions]


def changed(text, **numbers):
    """The default policy's text with other numbers: response=2 for `response: {count: 5, …`, hollow_meetings=1 for a plain one."""
    lines = []
    for line in text.splitlines():
        for rule, number in numbers.items():
            for beginning in (f"  {rule}: {{count: ", f"  {rule}: "):
                rest = line.removeprefix(beginning)
                if rest != line and rest[0].isdigit():
                    line = beginning + str(number) + rest.lstrip("0123456789")
                    numbers = {name: value for name, value in numbers.items() if name != rule}
                    break
        lines.append(line)
    assert not numbers, f"not in the default policy: {numbers}"
    return "\n".join(lines) + "\n"


def refuse_without_grounds(client, case_id):
    """Asks the gas company, and it refuses: a finding within seconds, and the dates of an assignment on the way."""
    asked = client.command(
        "ResponseService/AskForResponse", case_id, "bureau", department_id="gas", question="Where is the gas?"
    )
    return client.command(
        "ResponseService/SubmitResponse",
        case_id,
        "gas",
        assignment_id=asked.event_ids[0],
        stance="STANCE_REFUSES",
        text="No.",
    )


class BacktestOfTheChronicle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(running("virtual", [VIRTUAL_START]))
        cls.folder = cls.enterClassContext(scratch())
        ask("scenario", "run", CHRONICLE, server=cls.server)
        cls.ends = ends(cls.server)
        cls.case_id = ask("scenario", "cases", CHRONICLE, "--name=gas", server=cls.server).split()[0]

    def tearDown(self):
        self.assertEqual(ends(self.server), self.ends, "a backtest wrote to the journal")

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def backtest(self, *words):
        return run_tool("policy", "backtest", *words, server=self.server)

    def told(self, path, *words):
        status, out, error = self.backtest(f"--policy={path}", "--output=json", *words)
        self.assertEqual(status, 0, error)
        return json.loads(out)

    def stricter(self):
        return self.file(
            "stricter.yaml", changed(DEFAULT.read_text(), response=2, hollow_meetings=1, persistent_contacts=2)
        )

    def laxer(self):
        return self.file(
            "laxer.yaml",
            changed(DEFAULT.read_text(), response=15, hollow_meetings=4, persistent_contacts=10, escalation_rung=30),
        )

    def chronicle_under(self, path):
        """The chronicle's file with that policy in place of the default one."""
        text = CHRONICLE.read_text()
        replaced = text.replace("  - ../../deploy/policy\n", f"  - {path}\n").replace(
            "  - ../../deploy/policy/calendars\n", f"  - {DEFAULT.parent / 'calendars'}\n"
        ).replace("  - lanzhou-organizations.yaml\n", f"  - {CHRONICLE.parent / 'lanzhou-organizations.yaml'}\n")
        self.assertEqual(replaced.count(str(path)), 1)
        return self.file(f"chronicle-{path.name}", replaced)

    def total(self, told, kind, rule):
        return next(total for total in told["totals"] if (total["kind"], total["rule"]) == (kind, rule))

    def test_under_the_policy_in_force_nothing_differs(self):
        for words in ([], ["--warnings"]):
            status, out, error = self.backtest(f"--policy={DEFAULT}", *words)
            self.assertEqual(status, 0, error)
            self.assertEqual(out.splitlines()[-1], "cases 2 · differences 0")
        told = self.told(DEFAULT, "--warnings")
        self.assertEqual((told["cases"], told["differences"], told["cases_that_differ"]), (2, 0, []))
        # It was no quiet story, and what would have fired is not nothing.
        self.assertGreater(sum(total["would"] for total in told["totals"]), 80)
        for total in told["totals"]:
            self.assertEqual(total["then"], total["would"], total)

    def test_a_stricter_policy_fires_earlier_and_more(self):
        told = self.told(self.stricter())
        [case] = told["cases_that_differ"]
        self.assertEqual(case["case_id"], self.case_id)
        self.assertEqual(told["differences"], len(case["differences"]))
        for row in case["differences"]:
            self.assertIsNotNone(row["would"], row)
            self.assertTrue(row["then"] is None or row["would"] < row["then"], row)
        # Asked on Friday the 5th of July 2019: five working days end with Friday the 12th, two with Tuesday the 9th, at midnight
        # of Lanzhou.
        asked = [row for row in case["differences"] if row["then"] == "2019-07-12T16:00:00Z"]
        self.assertIn(("overdue", "response"), {(row["kind"], row["rule_then"]) for row in asked})
        self.assertEqual({row["would"] for row in asked}, {"2019-07-09T16:00:00Z"})
        self.assertEqual({row["earlier_days"] for row in asked}, {3})
        responses = self.total(told, "overdue", "response")
        self.assertEqual((responses["earlier"], responses["later"]), (responses["then"], 0))
        for rule in ("hollow_meetings", "persistent_demand"):
            total = self.total(told, "finding", rule)
            self.assertGreater(total["would"], total["then"])

    def test_a_laxer_policy_fires_later_and_less(self):
        told = self.told(self.laxer())
        [case] = told["cases_that_differ"]
        for row in case["differences"]:
            self.assertIsNotNone(row["then"], row)
            self.assertTrue(row["would"] is None or row["would"] > row["then"], row)
        asked = [row for row in case["differences"] if row["then"] == "2019-07-12T16:00:00Z"]
        # Fifteen working days from the 5th end with Friday the 26th.
        self.assertEqual({row["would"] for row in asked}, {"2019-07-26T16:00:00Z"})
        for rule in ("hollow_meetings", "persistent_demand"):
            total = self.total(told, "finding", rule)
            self.assertLess(total["would"], total["then"])
        # The city lets thirty working days pass, not five, before the province hears of it.
        self.assertEqual(case["stood"]["organization_id"], "gansu")
        self.assertLess(case["stood"]["then"], case["stood"]["would"])

    def test_what_it_tells_is_what_happens_when_the_story_is_told_under_that_policy(self):
        for path in (self.stricter(), self.laxer()):
            with self.subTest(policy=path.name):
                told = self.told(path, "--warnings")
                with running("virtual", [VIRTUAL_START]) as server:
                    ask("scenario", "run", self.chronicle_under(path), server=server)
                    back = json.loads(ask("policy", "backtest", f"--policy={DEFAULT}", "--output=json", "--warnings", server=server))
                # What fired there is what would have fired here, to the millisecond, and the other way round.
                self.assertGreater(told["differences"], 40)
                self.assertEqual(moves(told, "then", "would"), moves(back, "would", "then"))
                self.assertEqual(totals(told, "then", "would"), totals(back, "would", "then"))

    def test_it_tells_people_case_by_case_and_in_total(self):
        status, out, error = self.backtest(f"--policy={self.laxer()}")
        self.assertEqual(status, 0, error)
        lines = out.splitlines()
        self.assertRegex(lines[0], rf"^case {self.case_id} Gas for Building 19: \d+ differences$")
        self.assertRegex(lines[1], r"^first: .* would have fired on \d{4}-\d\d-\d\d and did on \d{4}-\d\d-\d\d: \d+ days later$")
        self.assertRegex(lines[2], r"^would have stood before Gansu .* on 2019-\d\d-\d\d, \d+ days later$")
        self.assertRegex(out, r"overdue +response .*gas-company +2019-07-13 00:00 +2019-07-27 00:00 +14 days later")
        self.assertRegex(out, r"\nfinding +hollow_meetings +\d+ +\d+ +0 +\d+ +\d+ days later\n")
        self.assertRegex(lines[-1], r"^cases 2 · differences \d+$")

    def test_cases_are_picked(self):
        told = self.told(DEFAULT, f"--case={self.case_id}")
        self.assertEqual((told["cases"], told["differences"]), (1, 0))
        self.assertEqual(self.told(DEFAULT, "--to=2009-01-01")["cases"], 0)
        registered = [
            self.told(DEFAULT, f"--from={year}-01-01", f"--to={year + 1}-01-01")["cases"] for year in range(2009, 2023)
        ]
        self.assertEqual(sum(registered), 2, registered)

    def test_what_is_wrong_is_named(self):
        for words, expected_status, expected in [
            (["--case=nobodys", f"--policy={DEFAULT}"], 1, "NOT_FOUND: the journal has no case nobodys"),
            (["--case=nobodys", f"--policy={DEFAULT}", "--output=json"], 1, "NOT_FOUND: the journal has no case nobodys"),
            ([], 2, "--policy is missing"),
            (["--policy=no-such-file.yaml"], 1, "no-such-file.yaml"),
            ([f"--policy={DEFAULT}", "--case=a", "--from=2021-01-01"], 2, "--from and --to go without it"),
            ([f"--policy={DEFAULT}", "--from=2021-01-02", "--to=2021-01-01"], 2, "--from is before --to"),
            ([f"--policy={DEFAULT}", "--from=yesterday"], 2, "--from: "),
        ]:
            status, out, error = self.backtest(*words)
            self.assertEqual((status, out), (expected_status, ""), (words, error))
            self.assertIn(expected, error)
        bad = self.file("bad.yaml", DEFAULT.read_text().replace("response: {count: 5,", "response: {count: 0,"))
        line = 1 + next(i for i, text in enumerate(bad.read_text().splitlines()) if "response: {count: 0" in text)
        status, out, error = self.backtest(f"--policy={bad}")
        self.assertEqual((status, out), (1, ""))
        self.assertIn(f"{bad}:{line}: policy.response.count", error)
        status, out, error = self.backtest(f"--policy={self.file('none.yaml', 'organizations: []')}")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("has no policy", error)


class BacktestOnARealClock(unittest.TestCase):
    """There the agenda fires seconds after its time; and what is due and has not fired yet is no difference."""

    def test_under_the_policy_in_force_nothing_differs_before_and_after_it_fires(self):
        server = self.enterContext(running())
        folder = self.enterContext(scratch())
        client = self.enterContext(server.client())
        found_registry(client, looking=True)
        same = folder / "same.yaml"
        same.write_text(json.dumps({"policy": policy(looking=True)}))
        without = folder / "without.yaml"
        changed_policy = policy(looking=True)
        changed_policy["findings"]["ungrounded"]["off"] = True
        without.write_text(json.dumps({"policy": changed_policy}))
        case_id = handled_case(client)
        refuse_without_grounds(client, case_id)
        self.expect_same(server, same)

        def findings():
            return client.call("EscalationService/ListFindings", {"case_id": case_id}).findings

        wait_seconds(lambda: any(f.raised.rule == 1 for f in findings()), FIRES_SECONDS_MAX, "the finding is raised")
        self.expect_same(server, same)
        out = ask("policy", "backtest", f"--policy={without}", f"--case={case_id}", server=server)
        self.assertRegex(out, r"finding +ungrounded .* would not fire")
        self.assertEqual(out.splitlines()[-1], "cases 1 · differences 1")

    def expect_same(self, server, path):
        out = ask("policy", "backtest", f"--policy={path}", "--warnings", server=server)
        self.assertEqual(out.splitlines()[-1], "cases 1 · differences 0", out)


if __name__ == "__main__":
    unittest.main()
