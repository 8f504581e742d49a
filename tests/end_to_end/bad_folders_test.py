#!/usr/bin/env python3
"""Starts whistled where it must not start, and stops it when it does not suit: the answer is clear, and nothing is lost.

    build/python/bin/python tests/end_to_end/bad_folders_test.py [NAME-OF-A-TEST…]

Some tests need a disk that is full or a user who is not root; where this machine does not permit one way, the other is taken, and the
table says which. The last thing printed is the table: bad input → answer.
"""

import contextlib
import hashlib
import os
import pathlib
import resource
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import unittest

import grpc

import journal_check
from answer_table import AnswerTable
from harness import (
    WHISTLED,
    Whistled,
    contact_fields,
    found_registry,
    handled_case,
    heads,
    new_request_id,
    running,
    scratch,
)

TABLE = AnswerTable("bad input")
NOBODY = 65534
# whistle.operations.v1.ProjectionHealth
LIVE, DIVERGED = 2, 4


def tearDownModule():
    TABLE.print()


class Refused(unittest.TestCase):
    def refused(self, what, server, *words, **changes):
        """Starting `server` so ends by itself, unsuccessfully, saying all `words`."""
        status, said = server.refuses(**changes)
        last = [line for line in said.splitlines() if line][-1] if said else ""
        TABLE.note(what, f"exit {status}: {last}")
        self.assertNotEqual(status, 0, f"{what}: {said}")
        self.assertGreater(status, 0, f"{what}: ended by a signal: {said}")
        for word in words:
            self.assertIn(word, said, what)

    def founded(self, server):
        """One handled case in the server's folder, and no process; (case, its heads)."""
        server.start()
        with server.client() as client:
            found_registry(client)
            case_id = handled_case(client)
            told = heads(client, case_id)
        self.assertEqual(server.stop(), 0)
        return case_id, told

    def still_there(self, server, case_id, told):
        server.start()
        with server.client() as client:
            self.assertEqual(heads(client, case_id), told)
        self.assertEqual(server.stop(), 0)


class TheWrongFolder(Refused):
    def test_started_twice_on_one_folder(self):
        with running() as server, server.client() as client:
            found_registry(client)
            case_id = handled_case(client)
            self.refused("whistled started twice on one folder", server, str(server.journal_dir), str(server.process.pid))
            # Also where only the projections are shared.
            self.refused("the same, with another journal", server, journal=f"embedded:{server.folder}/other")
            client.call("IntakeService/RecordContact", contact_fields(case_id))
            self.assertEqual(server.stop(), 0)

    def test_with_the_other_clock_kind(self):
        with scratch() as folder:
            server = Whistled(folder / "real")
            case_id, told = self.founded(server)
            self.refused("a real journal with --clock=virtual", server, "--clock=real", clock="virtual")
            self.still_there(server, case_id, told)
            server = Whistled(folder / "virtual", clock="virtual")
            case_id, told = self.founded(server)
            self.refused("a virtual journal with --clock=real", server, "--clock=virtual", clock="real")
            self.still_there(server, case_id, told)

    def test_on_an_address_that_is_not_loopback(self):
        with scratch() as folder:
            server = Whistled(folder / "none")
            for address in ("0.0.0.0:0", "[::]:0", "192.0.2.1:7100", "example.org:7100", "nonsense"):
                self.refused(f"--listen={address}", server, "loopback", listen=address)
                self.assertFalse(server.journal_dir.exists(), "a refused start made a journal")
            self.refused("--metrics_listen=0.0.0.0:0", server, "loopback", metrics_listen="0.0.0.0:0")

    def test_on_a_port_in_use(self):
        with scratch() as folder:
            server = Whistled(folder / "whistled")
            case_id, told = self.founded(server)
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", 0))
                taken.listen()
                port = taken.getsockname()[1]
                self.refused("a port in use", server, f"127.0.0.1:{port}", listen=f"127.0.0.1:{port}")
                self.refused("a metrics port in use", server, str(port), metrics_listen=f"127.0.0.1:{port}")
            self.still_there(server, case_id, told)

    def test_in_a_folder_of_another_format_version(self):
        with scratch() as folder:
            server = Whistled(folder / "whistled")
            case_id, told = self.founded(server)
            stamp = server.data_dir / "response" / "FORMAT"
            before = stamp.read_bytes()
            stamp.write_bytes(before.replace(b" 2", b" 3"))
            self.refused("projections of a newer format version", server, "format 3", "program's 2", str(stamp.parent))
            # An older one is derived from the journal like any other: it is built anew.
            stamp.write_bytes(before.replace(b" 2", b" 1"))
            self.still_there(server, case_id, told)
            self.assertEqual(stamp.read_bytes(), before)

            mark = server.journal_dir / "store" / "mark"
            before = mark.read_bytes()
            mark.write_bytes(of_version_2(before))
            self.refused("a journal of another format version", server, "version")
            mark.write_bytes(before)
            self.still_there(server, case_id, told)

    def test_in_a_folder_of_something_else(self):
        with scratch() as folder:
            server = Whistled(folder / "whistled")
            server.journal_dir.mkdir(parents=True)
            (server.journal_dir / "letter.txt").write_text("Dear all")
            self.refused("a folder that holds something else", server, str(server.journal_dir))
            self.assertEqual((server.journal_dir / "letter.txt").read_text(), "Dear all")

    def test_in_a_folder_that_is_read_only(self):
        with as_somebody() as (folder, start_as):
            server = Whistled(folder / "whistled")
            server.command_line = start_as(server.command_line)
            case_id, told = self.founded(server)
            for part, what in ((server.journal_dir, "a journal"), (server.data_dir, "projections")):
                with read_only(part):
                    self.refused(f"{what} in a read-only folder", server, str(part))
            with read_only(server.folder):
                fresh = {"journal": f"embedded:{server.folder}/new-journal", "data": f"{server.folder}/new-data"}
                self.refused("a new journal in a read-only folder", server, "new-journal", **fresh)
            self.still_there(server, case_id, told)


class AFullDisk(Refused):
    def test_at_the_start(self):
        with small_disk(16) as folder:
            if folder is None:
                self.skipTest("this machine permits no mount: the journal's own tests fill a disk through a faulty one")
            self.refused("a new journal on a full disk", Whistled(folder / "whistled"), "free")

    def test_while_it_serves(self):
        with small_disk(160) as folder:
            if folder is None:
                with scratch() as unlimited:
                    self.fills_up(Whistled(unlimited / "whistled"), "a limit on file sizes", limit=8 << 20)
            else:
                self.fills_up(Whistled(folder / "whistled"), "a disk of 160 MiB", filler=folder / "filler")

    def fills_up(self, server, how, filler=None, limit=None):
        if limit is not None:
            server.launch = limited_launch(server, limit)
        server.start()
        acknowledged, refusals = [], []
        with server.client("filler") as client:
            found_registry(client)
            case_id = handled_case(client)
            if filler is not None:
                fill(filler)
            text = "x" * 2000
            for _ in range(20_000):
                request_id = new_request_id()
                try:
                    fields = contact_fields(case_id, request_id, note=text)
                    acknowledged.append((request_id, client.call("IntakeService/RecordContact", fields).receipt))
                except grpc.RpcError as error:
                    refusals.append(error)
                    break
            self.assertTrue(refusals, "the disk never filled up")
            self.assertIn(refusals[0].code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED))
            told = f"{refusals[0].code().name}: {refusals[0].details()}"
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.process.wait(5)
            if server.process.poll() is None:
                status = client.call("OperationsService/GetProjectionStatus")
                ill = [p for s in status.projections for p in s.partitions if p.health != LIVE]
                told += f"; {len(ill)} partition says so in its status" if ill else ""
                self.assertNotIn(DIVERGED, [p.health for p in ill], "a full disk is no divergence")
        ended = server.process.poll()
        TABLE.note(f"a disk that fills up while serving ({how})", f"{told}; then " + (f"exit {ended}" if ended is not None else "it serves on"))
        self.assertNotEqual(ended, 0)
        if ended is None:
            server.stop()
        server.process = None
        if filler is not None:
            filler.unlink()
        if limit is not None:
            del server.launch
        # With room again everything that was acknowledged is there, and the command that was not can be given again.
        server.start()
        with server.client("filler") as client:
            client.call("IntakeService/RecordContact", contact_fields(case_id, request_id, note=text))
            journal = journal_check.read(client)
            for one, receipt in acknowledged:
                journal_check.check_receipt(journal, "filler", one, receipt)
            journal_check.check_at_most_once(journal)
            journal_check.check_projections(client, journal)
        self.assertEqual(server.stop(), 0)


class Stopped(Refused):
    def test_by_sigterm_in_mid_load(self):
        with running() as server:
            with server.client() as client:
                found_registry(client)
                case_id = handled_case(client)
            names = [f"loader-{n}" for n in range(8)]
            clients = [server.client(name) for name in names]
            calls, seen, enough = [], [0], threading.Event()

            def answered(_):
                seen[0] += 1
                if seen[0] >= 200:
                    enough.set()

            # While the server stands still they pile up before it; so most of them are under way when it is told to stop.
            server.process.send_signal(signal.SIGSTOP)
            for number in range(2400):
                request_id = f"load-{number}"
                call = clients[number % 8].start("IntakeService/RecordContact", contact_fields(case_id, request_id))
                call.add_done_callback(answered)
                calls.append((number, request_id, call))
            server.process.send_signal(signal.SIGCONT)
            self.assertTrue(enough.wait(60), "nothing was answered")
            self.assertEqual(server.stop(), 0)
            acknowledged, refused = [], {}
            for number, request_id, call in calls:
                try:
                    acknowledged.append((names[number % 8], request_id, call.result().receipt))
                except grpc.RpcError as error:
                    refused.setdefault(error.code().name, []).append(error.details())
            self.assertLessEqual(set(refused), {"UNAVAILABLE"})
            for client in clients:
                client.close()

            server.start()
            with server.client() as client:
                journal = journal_check.read(client)
                for name, request_id, receipt in acknowledged:
                    journal_check.check_receipt(journal, name, request_id, receipt)
                # What was finished was also answered: nothing happened that nobody was told of.
                loaded = [r for r in journal.requests if r[2].startswith("load-")]
                unanswered = len(loaded) - len(acknowledged)
                journal_check.check_projections(client, journal)
                refusals = "; ".join(f"{len(t)} {code}: {t[0]}" for code, t in sorted(refused.items()))
                TABLE.note(
                    "SIGTERM in mid-load",
                    f"exit 0; of {len(calls)} commands {len(acknowledged)} acknowledged, {unanswered} recorded and not answered; {refusals}",
                )
                self.assertEqual(unanswered, 0)
            self.assertEqual(server.stop(), 0)


def of_version_2(mark):
    """Both slots of a journal's mark, as another format version would have them (libs/journal/embedded/README.md)."""
    out = bytearray(mark)
    for slot in (0, 4096):
        body_bytes = struct.unpack_from("<I", out, slot + 12)[0]
        if out[slot : slot + 8] != b"WHSTMARK":
            continue
        struct.pack_into("<I", out, slot + 8, 2)
        end = slot + 16 + body_bytes
        out[end : end + 8] = hashlib.sha256(bytes(out[slot:end])).digest()[:8]
    return bytes(out)


@contextlib.contextmanager
def read_only(folder):
    """Takes away the right to write, from the folder and all that is in it."""
    modes = {}
    for path in [folder, *folder.rglob("*")]:
        modes[path] = path.stat().st_mode
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            with contextlib.suppress(FileNotFoundError):
                path.chmod(mode)


@contextlib.contextmanager
def as_somebody():
    """A scratch folder, and what turns a command line into one that runs as somebody whom permissions bind (root they do not)."""
    if os.geteuid() != 0:
        with scratch() as folder:
            yield folder, lambda command_line: command_line
        return
    with scratch() as folder:
        # Where the build lies, nobody else may be able to look.
        program = folder / "whistled-program"
        shutil.copy2(WHISTLED, program)
        folder.chmod(0o755)
        (folder / "whistled").mkdir()
        os.chown(folder / "whistled", NOBODY, NOBODY)

        def wrapped(command_line):
            def changed(**changes):
                command = command_line(**changes)
                who = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
                return [*who, str(program), *command[1:]]

            return changed

        yield folder, wrapped


@contextlib.contextmanager
def small_disk(mebibytes):
    """A folder on a disk of that size; None where this machine permits no mount."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="whistle-disk-"))
    mounted = (
        os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
        == 0
    )
    try:
        yield folder if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def fill(path):
    """Writes until the disk is full."""
    with open(path, "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while file.write(b"\0" * (1 << 20)):
                pass
        with contextlib.suppress(OSError):
            while file.write(b"\0" * 4096):
                pass


def limited_launch(server, file_bytes_max):
    """Starts whistled so that no file of it may grow beyond the limit: a write then fails as on a full disk (EFBIG)."""

    def launch():
        server.folder.mkdir(parents=True, exist_ok=True)
        with open(server.log_file, "ab") as log:
            server._log_from = log.tell()
            server.process = subprocess.Popen(
                server.command_line(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # SIGXFSZ stays ignored, as Python has it, so that the write fails instead of killing the process.
                restore_signals=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes_max, file_bytes_max)),
            )
        return server

    return launch


if __name__ == "__main__":
    unittest.main(verbosity=2)
