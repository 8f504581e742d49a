"""whistlectl as an operator's script runs it: to its end, with nobody at a terminal who could be asked."""

import subprocess

from harness import BUILD

# The deeper runs take minutes; what hangs in a short one is ended by ctest before.
TOOL_SECONDS_MAX = 900


def command_line(*words, server=None):
    """`server`: the Whistled that is asked. Without one the words say where the journal or the projections are."""
    target = [f"--target={server.address}"] if server else []
    return [str(BUILD / "bin" / "whistlectl"), *map(str, words), *target]


def run_tool(*words, server=None):
    """(exit status, stdout, stderr)"""
    done = subprocess.run(
        command_line(*words, server=server),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TOOL_SECONDS_MAX,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def ask(*words, server=None):
    """What it said, having done as it was told."""
    status, out, error = run_tool(*words, server=server)
    assert status == 0, f"whistlectl {' '.join(map(str, words))} → {status}: {out[-3000:]}{error[-3000:]}"
    return out


def refusal(*words, server=None):
    """What it said when it refused."""
    status, out, error = run_tool(*words, server=server)
    assert status == 1, f"whistlectl {' '.join(map(str, words))} was not refused ({status}): {out}{error}"
    return error
