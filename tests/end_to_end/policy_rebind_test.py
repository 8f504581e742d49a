#!/usr/bin/env python3
"""A new policy reaches open cases only by `whistlectl policy rebind`: what it shows, whom it asks, what it does and what it leaves alone.

    build/python/bin/python tests/end_to_end/policy_rebind_test.py
"""

import json
import os
import pty
import subprocess
import unittest

from harness import CALL_SECONDS, ROOT, found_registry, handled_case, heads, register_case, running
from whistlectl import ask, command_line, run_tool

WHY = "The new policy holds for everybody."


def dates_of(client, case_id):
    """Every date that is set in the case, as its services keep it."""
    state = client.call("IntakeService/GetCase", {"case_id": case_id}).case.state
    answers = client.call("ResponseService/GetResponseCase", {"case_id": case_id}).response_case.state
    joint = client.call("CoordinationService/GetCoordinationCase", {"case_id": case_id}).coordination_case.state
    called = [call.due for whistle in joint.open_whistles for call in whistle.called]
    return [state.acceptance_due, state.handling_due, *called, *(asked.due for asked in answers.open_assignments)]


class PolicyRebind(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(running())
        self.client = self.enterContext(self.server.client())
        self.old_version = found_registry(self.client).version
        # By the new policy the rules that look have something to find in these cases: another decision at a time of its own.
        self.client.call("OperationsService/PauseAgenda")
        self.cases = [handled_case(self.client) for _ in range(3)]
        for case_id in self.cases:
            self.ask(case_id)
            self.client.command(
                "CoordinationService/BlowWhistle",
                case_id,
                "community",
                urgency="URGENCY_ORDINARY",
                department_ids=["gas"],
                reason="The building has no gas.",
            )
        self.client.command("IntakeService/CloseCase", self.cases[2], "bureau", why="The gas is lit.")
        # Nobody handles this one yet.
        self.cases.append(register_case(self.client).case_id)
        ask("registry", "apply", ROOT / "deploy" / "policy" / "default.yaml", server=self.server)
        self.new_version = self.client.call("RegistryService/GetPolicy").policy_version
        self.assertEqual(self.new_version, self.old_version + 1)

    def rebind(self, *words, who="city"):
        """(exit status, stdout, stderr) where nobody can be asked."""
        return run_tool("policy", "rebind", f"--as={who}", f"--why={WHY}", *words, server=self.server)

    def rebind_at_a_terminal(self, answer, *words):
        """The same with somebody at a terminal who types `answer`; (exit status, stdout)."""
        ours, theirs = pty.openpty()
        try:
            with subprocess.Popen(
                command_line("policy", "rebind", "--as=city", f"--why={WHY}", *words, server=self.server),
                stdin=theirs,
                stderr=theirs,
                stdout=subprocess.PIPE,
                text=True,
            ) as process:
                os.write(ours, f"{answer}\n".encode())
                out, _ = process.communicate(timeout=CALL_SECONDS)
                return process.returncode, out
        finally:
            os.close(ours)
            os.close(theirs)

    def ask(self, case_id):
        return self.client.command(
            "ResponseService/AskForResponse", case_id, "bureau", department_id="gas", question="Where is the gas?"
        )

    def policy_version_of(self, case_id):
        return self.client.call("IntakeService/GetCase", {"case_id": case_id}).case.state.header.policy_version

    def test_without_a_yes_it_shows_what_would_change_and_changes_nothing(self):
        before = [heads(self.client, case_id) for case_id in self.cases]
        status, out, err = self.rebind("--handler=bureau")
        self.assertEqual(status, 2, err)
        self.assertIn("add --yes", err)
        self.assertIn("2 open cases are bound to an older policy", out)
        for case_id in self.cases[:2]:
            self.assertIn(case_id, out)
        for case_id in self.cases[2:]:
            self.assertNotIn(case_id, out)
        self.assertIn(f'2 cases bound to "End to end" (registry version {self.old_version}):', out)
        self.assertRegex(out, r"response +7 calendar days +5 working days")
        self.assertIn("Every date that is set stays", out)
        self.assertEqual([heads(self.client, case_id) for case_id in self.cases], before)

    def test_a_yes_binds_the_filters_open_cases_and_moves_no_date(self):
        before = {
            case_id: (heads(self.client, case_id)["intake"][0], dates_of(self.client, case_id)) for case_id in self.cases
        }
        self.assertEqual(len(before[self.cases[0]][1]), 4)
        status, out, err = self.rebind("--handler=bureau", "--yes")
        self.assertEqual(status, 0, err)
        self.assertIn("bound 2 cases to", out)
        for case_id in self.cases[:2]:
            version, dates = before[case_id]
            self.assertEqual(self.policy_version_of(case_id), self.new_version)
            self.assertEqual(heads(self.client, case_id)["intake"][0], version + 1)
            self.assertEqual(dates_of(self.client, case_id), dates)
            # What is set from now on follows the new one, and says so.
            self.client.command(
                "ResponseService/AskForResponse", case_id, "bureau", department_id="network", question="And the cable?"
            )
            asked = dates_of(self.client, case_id)[-1]
            self.assertEqual((asked.registry_version, asked.days, asked.working_days), (self.new_version, 5, True))
        for case_id in self.cases[2:]:
            self.assertEqual(self.policy_version_of(case_id), self.old_version)
        entries = self.client.call("TimelineService/GetTimeline", {"case_id": self.cases[0]}).entries
        rebound = [e.policy_rebound for entry in entries for e in entry.decision.events if e.HasField("policy_rebound")]
        self.assertEqual(
            [(r.bound_by.organization_id, r.from_policy_version, r.policy_version, r.why) for r in rebound],
            [("city", self.old_version, self.new_version, WHY)],
        )

    def test_the_same_again_has_nothing_to_do(self):
        self.assertEqual(self.rebind("--handler=bureau", "--yes")[0], 0)
        before = [heads(self.client, case_id) for case_id in self.cases]
        status, out, _ = self.rebind("--handler=bureau", "--yes")
        self.assertEqual(status, 0)
        self.assertIn("nothing to bind", out)
        self.assertEqual([heads(self.client, case_id) for case_id in self.cases], before)

    def test_the_wrong_one_is_refused_case_by_case(self):
        status, out, err = self.rebind("--all", "--yes")
        self.assertEqual(status, 1, out)
        self.assertIn(f"case {self.cases[3]}: PERMISSION_DENIED", err)
        self.assertIn("bound 2 cases", out)
        self.assertIn("1 failed", out)
        # The top may bind a case that nobody handles yet.
        status, out, err = self.rebind("--all", "--yes", "--output=json", who="province")
        self.assertEqual(status, 0, err)
        answer = json.loads(out)
        self.assertEqual((answer["cases"], answer["bound"], answer["failed"]), ([self.cases[3]], 1, []))

    def test_somebody_at_a_terminal_is_asked(self):
        status, out = self.rebind_at_a_terminal("no", "--handler=bureau")
        self.assertEqual(status, 1, out)
        self.assertEqual(self.policy_version_of(self.cases[0]), self.old_version)
        status, out = self.rebind_at_a_terminal("yes", "--handler=bureau")
        self.assertEqual(status, 0, out)
        self.assertIn("bound 2 cases", out)
        self.assertEqual(self.policy_version_of(self.cases[0]), self.new_version)

    def test_each_date_is_shown_with_the_version_it_was_set_under(self):
        self.assertEqual(self.rebind("--handler=bureau", "--yes")[0], 0)
        self.client.command(
            "ResponseService/AskForResponse", self.cases[0], "bureau", department_id="network", question="And the cable?"
        )
        out = ask("case", "show", self.cases[0], server=self.server)
        self.assertRegex(out, r"DATE +RULE +DUE +COUNTED +POLICY VERSION +CALENDAR VERSION")
        self.assertRegex(out, rf"response by gas +response +\S+ +7 calendar days +{self.old_version} +none")
        self.assertRegex(out, rf"response by network +response +\S+ +5 working days +{self.new_version} +none")
        self.assertRegex(out, rf"handling +handling +\S+ +60 calendar days +{self.old_version} +none")


if __name__ == "__main__":
    unittest.main(verbosity=2)
