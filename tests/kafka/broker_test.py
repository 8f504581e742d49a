#!/usr/bin/python3
"""tools/kafka/broker as somebody meets it who starts, repeats, collides, stops and wipes.

    tests/kafka/broker_test.py            needs Java and Kafka's jars; where they cannot be had it says so and ends with status 77
    tests/kafka/broker_test.py --three    three nodes, killed and paused one after another

Nodes of its own, in a folder of its own with a space in its name, on ports that are free now.
"""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BROKER = ROOT / "tools" / "kafka" / "broker"
# What the script says when Kafka cannot be had, and what ctest takes for "did not run".
STATUS_CANNOT_BE_HAD = 3
STATUS_SKIPPED = 77
CONTROLLER_PORT_STEP = 100
RUN_SECONDS_MAX = 240
# Java, Maven and the jars, where there is nothing yet.
INSTALL_SECONDS_MAX = 840


def listen(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def free_port(nodes):
    """The first of as many that are free, and the controllers' beside them; below those that the system hands out by itself."""
    for port in range(20000 + os.getpid() % 1000 * 5, 32000):
        try:
            with contextlib.ExitStack() as stack:
                for number in range(port, port + nodes):
                    stack.enter_context(listen(number))
                    stack.enter_context(listen(number + CONTROLLER_PORT_STEP))
                return port
        except OSError:
            continue
    raise AssertionError("no free port")


def run_broker(folder, *arguments, timeout=RUN_SECONDS_MAX, **environment):
    clean = {name: value for name, value in os.environ.items() if name != "WHISTLE_KAFKA"}
    return subprocess.run(
        [BROKER, *arguments], env={**clean, "WHISTLE_VAR": str(folder), **environment}, cwd="/",
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout,
    )  # fmt: skip


class Cluster(unittest.TestCase):
    nodes = 1

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="whistle broker "))
        cls.port = free_port(cls.nodes)
        cls.address = ",".join(f"127.0.0.1:{cls.port + n}" for n in range(cls.nodes))

    @classmethod
    def tearDownClass(cls):
        run_broker(cls.folder, "wipe")
        shutil.rmtree(cls.folder)

    def broker(self, *arguments, status=0, **environment):
        """What it said, once its exit status is as expected."""
        done = run_broker(self.folder, *arguments, **environment)
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, status, said)
        return said

    def node_process(self):
        return int(re.search(r"process (\d+)", run_broker(self.folder, "status").stdout).group(1))


class BrokerTest(Cluster):
    # In the order of their names: each goes on where the one before it ended.

    def test_1_nothing_is_there_at_first(self):
        self.assertIn("holds no data", self.broker("status", status=1))
        self.assertIn("no Kafka", self.broker("stop"))
        self.assertIn("start", self.broker("env", status=1))

    def test_2_a_port_in_use_is_named_with_who_holds_it(self):
        for port in (self.port, self.port + CONTROLLER_PORT_STEP):
            with listen(port):
                said = self.broker("start", f"--port={self.port}", status=1)
                self.assertIn(f"port {port} on 127.0.0.1", said)
                self.assertIn(f"process {os.getpid()}", said)

    def test_3_started_it_is_ready(self):
        said = self.broker("start", f"--port={self.port}")
        self.assertRegex(said, f"ready after .* at {self.address}: a record was written and read back")
        self.assertIn("running", self.broker("status"))
        self.assertEqual(self.broker("env").strip(), f"WHISTLE_KAFKA={self.address}")

    def test_4_started_again_it_is_the_same_process(self):
        process = self.node_process()
        self.assertIn("already running", self.broker("start"))
        self.assertEqual(self.node_process(), process)
        self.assertIn("wipe it first", self.broker("start", "--nodes=3", status=1))

    def test_5_used_as_anothers_it_is_checked_and_not_touched(self):
        elsewhere = {"WHISTLE_KAFKA": self.address, "WHISTLE_VAR": str(self.folder / "elsewhere")}
        process = self.node_process()
        for command in ("start", "status"):
            self.assertIn(f"using WHISTLE_KAFKA={self.address}", self.broker(command, **elsewhere))
        for command in (["stop"], ["wipe"], ["kill", "1"]):
            self.assertIn("not ours", self.broker(*command, status=1, **elsewhere))
        with listen(0) as silent:
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            said = self.broker("status", status=1, WHISTLE_KAFKA=address, WHISTLE_VAR=elsewhere["WHISTLE_VAR"])
            self.assertIn(f"WHISTLE_KAFKA={address} is not ready", said)
        self.assertEqual(self.node_process(), process)

    def test_6_a_process_that_took_over_the_id_is_left_alone(self):
        process = self.folder / "kafka" / "node-1" / "process"
        kept = process.read_text()
        # The same id, but started at another time: what a reused id looks like.
        process.write_text(re.sub(r'"started_ticks": "\d+"', '"started_ticks": "1"', kept))
        self.assertIn("no Kafka of this working copy is running", self.broker("stop"))
        self.assertIn(f"port {self.port} on 127.0.0.1", self.broker("start", status=1))
        process.write_text(kept)
        self.assertIn("already running", self.broker("start"))

    def test_7_paused_and_killed_it_comes_back(self):
        process = self.node_process()
        self.assertIn("paused", self.broker("pause", "1"))
        self.assertIn("running", self.broker("resume", "1"))
        self.assertIn("stopped", self.broker("kill", "1"))
        self.assertIn("not running", self.broker("kill", "1", status=1))
        self.assertIn("is back", self.broker("restart", "1"))
        self.assertNotEqual(self.node_process(), process)

    def test_8_stopped_and_stopped_again(self):
        process = self.node_process()
        os.kill(process, signal.SIGSTOP)
        self.assertIn("stopped", self.broker("stop"), "a paused one stops too")
        self.assertFalse(pathlib.Path(f"/proc/{process}/cwd").exists())
        self.assertIn("no Kafka of this working copy is running", self.broker("stop"))
        self.assertIn("stopped", self.broker("status", status=1))

    def test_9_wiped_nothing_is_left(self):
        self.assertIn("is empty", self.broker("wipe"))
        self.assertEqual([entry.name for entry in (self.folder / "kafka").iterdir()], ["lock"])
        self.assertIn("is empty", self.broker("wipe"))


class ThreeNodes(Cluster):
    nodes = 3

    def wait_status(self, status):
        """A change of leaders takes as long as a broker's session, 9 s."""
        deadline = time.monotonic() + 60
        while (done := run_broker(self.folder, "status")).returncode != status:
            self.assertLess(time.monotonic(), deadline, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_one_may_be_gone_and_two_may_not(self):
        self.assertIn("ready after", self.broker("start", "--nodes=3", f"--port={self.port}"))
        self.assertEqual(self.broker("env").strip(), f"WHISTLE_KAFKA={self.address}")
        for gone in ("1", "2", "3"):
            self.broker("kill", gone)
            self.wait_status(0)
            self.assertIn("is back", self.broker("restart", gone))
        self.broker("pause", "2")
        self.wait_status(0)
        self.broker("kill", "3")
        self.assertIn("not ready", self.wait_status(1))
        self.broker("resume", "2")
        self.wait_status(0)
        self.assertIn("starting node 3 of 3", self.broker("start"))
        for number in ("1", "2", "3"):
            self.assertIn("is back", self.broker("restart", number))
        self.broker("stop")
        self.assertIn("ready after", self.broker("start"))


def main():
    done = run_broker(tempfile.gettempdir(), "install", timeout=INSTALL_SECONDS_MAX)
    if done.returncode == STATUS_CANNOT_BE_HAD:
        print(done.stdout + done.stderr)
        print("SKIPPED: there is no Kafka to test with on this machine; the reason is above")
        sys.exit(STATUS_SKIPPED)
    tests = "ThreeNodes" if "--three" in sys.argv else "BrokerTest"
    unittest.main(argv=sys.argv[:1], defaultTest=tests, verbosity=2)


if __name__ == "__main__":
    main()
