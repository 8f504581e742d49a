"""Writes the stories of a year: which case breaks what, which one only looks like it, which one is plainly honest.

The same seed and number of cases give the same stories. No program is asked what is true: the segments know it from the domain.
"""

import dataclasses
import datetime
import random

import answers
import authority
import closed_cases
import corrections
import dates
import demands
import honest
import late_entries
import passing
from calendar_days import YEAR, at
from segments import Handler, Phase, Segment, Truth
from story import HOURS, Story
from world import any_place

SEGMENTS = tuple(
    value
    for module in (answers, authority, closed_cases, corrections, dates, demands, late_entries, passing)
    for value in vars(module).values()
    if isinstance(value, Segment)
)

# Of every twenty cases four are near misses, seven plainly honest, and nine break rules.
TURN = ("breach", "near", "honest", "breach", "honest") * 3 + ("breach", "near", "breach", "honest", "breach")
# A case is over within the statutory time for handling, so that no honest one is escalated by the clock.
STORY_DAYS_MAX = 58
DISTRICT_DEPARTMENTS_BESIDE_THE_LEAD = 5
FIRST_DAY = datetime.date(YEAR, 1, 2)
LAST_BEGINNING = datetime.date(YEAR, 10, 25)


class _Deck:
    """Deals segments so that each comes as often as any other."""

    def __init__(self, rng, segments):
        self._rng = rng
        self._segments = segments
        self._left = []

    def deal(self):
        if not self._left:
            self._left = list(self._segments)
            self._rng.shuffle(self._left)
        return self._left.pop()


def _fit_together(chosen, further):
    """Whether `further` may stand in one story with those that are chosen: one of a rule, of an ownership and of an ending."""
    together = [*chosen, further]
    if any(segment.handler is Handler.DISTRICT for segment in together) and not _district_suffices(together):
        return False
    single = (Phase.OWNERSHIP, Phase.ENDING)
    return not any(
        segment.alone
        or further.alone
        or segment.rule == further.rule
        or (segment.phase is further.phase and segment.phase in single)
        # Who does not accept for so long and who passes the matter on before anybody accepts: one clock, one story.
        or {segment.phase, further.phase} == {Phase.UNOWNED, Phase.OWNERSHIP}
        for segment in chosen
    )


def _handler(rng, place, segments):
    wanted = {segment.handler for segment in segments} - {Handler.ANY}
    if Handler.PETITION_OFFICE in wanted:
        return place.petition_office
    if Handler.DISTRICT in wanted:
        return place.district
    return rng.choice((place.city, place.district)) if _district_suffices(segments) else place.city


def _district_suffices(segments):
    return sum(segment.departments for segment in segments) <= DISTRICT_DEPARTMENTS_BESIDE_THE_LEAD


def _habits(story, segments, count):
    """Honest stretches that leave enough departments for the segments and touch nothing that these count."""
    rules = {segment.rule for segment in segments}
    allowed = [
        habit for habit in honest.HABITS if not (habit is honest.writes_a_letter and "PERSISTENT_DEMAND" in rules)
    ]
    wanted = sum(segment.departments for segment in segments)
    spare = (story.departments_left - wanted) // honest.HABIT_DEPARTMENTS_MAX
    return story.rng.sample(allowed, max(0, min(count, spare)))


def _tell(story, segments, habits):
    def of(phase):
        return [segment.tell for segment in segments if segment.phase is phase]

    owned = of(Phase.OWNED) + habits
    story.rng.shuffle(owned)
    story.register()
    for tell in of(Phase.UNOWNED):
        tell(story)
    for tell in of(Phase.OWNERSHIP) or [honest.lead_is_asked_and_accepts]:
        tell(story)
    if story.over:
        return
    for tell in owned:
        story.later(story.rng.randint(0, 3) or 1)
        tell(story)
    story.later(story.rng.randint(1, 3))
    for tell in of(Phase.ENDING) or [demands.honest_ending]:
        tell(story)


def _check(story):
    """What the segments rely on; a story that breaks it is written again."""
    for before, after in zip(story.steps, story.steps[1:]):
        assert before.at < after.at, f"{story.about}: two steps at {after.at}"
    owned_late = any(finding.rule == "NO_OWNER" for finding in story.expected)
    owned_in_time = story.over or story.accepted_at < story.no_owner_due
    assert owned_in_time or owned_late, f"{story.about}: nobody accepts in time"
    days = (story.steps[-1].at - story.steps[0].at).days
    return days <= STORY_DAYS_MAX


def _begins(rng):
    day = FIRST_DAY + datetime.timedelta(days=rng.randint(0, (LAST_BEGINNING - FIRST_DAY).days))
    return at(day, rng.choice(HOURS))


def _story(number, seed, kind, segments):
    habits = {"honest": 3, "near": 2, "breach": 1}[kind]
    for attempt in range(100):
        rng = random.Random(f"{seed}/{number}/{attempt}")
        place = any_place(rng)
        story = Story(number, rng, place, _handler(rng, place, segments), _begins(rng))
        story.kind = kind
        story.about = [segment.name for segment in segments]
        story.near_rules = [segment.rule for segment in segments if segment.truth is Truth.NEAR_MISS]
        alone = any(segment.alone for segment in segments)
        _tell(story, segments, [] if alone else _habits(story, segments, rng.randint(0, habits)))
        if _check(story):
            return story
    raise AssertionError(f"no story of {[segment.name for segment in segments]} ends within {STORY_DAYS_MAX} days")


@dataclasses.dataclass
class Year:
    seed: int
    stories: list


def generate(cases, seed):
    rng = random.Random(seed)
    breaking = [segment for segment in SEGMENTS if segment.truth is not Truth.NEAR_MISS]
    missing = [segment for segment in SEGMENTS if segment.truth is Truth.NEAR_MISS]
    breaches, near_misses = _Deck(rng, breaking), _Deck(rng, missing)
    stories = []
    for number in range(1, cases + 1):
        kind = TURN[(number - 1) % len(TURN)]
        chosen = []
        if kind == "near":
            chosen = [near_misses.deal()]
        elif kind == "breach":
            chosen = [breaches.deal()]
            # Half of them break several rules at once, or just do not break the second one.
            for _ in range(rng.choice((0, 0, 1, 3))):
                further = rng.choice(rng.choice((breaking, breaking, breaking, missing)))
                if _fit_together(chosen, further):
                    chosen.append(further)
        stories.append(_story(number, seed, kind, chosen))
    return Year(seed, stories)
