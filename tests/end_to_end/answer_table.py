"""The table with which the tests of bad input end: what was given → what the answer was."""


class AnswerTable:
    def __init__(self, given):
        """`given`: what stands on the left, as "bad input"."""
        self._given = given
        self._rows = []

    def note(self, what, answer):
        self._rows.append((what, " ".join(str(answer).split())))

    def print(self):
        width = max((len(what) for what, _ in self._rows), default=0)
        print(f"\n{self._given} → answer")
        for what, answer in self._rows:
            print(f"  {what:{width}}  {answer}")
