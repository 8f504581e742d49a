"""The names of what can be wrong. Each found fault is one line that begins with its name."""

import collections

LOST = "lost"
DUPLICATED = "duplicated"
INCONSISTENT_OFFSET = "inconsistent offset"
ACKNOWLEDGED_BUT_SUPERSEDED = "acknowledged but superseded"
FALSE_REFUSAL = "false refusal"
ILLEGAL_HISTORY = "illegal history"
ANSWER_AFTER_DEADLINE = "answer after deadline"
VERSION_GAP = "version gap"
HEAD_DIFFERS = "head differs"
DIGEST_DIFFERS = "digest differs"
BAD_JOURNAL = "bad journal"

# As the last line counts them.
COUNTED_AS = {
    LOST: "lost",
    DUPLICATED: "duplicated",
    INCONSISTENT_OFFSET: "inconsistent-offsets",
    ACKNOWLEDGED_BUT_SUPERSEDED: "acknowledged-but-superseded",
    FALSE_REFUSAL: "false-refusals",
    ILLEGAL_HISTORY: "illegal-histories",
    ANSWER_AFTER_DEADLINE: "answers-after-deadline",
    VERSION_GAP: "version-gaps",
    HEAD_DIFFERS: "heads-differ",
    DIGEST_DIFFERS: "digests-differ",
    BAD_JOURNAL: "bad-journal",
}


class Faults:
    def __init__(self):
        self.found = collections.defaultdict(list)

    def add(self, name, what):
        self.found[name].append(what)

    def __bool__(self):
        return bool(self.found)

    def names(self):
        return set(self.found)

    def lines(self, of_each_max):
        for name, all_of_it in self.found.items():
            for what in all_of_it[:of_each_max]:
                yield f"{name}: {what}"
            if len(all_of_it) > of_each_max:
                yield f"{name}: and {len(all_of_it) - of_each_max} more"

    def counts(self):
        return " ".join(f"{word} {len(self.found.get(name, ()))}" for name, word in COUNTED_AS.items())
