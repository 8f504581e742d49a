#!/usr/bin/env python3
"""A client that nobody of Whistle wrote, PyPI's grpcio with reflection, learns the contracts from a running whistled and gives commands.

    build/python/bin/python tests/end_to_end/stranger_test.py

It runs stranger.py as a program of its own, which has neither our protos nor anything generated from them.
"""

import json
import pathlib
import subprocess
import sys
import unittest

from harness import found_registry, heads, running

STRANGER = pathlib.Path(__file__).with_name("stranger.py")


class AStranger(unittest.TestCase):
    def ask(self, server, *arguments):
        return subprocess.run(
            [sys.executable, str(STRANGER), server.address, *arguments], capture_output=True, text=True, timeout=60
        )

    def test_registers_a_case_and_reads_it_back(self):
        with running() as server, server.client() as client:
            found_registry(client)
            listed = self.ask(server).stdout
            for area in ("intake", "response", "coordination", "escalation", "registry", "timeline", "operations"):
                self.assertIn(f"whistle.{area}.v1.{area.capitalize()}Service", listed)
            self.assertIn("RegisterCase(whistle.intake.v1.RegisterCaseRequest)", listed)

            command = {
                "context": {"requestId": "stranger-1", "actor": {"kind": "ACTOR_KIND_PETITIONER"}},
                "title": "Building 19 has no gas",
                "demand": "Connect the building.",
                "category": "gas-supply",
                "site": {"siteId": "building-19", "name": "Building 19"},
            }
            registered = self.ask(server, "whistle.intake.v1.IntakeService/RegisterCase", json.dumps(command))
            self.assertEqual(registered.returncode, 0, registered.stderr)
            receipt = json.loads(registered.stdout)["receipt"]
            self.assertEqual(receipt["version"], "1")

            again = self.ask(server, "whistle.intake.v1.IntakeService/RegisterCase", json.dumps(command))
            self.assertTrue(json.loads(again.stdout)["receipt"]["replayed"])

            read = self.ask(server, "whistle.intake.v1.IntakeService/GetCase", json.dumps({"caseId": receipt["caseId"]}))
            self.assertEqual(json.loads(read.stdout)["case"]["demand"], "Connect the building.")
            self.assertEqual({version for version, _ in heads(client, receipt["caseId"]).values()}, {1})

            refused = self.ask(server, "whistle.intake.v1.IntakeService/GetCase", '{"caseId": "nobody"}')
            self.assertEqual(refused.returncode, 1)
            self.assertIn("NOT_FOUND", refused.stderr)
            print(f"a stranger registered case {receipt['caseId']}, version {receipt['version']}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
