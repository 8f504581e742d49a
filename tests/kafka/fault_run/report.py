"""check_journal.py at the end of a run, and what its last line says."""

import os
import re
import subprocess

from harness import BUILD, ROOT

CHECKER = ROOT / "tests" / "kafka" / "check_journal.py"
COUNT = re.compile(r"([a-z-]+) (\d+)")
# A busy machine hands over an answer late; a service that waits for a dead reader is later than this.
LATE_MS = 2000


class CannotCheck(Exception):
    pass


def check(brokers, told_file, services, folder, *further):
    """{"lost": 0, …} as the checker's last line counts; everything that it said is in check.log. `services` may be none."""
    command = [
        CHECKER, f"--brokers={brokers.addresses}", f"--told={told_file}", *([f"--services={','.join(services)}"] if services else []),
        f"--late-ms={LATE_MS}", f"--build={BUILD}", *further,
    ]  # fmt: skip
    with open(folder / "check.log", "w", encoding="utf-8") as log:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "WHISTLE_BUILD": str(BUILD)},
            start_new_session=True,
        )  # fmt: skip
    said = (folder / "check.log").read_text()
    lines = said.splitlines()
    if done.returncode not in (0, 1) or not lines:
        raise CannotCheck(f"check_journal.py: exit status {done.returncode}: {said.strip()[-2000:]}")
    counts = {word: int(number) for word, number in COUNT.findall(lines[-1])}
    if "lost" not in counts:
        raise CannotCheck(f"check_journal.py did not end with its counts: {lines[-1]}")
    return counts, lines, done.returncode == 0
