"""The runbook as it is written: sections of deploy/README.md, and each command block in them a step.

    ### Full disk
    What one sees …
    1. What to do first:
       ```
       systemctl stop whistled
       ```

A step's commands are what stands between the fences, to the letter. Nothing else of the runbook is read.

usage: steps.py SECTION NUMBER    prints a step's commands
"""

import dataclasses
import pathlib
import re
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNBOOK = ROOT / "deploy" / "README.md"

# Where a place is named by the words before it in the runbook's first block, and what a machine has there.
PLACES_SECTION = "Where things are"


@dataclasses.dataclass(frozen=True)
class Step:
    section: str
    number: int
    commands: str

    def __str__(self):
        return f"{self.section}, step {self.number}"


def slug(title):
    """"Full disk" → "full_disk": the name of the section's test."""
    return re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def read(path=RUNBOOK):
    """{section's title: its steps}; every section below the heading "## When something is wrong" or "## When something is to be done"."""
    sections = {}
    title, fence, lines = None, None, []
    for line in path.read_text().splitlines():
        opening = re.match(r"^( *)```", line)
        if fence is None and opening:
            fence, lines = opening.group(1), []
        elif fence is not None and opening:
            if title is not None:
                steps = sections[title]
                steps.append(Step(title, len(steps) + 1, textwrap.dedent("\n".join(lines)) + "\n"))
            fence = None
        elif fence is not None:
            lines.append(line)
        elif line.startswith("## "):
            title = None
        elif line.startswith("### "):
            title = line.removeprefix("### ").strip()
            if title in sections:
                raise ValueError(f"{path}: two sections are called {title!r}")
            sections[title] = []
    if fence is not None:
        raise ValueError(f"{path}: a command block is not closed")
    return sections


def places(path=RUNBOOK):
    """The names that the commands use for places: [("JOURNAL", "/var/lib/whistle/journal"), …]."""
    block = re.search(rf"^## {PLACES_SECTION}$.*?^```\n(.*?)^```$", path.read_text(), re.M | re.S)
    if block is None:
        raise ValueError(f"{path}: no block of places under {PLACES_SECTION!r}")
    return re.findall(r"^export ([A-Z_]+)=(\S+)", block.group(1), re.M)


def main():
    if len(sys.argv) != 3 or not sys.argv[2].isdigit():
        sys.exit(__doc__)
    found = read().get(sys.argv[1])
    if found is None:
        sys.exit(f"no section {sys.argv[1]!r}; there are: {', '.join(read())}")
    if not 1 <= int(sys.argv[2]) <= len(found):
        sys.exit(f"{sys.argv[1]!r} has steps 1 to {len(found)}")
    print(found[int(sys.argv[2]) - 1].commands, end="")


if __name__ == "__main__":
    main()
