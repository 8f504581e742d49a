"""A machine as the runbook describes one, in a folder: programs, flags, places and units; and the runbook's steps carried out on it, to the letter.

    with World() as world:
        world.start()
        world.run("Full disk", 1)
"""

import json
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "end_to_end"), str(HERE.parent / "kafka" / "fault_run"), str(HERE.parent / "kafka")]

from harness import BUILD, ROOT, Client  # noqa: E402
import steps  # noqa: E402

STEP_SECONDS_MAX = 60
ENV_EXEC = stat.S_IRWXU


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class World:
    """One machine. `folder` may be given, for a disk of one's own; what it starts it also stops."""

    def __init__(self, folder=None, flags=(), brokers=""):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="whistle-runbook-"))
        self.sections = steps.read()
        self.ran = []
        self.port = free_port()
        self.address = f"127.0.0.1:{self.port}"
        self._flags = flags
        self._brokers = brokers
        # Where the services listen that are processes of their own.
        self.services = {}
        self._lay_out()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid_file in (self.folder / "run").glob("*.pid"):
            subprocess.run([HERE / "systemctl", "stop", pid_file.stem], env=self.environment(), check=False)
        if os.environ.get("WHISTLE_KEEP"):
            print(f"kept: {self.folder}", file=sys.stderr)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def place(self, name):
        """What stands in this world for one of the runbook's places."""
        return self.folder / dict(steps.places())[name].strip("/")

    def _lay_out(self):
        """Programs, flags and folders under `folder` where the units and the runbook have them under /."""
        for name in ("bin", "run", "etc/whistle", "var/lib/whistle", "var/backups/whistle", "usr/lib"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "usr/lib/whistle").symlink_to(BUILD / "bin")
        for unit_flags in (ROOT / "deploy" / "systemd").glob("*.flags"):
            text = unit_flags.read_text().replace("/var/lib/whistle", str(self.folder / "var/lib/whistle"))
            text = re.sub(r"(?<=^--metrics_listen=).*$", "127.0.0.1:0", text, flags=re.M)
            if unit_flags.stem == "whistled":
                text = text.replace("127.0.0.1:7100", self.address) + "".join(f"{flag}\n" for flag in self._flags)
            elif self._brokers:
                address = f"127.0.0.1:{free_port()}"
                self.services[unit_flags.stem] = address
                text = re.sub(r"(?<=^--listen=).*$", address, text, flags=re.M)
                text = re.sub(r"(?<=^--journal=).*$", f"kafka:{self._brokers}", text, flags=re.M)
            (self.folder / "etc/whistle" / unit_flags.name).write_text(text)
        (self.folder / "run/places.json").write_text(
            json.dumps({f"/{top}/": f"{self.folder}/{top}/" for top in ("usr/lib/whistle", "etc/whistle", "var/lib/whistle")})
        )
        (self.folder / "bin/systemctl").symlink_to(HERE / "systemctl")
        tool = self.folder / "bin/whistlectl"
        # Its defaults are this machine's.
        (self.folder / "run/target").write_text(f"--target={self.address}\n")
        tool.write_text(f'#!/bin/sh\nexec "{BUILD}/bin/whistlectl" "$@" $(cat "{self.folder}/run/target")\n')
        tool.chmod(ENV_EXEC)

    def environment(self, **more):
        return {
            **os.environ,
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "WORLD": str(self.folder / "run"),
            **{name: str(self.place(name)) for name, _ in steps.places()},
            **{name: str(value) for name, value in more.items()},
        }

    def run(self, section, number, status=0, **variables):
        """Carries out one step; what it printed, both streams. `variables`: what its text says the operator puts in."""
        step = self.sections[section][number - 1]
        self.ran.append(step)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", step.commands], env=self.environment(**variables), cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=STEP_SECONDS_MAX,
        )  # fmt: skip
        print(f"--- {step} (status {done.returncode})\n{step.commands}{done.stdout}", flush=True)
        assert done.returncode == status, f"{step}: status {done.returncode}, expected {status}\n{done.stdout}\n{self.log()}"
        return done.stdout

    def ask_services(self):
        """From now on whistlectl, by default, asks the four services, and not whistled."""
        flags = " ".join(f"--{service}={address}" for service, address in self.services.items())
        (self.folder / "run/target").write_text(f"--target={self.services['intake']} {flags}\n")

    def tool(self, *words):
        done = subprocess.run([self.folder / "bin/whistlectl", *words], capture_output=True, text=True, timeout=STEP_SECONDS_MAX)
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return done.stdout

    def systemctl(self, *words):
        subprocess.run([self.folder / "bin/systemctl", *words], env=self.environment(), check=True)

    def start(self):
        """The machine as it was before anything went wrong."""
        self.systemctl("start", "whistled")
        self.tool("projection", "wait")
        return self

    def stop(self):
        self.systemctl("stop", "whistled")

    def log(self, unit="whistled"):
        try:
            return (self.folder / "run" / f"{unit}.log").read_text(errors="replace")[-6000:]
        except FileNotFoundError:
            return "(nothing was started)"

    def client(self):
        return Client(self.address)
