"""What the checker's tests share: a story in which nothing is wrong, and the checker run on it or on what became of it."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import check_journal
from made_up import World


def story():
    """Two cases, two clients, every kind of answer; nothing is wrong."""
    world = World()
    gas = world.register("hotline", "r-1")
    world.contact(gas, "hotline", "r-2")
    world.event("response", gas, "bureau", "b-1", "response_requested", question="When?")
    world.event("response", gas, "bureau", "b-2", "condition_imposed", text="new meters")
    water = world.register("website", "w-1")
    # Another's decision comes first: this attempt does not count, is decided again, and that counts.
    stale = world.decision("intake", gas, "website", "w-2", {"contact_recorded": {}}, parent=world.heads[gas][0][1])
    world.put(stale, counts=False)
    world.contact(gas, "website", "w-2")
    world.contact(water, "hotline", "r-3")
    # A retry gets the first receipt.
    again = world.receipt(gas, world.heads[gas][1], replayed=True)
    world.now_ms += 2000
    world.call("hotline", "r-2", "whistle.intake.v1.IntakeService/RecordContact", gas, receipt=again)
    # It waited too long on its way: too late to count, and the client was told that nobody knows.
    late = world.decision("intake", water, "website", "w-3", {"contact_recorded": {}})
    world.put(late, counts=False, stamp_ms=world.now_ms + 16_000)
    world.now_ms += 16_000
    world.call("website", "w-3", "whistle.intake.v1.IntakeService/RecordContact", water, error={"code": "UNAVAILABLE"})
    world.refused("hotline", "r-4", gas, "ALREADY", "condition_open", "since event 4.1")
    world.refused("hotline", "r-5", "0" * 24, "NOT_FOUND", "unknown_case")
    world.refused("hotline", "r-2", gas, "REQUEST_ID_REUSED", "request_id_reused", fingerprint="00" * 32)
    world.refused("hotline", "r-6", gas, "ILLEGAL", "case_not_closed", "the case is registered")
    world.call("hotline", "r-7", "whistle.intake.v1.IntakeService/CloseCase", gas, error={"code": "ABORTED"})
    return world, gas, water


class CheckerTest(unittest.TestCase):
    def run_checker(self, world, said=None, *options):
        """(exit status, what it printed)"""
        with tempfile.TemporaryDirectory() as folder, io.StringIO() as out:
            folder = pathlib.Path(folder)
            (folder / "records").write_text("\n".join(world.record_lines()))
            (folder / "calls").write_text("\n".join(world.call_lines()))
            arguments = ["--records", str(folder / "records"), "--told", str(folder / "calls"), *options]
            if said is not None:
                (folder / "said").write_text(json.dumps(said))
                arguments += ["--said", str(folder / "said")]
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                status = check_journal.main(arguments)
            return status, out.getvalue()

    def assert_clean(self, world, said=None, *options):
        status, out = self.run_checker(world, said, *options)
        self.assertEqual(status, 0, out)
        return out

    def assert_names(self, name, world, said=None, *options, more=()):
        """It names that fault, and no other but those of `more`, which follow from it."""
        status, out = self.run_checker(world, said, *options)
        self.assertEqual(status, 1, out)
        named = {line.partition(":")[0] for line in out.splitlines()[:-1] if not line.startswith("malformed")}
        self.assertIn(name, named, out)
        self.assertLessEqual(named, {name, *more}, out)
        return out
