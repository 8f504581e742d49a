#!/usr/bin/env python3
"""Holds the table "What must always hold" of tests/README.md to the truth: each of the nine is there, and each test it names is one of ctest's.

    tests/architecture/promises_test.py README BUILD-FOLDER
"""

import pathlib
import re
import subprocess
import sys

PROMISES = 9
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| (.+) \|$")


def names_of_tests(build):
    listed = subprocess.run(["ctest", "--test-dir", build, "-N"], check=True, capture_output=True, text=True).stdout
    return re.findall(r"Test +#\d+: (\S+)", listed)


def complaints(readme, tests):
    """What is not as the table says."""
    section = readme.partition("## What must always hold")[2].partition("\n## ")[0]
    rows = {int(m[1]): m for m in map(ROW.match, section.splitlines()) if m}
    for number in range(1, PROMISES + 1):
        if number not in rows:
            yield f"promise {number} has no row"
            continue
        named = re.findall(r"`([^`]+)`", rows[number][3])
        if len(named) < 2:
            yield f"promise {number} is held by fewer than two tests: {named}"
        for name in named:
            # A whole name, or the whole of its first parts.
            if not any(test == name or test.startswith((f"{name}.", f"{name}/")) for test in tests):
                yield f"promise {number} names {name}, which is no test of ctest's"


def main():
    readme = pathlib.Path(sys.argv[1]).read_text()
    tests = names_of_tests(sys.argv[2])
    found = list(complaints(readme, tests))
    # It bites: a table without its first row, or with a test that is gone.
    assert any("promise 1 " in c for c in complaints(readme.replace("| 1 |", "| x |"), tests))
    assert any("no test" in c for c in complaints(readme, [test for test in tests if "kill_loop" not in test]))
    if found:
        sys.exit("\n".join(found))
    print(f"OK: {PROMISES} promises, each named test is one of {len(tests)}")


if __name__ == "__main__":
    main()
