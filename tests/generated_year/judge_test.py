#!/usr/bin/env python3
"""The judge of the generated year finds what it is there to find, on lists that are doctored by hand; and the year is what it says it is.

build/python/bin/python tests/generated_year/judge_test.py
"""

import collections
import dataclasses
import datetime
import unittest

from calendar_days import at, is_working, working_days_end
from generator import SEGMENTS, generate
from judge import Finding, judge, table
from segments import RULES, Truth
from story import Expected

DAY = datetime.date(2025, 3, 3)
HOUR = datetime.timedelta(hours=1)


@dataclasses.dataclass
class Told:
    """As much of a story as the judge reads."""

    number: int
    expected: list
    near_rules: list = dataclasses.field(default_factory=list)


def expected(rule="SILENCE", organizations=("gas",), earliest=at(DAY, 10), latest=DAY, lifted=False):
    return Expected(rule, frozenset(organizations), earliest, latest, "because", lifted)


def finding(case=1, rule="SILENCE", organization="gas", raised_at=at(DAY, 10), lifted=False):
    return Finding(case, rule, organization, raised_at, lifted)


class JudgeTest(unittest.TestCase):
    def judged(self, stories, findings, escalated=()):
        """(missed, wrong, the kinds of what is told)"""
        verdict = judge(stories, findings, escalated)
        return verdict.missed, verdict.wrong, [one.kind for one in verdict.discrepancies]

    def test_what_was_expected_and_found_is_good(self):
        verdict = judge([Told(1, [expected()]), Told(2, [])], [finding()], {1})
        self.assertTrue(verdict.good)
        self.assertEqual((verdict.rows["SILENCE"].should_fire, verdict.rows["SILENCE"].fired), (1, 1))

    def test_a_missing_finding_is_missed(self):
        self.assertEqual(self.judged([Told(1, [expected(), expected(rule="ABSENT")])], [finding()]), (1, 0, ["missed"]))

    def test_a_doubled_finding_is_wrong(self):
        self.assertEqual(self.judged([Told(1, [expected()])], [finding(), finding()]), (0, 1, ["wrong"]))

    def test_a_finding_in_another_case_is_wrong(self):
        told = [Told(1, [expected()]), Told(2, [], ["SILENCE"])]
        self.assertEqual(self.judged(told, [finding(), finding(case=2)]), (0, 1, ["wrong"]))

    def test_a_finding_of_another_rule_is_wrong_and_the_expected_one_missed(self):
        self.assertEqual(self.judged([Told(1, [expected()])], [finding(rule="ABSENT")]), (1, 1, ["wrong", "missed"]))

    def test_a_finding_about_another_organization_is_wrong_and_the_expected_one_missed(self):
        self.assertEqual(
            self.judged([Told(1, [expected()])], [finding(organization="water")]), (1, 1, ["missed", "wrong"])
        )

    def test_a_finding_about_the_case_itself_is_not_one_about_an_organization(self):
        self.assertEqual(self.judged([Told(1, [expected()])], [finding(organization="")]), (1, 1, ["missed", "wrong"]))

    def test_a_finding_a_day_late_is_missed_and_wrong(self):
        late = finding(raised_at=at(DAY, 10) + 24 * HOUR)
        self.assertEqual(self.judged([Told(1, [expected()])], [late]), (1, 1, ["missed", "wrong"]))

    def test_a_finding_before_its_proof_is_missed_and_wrong(self):
        early = finding(raised_at=at(DAY, 10) - HOUR)
        self.assertEqual(self.judged([Told(1, [expected()])], [early]), (1, 1, ["missed", "wrong"]))

    def test_a_finding_lifted_without_proof_is_missed_and_wrong(self):
        self.assertEqual(self.judged([Told(1, [expected()])], [finding(lifted=True)]), (1, 1, ["missed", "wrong"]))

    def test_a_disproved_finding_that_still_stands_is_missed_and_wrong(self):
        self.assertEqual(self.judged([Told(1, [expected(lifted=True)])], [finding()]), (1, 1, ["missed", "wrong"]))

    def test_each_finding_fits_the_expectation_that_leaves_the_other_one_its_own(self):
        either = expected(organizations=("gas", "water"))
        gas = expected(organizations=("gas",))
        self.assertEqual(self.judged([Told(1, [either, gas])], [finding(), finding(organization="water")]), (0, 0, []))

    def test_an_escalation_where_nothing_was_found_is_told(self):
        self.assertEqual(self.judged([Told(1, [])], [], {1}), (0, 0, ["escalated"]))

    def test_the_table_counts_a_rules_near_misses_and_has_a_row_for_every_rule(self):
        lines = list(table(judge([Told(1, [], ["ABSENT"])], [], ())))
        self.assertEqual(len(lines), len(RULES) + 2)
        self.assertRegex(next(line for line in lines if line.startswith("ABSENT")), r"^ABSENT +0 +0 +0 +0 +1$")


class YearTest(unittest.TestCase):
    CASES = 400

    def setUp(self):
        self.stories = generate(self.CASES, seed=7).stories

    def test_the_same_seed_writes_the_same_stories(self):
        again = generate(self.CASES, seed=7).stories
        self.assertEqual([list(s.sentences()) for s in self.stories], [list(s.sentences()) for s in again])
        other = generate(self.CASES, seed=8).stories
        self.assertNotEqual([list(s.sentences()) for s in self.stories], [list(s.sentences()) for s in other])

    def test_one_case_in_five_is_a_near_miss_and_expects_nothing(self):
        near = [story for story in self.stories if story.kind == "near"]
        self.assertEqual(len(near), self.CASES // 5)
        self.assertEqual([story for story in near if story.expected or not story.near_rules], [])

    def test_honest_cases_expect_nothing_and_the_others_something(self):
        for story in self.stories:
            self.assertEqual(bool(story.expected), story.kind == "breach", list(story.sentences()))

    def test_every_rule_is_broken_and_just_not_broken_and_every_segment_told(self):
        broken = collections.Counter(one.rule for story in self.stories for one in story.expected)
        near = collections.Counter(rule for story in self.stories for rule in story.near_rules)
        self.assertEqual(set(broken), set(RULES))
        self.assertEqual(set(near), set(RULES))
        told = {name for story in self.stories for name in story.about}
        self.assertEqual(told, {segment.name for segment in SEGMENTS})

    def test_some_cases_break_several_rules_and_some_disprove_what_was_found(self):
        several = [story for story in self.stories if len({one.rule for one in story.expected}) > 2]
        self.assertGreater(len(several), self.CASES // 20)
        disproved = {segment.rule for segment in SEGMENTS if segment.truth is Truth.DISPROVED}
        lifted = {one.rule for story in self.stories for one in story.expected if one.lifted}
        self.assertEqual(lifted, disproved)

    def test_a_storys_steps_are_in_order_of_time(self):
        for story in self.stories:
            for before, after in zip(story.steps, story.steps[1:]):
                self.assertLess(before.at, after.at)


class CalendarDaysTest(unittest.TestCase):
    def test_holidays_weekends_and_make_up_workdays_are_as_published(self):
        # The National Day of 2025: off from October 1 to 8, for which September 28 and October 11 are worked.
        self.assertTrue(is_working(datetime.date(2025, 9, 28)))
        self.assertFalse(is_working(datetime.date(2025, 10, 8)))
        self.assertTrue(is_working(datetime.date(2025, 10, 11)))
        self.assertFalse(is_working(datetime.date(2025, 10, 12)))

    def test_the_day_of_the_act_does_not_count_and_the_last_day_ends_at_midnight(self):
        self.assertEqual(working_days_end(at(datetime.date(2025, 9, 29), 9), 1), at(datetime.date(2025, 10, 1)))
        self.assertEqual(working_days_end(at(datetime.date(2025, 9, 29), 9), 2), at(datetime.date(2025, 10, 10)))


if __name__ == "__main__":
    unittest.main()
