"""Compares what must be found with what was found. Pure: it asks nobody.

A finding fits an expectation if it is of the same case and rule, about an organization that is meant, raised not before what proves it and on
the day at the latest, and lifted if and only if a late entry disproved it. Each finding fits one expectation at the most.
"""

import dataclasses
import datetime

from calendar_days import ZONE
from segments import RULES

CASE_ITSELF_TEXT = "the case itself"


@dataclasses.dataclass(frozen=True)
class Finding:
    case: int
    rule: str
    # Empty: about the case itself.
    organization: str
    raised_at: datetime.datetime
    lifted: bool = False
    text: str = ""


@dataclasses.dataclass(frozen=True)
class Discrepancy:
    case: int
    rule: str
    # "missed" or "wrong".
    kind: str
    what: str


@dataclasses.dataclass
class Row:
    should_fire: int = 0
    fired: int = 0
    missed: int = 0
    wrong: int = 0
    near_misses: int = 0


@dataclasses.dataclass
class Verdict:
    rows: dict
    discrepancies: list

    @property
    def missed(self):
        return sum(row.missed for row in self.rows.values())

    @property
    def wrong(self):
        return sum(row.wrong for row in self.rows.values())

    @property
    def good(self):
        return not self.discrepancies


def _about(organization):
    return organization or CASE_ITSELF_TEXT


def _day(moment):
    return moment.astimezone(ZONE).date()


def _fits(finding, expected):
    return (
        finding.organization in expected.organizations
        and expected.earliest <= finding.raised_at
        and _day(finding.raised_at) <= expected.latest
        and finding.lifted == expected.lifted
    )


def _told(finding):
    lifted = ", lifted" if finding.lifted else ""
    at = finding.raised_at.astimezone(ZONE)
    return f"{finding.rule} about {_about(finding.organization)} on {at:%Y-%m-%d %H:%M:%S}{lifted}: {finding.text}"


def _should(expected):
    about = " or ".join(sorted(_about(organization) for organization in expected.organizations))
    lifted = ", lifted" if expected.lifted else ""
    return f"{expected.rule} about {about} by {expected.latest}{lifted}: {expected.why}"


def _pairs(expected, findings):
    """As many expectations as can be met, by augmenting paths: {index of the finding: index of the expectation}"""
    met = {}

    def meet(wanted, tried):
        for index, finding in enumerate(findings):
            if index in tried or not _fits(finding, expected[wanted]):
                continue
            tried.add(index)
            if index not in met or meet(met[index], tried):
                met[index] = wanted
                return True
        return False

    for wanted in range(len(expected)):
        meet(wanted, set())
    return met


def _judge_one(case, rule, expected, findings, row):
    row.should_fire += len(expected)
    row.fired += len(findings)
    met = _pairs(expected, findings)
    discrepancies = []
    for index, one in enumerate(expected):
        if index not in met.values():
            row.missed += 1
            discrepancies.append(Discrepancy(case, rule, "missed", f"missed: {_should(one)}"))
    for index, finding in enumerate(findings):
        if index not in met:
            row.wrong += 1
            discrepancies.append(Discrepancy(case, rule, "wrong", f"wrong: {_told(finding)}"))
    return discrepancies


def judge(stories, findings, escalated):
    """`stories` with what must be found, every finding there is, and the numbers of the cases that escalated by themselves."""
    rows = {rule: Row() for rule in RULES}
    expected_of, found_of, discrepancies = {}, {}, []
    for story in stories:
        for rule in story.near_rules:
            rows[rule].near_misses += 1
        for one in story.expected:
            expected_of.setdefault((story.number, one.rule), []).append(one)
    for finding in sorted(findings, key=lambda f: f.raised_at):
        found_of.setdefault((finding.case, finding.rule), []).append(finding)
    for case, rule in sorted(expected_of.keys() | found_of.keys()):
        row = rows.setdefault(rule, Row())
        discrepancies += _judge_one(case, rule, expected_of.get((case, rule), []), found_of.get((case, rule), []), row)
    discrepancies.sort(key=lambda discrepancy: discrepancy.case)
    for case in sorted(set(escalated) - {finding.case for finding in findings}):
        discrepancies.append(Discrepancy(case, "", "escalated", "escalated by itself, and nothing was found"))
    return Verdict(rows, discrepancies)


def table(verdict):
    heads = ("rule", "should fire", "fired", "missed", "wrong", "near misses")
    lines = [
        (rule, row.should_fire, row.fired, row.missed, row.wrong, row.near_misses) for rule, row in verdict.rows.items()
    ]
    lines.append(("all", *(sum(column) for column in list(zip(*lines))[1:])))
    widths = [max(len(str(line[column])) for line in [heads, *lines]) for column in range(len(heads))]
    for line in [heads, *lines]:
        yield "  ".join(
            str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths))
        )
