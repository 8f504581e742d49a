#!/usr/bin/env python3
"""What `whistlectl scenario run` says in hindsight of the chronicle and of the honest story: each safeguard's first day is the one that
first_days.py works out from what people did; nothing at all is found in the honest story, and exactly one thing where one thing of it is
made dishonest.

    build/python/bin/python tests/end_to_end/hindsight_test.py
"""

import datetime
import json
import unittest

import first_days
import journal_check
from harness import ROOT, running, scratch
from whistlectl import ask

SCENARIOS = ROOT / "tools" / "scenarios"
NOT_FOUND = "does not occur here"
# What the agenda writes when a date passes with what was owed undone.
OVERDUE = {
    "acceptance_overdue", "handling_overdue", "review_overdue", "response_overdue", "whistle_unanswered", "commitment_broken",
    "escalation_unanswered", "upgraded_handling_overdue", "rectification_overdue",
}  # fmt: skip


class Told:
    """One scenario, told to a whistled of its own: what was said of it, and the decisions of its cases."""

    def __init__(self, scenario):
        flags = ["--virtual_start=2009-01-01T00:00:00Z"]
        with running("virtual", flags) as server:
            self.text = ask("scenario", "run", scenario, server=server)
            self.summary = json.loads(ask("scenario", "run", scenario, "--output=json", server=server))
            assert self.summary["recorded"] == 0, "telling it again added something"
            self.hindsight = self.summary["hindsight"]
            with server.client() as client:
                journal = journal_check.read(client)
                journal_check.check_projections(client, journal)
            self.verdicts = []
            self.decisions = {}
            for name, case in self.summary["cases"].items():
                self.verdicts.append(ask("case", "verify", case["case_id"], server=server).splitlines()[-1])
                self.decisions[name] = [accepted.decision for accepted in journal.cases[case["case_id"]].decisions]
            assert server.stop() == 0

    def events(self):
        return [event for decisions in self.decisions.values() for event in first_days.events_of(decisions)]

    def printed_days(self):
        rows = self.hindsight["safeguards"]
        assert [row["safeguard"] for row in rows] == first_days.RULES
        return {row["safeguard"]: row["first_day"] for row in rows}

    def derived_days(self):
        days = dict.fromkeys(first_days.RULES, NOT_FOUND)
        for decisions in self.decisions.values():
            for rule, day in first_days.first_days(decisions).items():
                days[rule] = min(days[rule], day)  # "2" comes before "d".
        return days


class Hindsight(unittest.TestCase):
    def check_four_heads(self, told):
        for verdict in told.verdicts:
            self.assertTrue(verdict.startswith("4 projections agree: case "), verdict)

    def test_the_chronicle(self):
        told = Told(SCENARIOS / "lanzhou-building-19.yaml")
        self.check_four_heads(told)
        self.assertEqual(told.printed_days(), told.derived_days())
        for row in told.hindsight["safeguards"]:
            findings = [
                event
                for event in told.events()
                if event.kind == "finding_raised" and event.body.rule == 1 + first_days.RULES.index(row["safeguard"])
            ]
            self.assertEqual(int(row["times"]), len(findings), row["safeguard"])
            print(f"{row['safeguard']:22} {row['first_day']:20} {row['times']:>3}")

        fired = [event for event in told.events() if event.by_agenda and event.kind in OVERDUE]
        no_owner = [event for event in told.events() if event.kind == "finding_raised" and event.body.rule == 6]
        self.assertEqual(len(told.hindsight["deadlines"]), len(fired) + len(no_owner))

        # The first time before somebody with nobody above, and the day on which that organization took the case.
        gas = first_days.events_of(told.decisions["gas"])
        top = next(e for e in gas if e.kind == "escalation_raised" and e.by_agenda and not e.body.to.superior_ids)
        took = next(e for e in gas if e.kind == "handling_upgraded" and not e.by_agenda)
        self.assertEqual(took.body.lead.organization_id, top.body.to.organization_id)
        on, taken = first_days.day(top.occurred_at), first_days.day(took.occurred_at)
        days = (datetime.date.fromisoformat(taken) - datetime.date.fromisoformat(on)).days
        line = f"gas would have stood before {top.body.to.name} on {on}, {days} days before {taken}"
        self.assertIn(line, told.text.splitlines())
        print(line)

    def check_honest(self, told):
        self.assertEqual(set(told.printed_days().values()), {NOT_FOUND})
        self.assertEqual(told.derived_days(), told.printed_days())
        self.assertEqual(told.hindsight["deadlines"], [])
        self.assertEqual(told.hindsight["stood_before"], [])
        self.assertEqual(told.text.count(NOT_FOUND), len(first_days.RULES))
        kinds = {event.kind for event in told.events()}
        self.assertFalse(kinds & (OVERDUE | {"finding_raised", "escalation_raised", "escalation_evidence_added"}), kinds)

    def test_the_honest_story(self):
        told = Told(SCENARIOS / "honest-building.yaml")
        self.check_four_heads(told)
        self.check_honest(told)
        kinds = {event.kind for event in told.events()}
        # It is no empty story.
        for lived in (
            "condition_imposed", "condition_met", "hazard_identified", "hazard_cancelled", "meeting_held", "commitment_made",
            "commitment_kept", "assignment_returned", "extension_granted", "handling_extended", "item_cleared", "whistle_blown",
            "case_declined", "case_reopened", "handling_upgraded", "resolution_confirmed", "contact_recorded",
        ):  # fmt: skip
            self.assertIn(lived, kinds)
        people = [event for event in told.events() if not event.by_agenda]
        self.assertTrue([e for e in people if e.kind == "response_submitted" and e.told > first_days.day(e.occurred_at)], "entered late")
        self.assertTrue([e for e in people if e.kind == "response_submitted" and any(s.replaces_why for s in e.body.statements)])
        print(f"honest: {told.summary['replayed']} commands, {len(people)} events of people, nothing found, nothing overdue")

    def dishonest(self, taken_out, put_in, rule, day):
        honest = (SCENARIOS / "honest-building.yaml").read_text()
        self.assertEqual(honest.count(taken_out), 1, taken_out)
        text = honest.replace(taken_out, put_in)
        text = text.replace("../../deploy", f"{ROOT}/deploy").replace("- lanzhou-org", f"- {SCENARIOS}/lanzhou-org")
        with scratch() as folder:
            scenario = folder / "dishonest.yaml"
            scenario.write_text(text)
            told = Told(scenario)
        expected = dict.fromkeys(first_days.RULES, NOT_FOUND) | {rule: day}
        self.assertEqual(told.printed_days(), expected)
        self.assertEqual(told.derived_days(), expected)
        print(f"made dishonest: {rule} on {day}, and nothing else")

    def test_a_condition_without_its_clause_is_found(self):
        clause = '          grounds: [{document: "Technical code for city gas distribution in buildings", clause: "8.4: pressure test"}]\n'
        self.dishonest(clause, "", "UNGROUNDED", "2012-03-09")

    def test_a_statement_that_does_not_say_what_it_replaces_is_found(self):
        replaces = (
            "          replaces_event_id: ${gas-refuses.response}\n"
            '          replaces_why: "The main was laid in October 2011, as planned."\n'
        )
        self.dishonest(replaces, "", "CONTRADICTION", "2012-03-07")

    def test_one_that_was_invited_and_does_not_come_is_found(self):
        minutes = "      attended_ids: [gas-company, broadcast-network-lanzhou, developer]\n"
        self.dishonest(minutes, "      attended_ids: [gas-company, developer]\n", "ABSENT", "2012-03-16")


if __name__ == "__main__":
    unittest.main()
