"""The services of a run as processes: several instances of each, hurt and healed one by one."""

import collections
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import grpc

from harness import BUILD, SERVICES, Client

# A service that stops waits up to 15 s for what it accepted (--shutdown_timeout).
STOP_SECONDS_MAX = 30
PAGE_SECONDS = 2
STATUS_SECONDS = 5
POLL_SECONDS = 0.1
SCRAPE_SECONDS = 0.5
PROJECTION_LIVE = 2
TOPICS = {1: "cases", 2: "registry"}
COUNTERS = {"superseded": "whistle_decisions_superseded_total", "redone": "whistle_commands_redone_total"}

HERE = pathlib.Path(__file__).resolve().parent

Place = collections.namedtuple("Place", "offset live reason digest counts")


def compile_wrong_clock(folder):
    """The library that gives one program a wrong clock."""
    library = folder / "wrong_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, HERE / "wrong_clock.c", "-ldl"], check=True)
    return library


def with_wrong_clock(library, offset_seconds):
    """What a program's environment says for a clock that is so far ahead."""
    return {"LD_PRELOAD": str(library), "WRONG_CLOCK_SECONDS": str(offset_seconds)}


class Instance:
    """One process of one service, in all its lives. Signals are sent by the thread of the faults only."""

    def __init__(self, service, number, folder, journal, port, wrong_clock, programs=BUILD / "bin"):
        self.service = service
        self.name = f"{service}-{number}"
        self.folder = folder
        self.journal = journal
        self.address = f"127.0.0.1:{port}"
        self.metrics_address = f"127.0.0.1:{port + 2000}"
        self.log_file = folder / f"{self.name}.log"
        self.process = None
        self.paused = False
        self.lives = 0
        self._wrong_clock = wrong_clock
        self._programs = programs
        # Counted in this life, as last seen.
        self._seen = {}
        self._counted = collections.Counter()
        self._counting = threading.Lock()
        self._client = Client(self.address, "fault-run")

    def __str__(self):
        return self.name

    @property
    def data(self):
        return self.folder / "data" / self.name

    @property
    def meant_to_run(self):
        return self.process is not None

    def start(self, clock_offset_seconds=0):
        assert self.process is None
        environment = dict(os.environ)
        if clock_offset_seconds:
            environment.update(with_wrong_clock(self._wrong_clock, clock_offset_seconds))
        self.lives += 1
        with open(self.log_file, "ab") as log:
            log.write(f"fault-run: life {self.lives}, clock {clock_offset_seconds:+d} s\n".encode())
            log.flush()
            self.process = subprocess.Popen(
                [
                    self._programs / f"whistle-{self.service}", f"--journal={self.journal}", f"--data={self.data}",
                    f"--listen={self.address}", f"--metrics_listen={self.metrics_address}",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True,
            )  # fmt: skip

    def kill(self):
        self._signal(signal.SIGKILL)
        self.process.wait(STOP_SECONDS_MAX)
        self._buried()

    def pause(self):
        self._signal(signal.SIGSTOP)
        self.paused = True

    def resume(self):
        self._signal(signal.SIGCONT)
        self.paused = False

    def stop(self):
        """Cleanly; its exit status, or None if it had to be killed."""
        self._signal(signal.SIGCONT)
        self._signal(signal.SIGTERM)
        try:
            status = self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            status = None
            self.process.kill()
            self.process.wait()
        self._buried()
        return status

    def delete_projection(self):
        assert self.process is None
        shutil.rmtree(self.data)

    def ended_by_itself(self):
        """Its exit status, if it is not running though it should; it counts as stopped then."""
        if not self.is_gone():
            return None
        status = self.process.returncode
        self._buried()
        return status

    def _signal(self, number):
        # Not waited for yet, so the id is still its own.
        self.process.send_signal(number)

    def _buried(self):
        with self._counting:
            self.process = None
            self.paused = False
            self._counted.update(self._seen)
            self._seen = {}

    # What it says.

    def _page(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.metrics_address}{path}", timeout=PAGE_SECONDS) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except (OSError, ValueError):
            return None, ""

    def is_gone(self):
        """It ended by itself, and nobody has taken note yet (ended_by_itself)."""
        return self.process is not None and self.process.poll() is not None

    def health(self):
        """Empty if it is healthy, otherwise why not."""
        if self.is_gone():
            last = self.log_file.read_text(errors="replace").rstrip().rpartition("\n")[2]
            return f"ended with {self.process.returncode}, and said last: {last}"
        status, text = self._page("/healthz")
        if status == 200:
            return ""
        return text.strip() or "does not answer"

    def scrape(self):
        """Looks at the counters, which begin anew with every process."""
        process = self.process
        if process is None or self.paused:
            return
        status, text = self._page("/metrics")
        if status != 200:
            return
        seen = collections.Counter()
        for line in text.splitlines():
            name, _, value = line.rpartition(" ")
            for word, metric in COUNTERS.items():
                if name.partition("{")[0] == metric:
                    seen[word] += int(float(value))
        with self._counting:
            # Of a life that has ended meanwhile the last look was counted already.
            if process is self.process:
                self._seen = seen

    def counted(self):
        with self._counting:
            return self._counted + collections.Counter(self._seen)

    def projection(self):
        """{"cases/3": Place}; None while it does not answer."""
        try:
            answer = self._client.call("OperationsService/GetProjectionStatus", timeout=STATUS_SECONDS)
        except grpc.RpcError:
            return None
        return {
            f"{TOPICS[place.topic]}/{place.partition}": Place(
                place.row.offset, place.health == PROJECTION_LIVE, place.reason, place.row.digest.hex(),
                (place.row.accepted, place.row.superseded, place.row.malformed),
            )
            for projection in answer.projections
            for place in projection.partitions
        }  # fmt: skip

    def close(self):
        self._client.close()


class Fleet:
    """All instances, and the thread that watches their counters."""

    def __init__(self, folder, journal, port, instances, wrong_clock=None, services=SERVICES, programs=BUILD / "bin"):
        self.instances = [
            Instance(service, number, folder, journal, port + (number - 1) * 10 + SERVICES.index(service), wrong_clock, programs)
            for number in range(1, instances + 1)
            for service in services
        ]
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._scrape, name="counters", daemon=True)

    def start(self):
        for instance in self.instances:
            instance.start()
        self._watch.start()

    def add(self, other):
        self.instances += other.instances

    def of(self, service):
        return [instance for instance in self.instances if instance.service == service]

    def meant_to_run(self):
        return [instance for instance in self.instances if instance.meant_to_run and not instance.paused]

    def addresses(self):
        return [instance.address for instance in self.instances]

    def wait_healthy(self, instances, seconds):
        """Those that are not by then, or once one of them has ended, and why: {} is well."""
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while True:
            ill = {str(i): why for i in instances if (why := i.health())}
            if not ill or time.monotonic() > deadline or any(i.is_gone() for i in instances):
                return ill
            pause.wait(POLL_SECONDS)

    def counted(self):
        return sum((instance.counted() for instance in self.instances), collections.Counter())

    def _scrape(self):
        while not self._stop.wait(SCRAPE_SECONDS):
            for instance in self.instances:
                instance.scrape()

    def stop(self):
        """Every process that this started, whatever state it is in."""
        self._stop.set()
        if self._watch.is_alive():
            self._watch.join()
        running = [instance for instance in self.instances if instance.meant_to_run]
        for instance in running:
            for number in (signal.SIGCONT, signal.SIGTERM):
                instance.process.send_signal(number)
        for instance in running:
            instance.stop()
        for instance in self.instances:
            instance.close()
