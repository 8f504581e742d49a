"""Segments: short stretches of a story, each of which breaks one rule of the domain or just does not.

A segment settles what it opens, so that segments can follow each other; the phase says where in a story it may stand.
"""

import dataclasses
import enum
from collections.abc import Callable


class Truth(enum.Enum):
    BREACH = "breach"
    # Looks like a breach and is none.
    NEAR_MISS = "near miss"
    # It is found, and a late entry shows later that it was not so.
    DISPROVED = "disproved"


class Phase(enum.Enum):
    # Before anybody accepted the case: at most five working days.
    UNOWNED = 1
    # Who accepts the case, and when: one of them in a story.
    OWNERSHIP = 2
    # After somebody accepted it.
    OWNED = 3
    # How the case ends: one of them in a story.
    ENDING = 4


class Handler(enum.Enum):
    ANY = "any"
    # A district's government: departments of the city and companies of the province stand outside its authority.
    DISTRICT = "district"
    # A petition office: it has authority over nobody but itself.
    PETITION_OFFICE = "petition office"


@dataclasses.dataclass(frozen=True)
class Segment:
    name: str
    rule: str
    truth: Truth
    phase: Phase
    handler: Handler
    # How many departments of its own it needs.
    departments: int
    # It changes who has the case: what else is told of it would have another truth.
    alone: bool
    tell: Callable


def segment(rule, truth, phase=Phase.OWNED, handler=Handler.ANY, departments=1, alone=False):
    """Makes a segment of the function that tells it."""

    def of(tell):
        return Segment(tell.__name__, rule, truth, phase, handler, departments, alone, tell)

    return of


RULES = (
    "UNGROUNDED",
    "CONTRADICTION",
    "DISAVOWED_CONDITION",
    "GOALPOST_MOVED",
    "BUCK_PASSING",
    "NO_OWNER",
    "SILENCE",
    "HOLLOW_MEETINGS",
    "ABSENT",
    "BROKEN_COMMITMENT",
    "PERSISTENT_DEMAND",
    "CLOSED_WITHOUT_RESULT",
    "JURISDICTION_GAP",
)
