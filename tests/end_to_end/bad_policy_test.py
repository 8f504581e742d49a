#!/usr/bin/env python3
"""Gives `whistlectl registry apply` policy files that are wrong, and asks of each: does the answer name line, field and what would do,
and is what is in force as it was?

    build/python/bin/python tests/end_to_end/bad_policy_test.py

Every file is deploy/policy/default.yaml with one thing changed. The last thing printed is the table: wrong policy → answer.
"""

import unittest

from harness import ROOT, policy
from wrong_files import WrongFiles

SOUND = (ROOT / "deploy" / "policy" / "default.yaml").read_text()
RESPONSE = '  response: {count: 5, unit: working_days, source: "a county\'s published rule (2024)"}\n'
NO_OWNER = "  no_owner: {count: 10, unit: working_days, source: ours}\n"
SILENCE = "    silence: {escalates: {when: after, after: 2, source: ours}}\n"
GOALPOST = "    goalpost_moved: {escalates: {when: at_once, source: ours}}\n"


class WrongPolicies(WrongFiles):
    kind = "policy"
    sound = SOUND

    def changed(self, what, row, old, new, *words):
        """Refused for a change within one row."""
        self.assertEqual(row.count(old), 1, what)
        wrong = row.replace(old, new)
        self.refused(what, row, wrong, wrong, *words)

    def test_keys(self):
        self.refused(
            "a misspelt rule",
            "  response: {",
            "  respons: {",
            "  respons: {",
            "policy.respons: ",
            "did you mean response?",
        )
        self.refused(
            "a rule that there is not",
            RESPONSE,
            RESPONSE + "  coffee_break: {count: 1, unit: hours, source: ours}\n",
            "  coffee_break",
            "policy.coffee_break: ",
            "it has: title, acceptance",
        )
        self.changed(
            "a key that a term has not", RESPONSE, "}", ", colour: red}", "policy.response.colour: ", "it has: count, unit, source, off"
        )
        self.refused(
            "a rule given twice", RESPONSE, RESPONSE + RESPONSE.replace("5", "6"), "  response: {count: 6",
            "policy.response: given twice",
        )
        self.changed(
            "a number given twice", RESPONSE, "{count: 5", "{count: 5, count: 6", "policy.response.count: given twice"
        )
        self.refused("a second policy", SOUND, SOUND + "policy: {}\n", "policy: {}", "policy: given twice")

    def test_what_is_missing(self):
        self.refused(
            "no title", "  title: Whistle's default policy\n", "", "  acceptance:", "policy.title: ", "found nothing"
        )
        self.refused(
            "a rule left out", NO_OWNER, "", "  title:", "policy.no_owner: ", "{count, unit, source}", "`off: true`"
        )
        self.refused(
            "a finding rule left out", SILENCE, "", "    ungrounded:", "policy.findings.silence: ", "`off: true`"
        )
        self.refused(
            "a finding that leads to nothing",
            SILENCE,
            "    silence: {off: true}\n",
            "    silence: {off: true}",
            "policy.findings.silence.escalates: ",
            "{when, source}",
        )
        self.changed(
            "a number without a unit", RESPONSE, " unit: working_days,", "",
            "policy.response.unit: ", "hours, calendar_days or working_days",
        )
        self.changed(
            "a number without a source", NO_OWNER, ", source: ours", "", "policy.no_owner.source: ", "found nothing"
        )
        self.refused(
            "a rule without a value", RESPONSE, "  response:\n", "  response:\n", "policy.response: has no value"
        )
        self.refused("no share to warn at", "  warn_percent: 70\n", "", "  title:", "policy.warn_percent: ", "1 to 99")

    def test_numbers_and_units(self):
        self.changed("0 days", RESPONSE, "5", "0", "policy.response.count: ", "1 to 3650", "found 0")
        self.changed(
            "3651 days", RESPONSE, "count: 5", "count: 3651", "policy.response.count: ", "1 to 3650", "found 3651"
        )
        self.changed(
            "a text where a number belongs", RESPONSE, "count: 5", "count: five",
            "policy.response.count: ", 'a whole number, found "five"',
        )
        self.changed(
            "two and a half days", RESPONSE, "count: 5", "count: 2.5", "policy.response.count: ", "a whole number"
        )
        self.changed(
            "weeks", RESPONSE, "working_days", "weeks", "policy.response.unit: ", "hours, calendar_days, working_days"
        )
        self.changed("yes where true belongs", NO_OWNER, "}", ", off: yes}", "policy.no_owner.off: ", "true or false")
        self.refused(
            "a warning at 100 %", "warn_percent: 70", "warn_percent: 100", "  warn_percent: 100",
            "policy.warn_percent: ", "1 to 99",
        )
        self.refused(
            "a list where a term belongs", RESPONSE, "  response: [5, days]\n", "  response: [5",
            "policy.response: expected a mapping",
        )

    def test_escalations(self):
        self.changed(
            "after without how many", SILENCE, " after: 2,", "", "policy.findings.silence.escalates.after: ", "1 to 64"
        )
        self.changed(
            "how many without after",
            GOALPOST,
            "at_once,",
            "at_once, after: 2,",
            "policy.findings.goalpost_moved.escalates.after: ",
            "only with `when: after`",
        )
        self.changed(
            "escalates sometimes", GOALPOST, "at_once", "sometimes",
            "policy.findings.goalpost_moved.escalates.when: ", "never, at_once, after",
        )

    def test_what_is_not_yaml(self):
        self.refused("a tab", RESPONSE, "\t" + RESPONSE.strip() + "\n", "\tresponse", "indented with a tab: use spaces")
        self.refused(
            "a brace that is not closed", RESPONSE, RESPONSE.replace("}", ""), "  response_extension_max",
            "not YAML, here or in a line above",
        )
        self.refused("two documents", SOUND, SOUND + "---\npolicy: {}\n", "policy: {}", "a second document")
        self.refused_text("an empty file", "", 1)

    def test_the_service_names_the_same_fields(self):
        for what, change, field in (
            ("sent: 0 days", lambda p: p["response"].update(count=0), "policy.response.count"),
            ("sent: no unit", lambda p: p["response"].pop("unit"), "policy.response.unit"),
            ("sent: a rule left out", lambda p: p.pop("no_owner"), "policy.no_owner"),
            ("sent: a finding rule left out", lambda p: p["findings"].pop("absent"), "policy.findings.absent"),
            ("sent: a warning at 100 %", lambda p: p.update(warn_percent=100), "policy.warn_percent"),
            ("sent: after, no number", lambda p: p["open_hazard"].update(when="ESCALATE_WHEN_AFTER"), "policy.open_hazard.after"),
        ):
            wrong = policy()
            change(wrong)
            self.refused_by_the_service(what, field, "RegistryService/AdoptPolicy", policy=wrong)

    def test_the_sound_one_is_adopted_and_then_in_force(self):
        self.adopted_once()


if __name__ == "__main__":
    unittest.main(verbosity=2)
