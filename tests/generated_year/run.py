#!/usr/bin/env python3
"""A generated year: cases of honest and dishonest departments, and whether Whistle finds what the domain says, no less and no more.

    build/python/bin/python tests/generated_year/run.py [--cases=10000] [--seed=1] [--show=5]

Exit status 0 if nothing was missed and nothing is wrong, 1 otherwise.
"""

import argparse
import collections
import itertools
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "end_to_end")]

from driver import POLICY, STARTS, Pace, Refused, Teller, found_world, timestamp  # noqa: E402
from generator import generate  # noqa: E402
from harness import running  # noqa: E402
from judge import judge, table  # noqa: E402


def parse():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--show", type=int, default=5, metavar="K", help="tell the first K discrepancies with their timelines"
    )
    parser.add_argument("--only", default="", metavar="SEGMENT", help="only the stories of which SEGMENT is a part")
    parser.add_argument(
        "--policy",
        type=pathlib.Path,
        default=POLICY,
        help="the policy that whistled gets; the stories know the default",
    )
    return parser.parse_args()


def show(stories, verdict, count):
    by_number = {story.number: story for story in stories}
    cases = itertools.groupby(verdict.discrepancies[:count], key=lambda discrepancy: discrepancy.case)
    for number, discrepancies in cases:
        story = by_number[number]
        print(f"\ncase {number}, {story.kind}: {', '.join(story.about) or 'nothing special'}")
        for discrepancy in discrepancies:
            print(f"  {discrepancy.what}")
        for sentence in story.sentences():
            print(f"    {sentence}")


def main():
    options = parse()
    year = generate(options.cases, options.seed)
    stories = [story for story in year.stories if not options.only or options.only in story.about]
    kinds = collections.Counter(story.kind for story in stories)
    print(
        f"seed {options.seed}: {len(stories)} cases ({kinds['breach']} dishonest, {kinds['near']} near misses, {kinds['honest']} honest), "
        f"{sum(len(story.steps) for story in stories)} steps",
        flush=True,
    )
    began = time.monotonic()
    with running(clock="virtual", flags=[f"--virtual_start={timestamp(STARTS)}"]) as server, server.client(
        "year"
    ) as client:
        found_world(client, server.address, options.policy)
        teller = Teller(client)
        try:
            teller.tell(stories, Pace(sys.stderr))
        except Refused as refused:
            print(refused)
            return 1
        verdict = judge(stories, list(teller.findings()), teller.escalated())
    seconds = time.monotonic() - began
    show(stories, verdict, options.show)
    print()
    print("\n".join(table(verdict)))
    others = len(verdict.discrepancies) - verdict.missed - verdict.wrong
    print(
        f"\n{len(stories)} cases in {seconds:.0f} s: missed {verdict.missed}, wrong {verdict.wrong}, "
        f"escalated by itself with nothing found {others}"
    )
    return 0 if verdict.good else 1


if __name__ == "__main__":
    sys.exit(main())
