"""What the tests of `whistlectl registry apply` share: a sound file is made wrong in one place, and the answer must say in which."""

import unittest

import grpc
from answer_table import AnswerTable
from harness import found_registry, running, scratch
from whistlectl import run_tool


class WrongFiles(unittest.TestCase):
    """A test names, once for its class, what its files hold and the text of a sound one. All of a class speak to one whistled, in which a small
    registry is in force; what was noted is printed as a table at the end."""

    kind = ""  # as "calendar"
    sound = ""

    @classmethod
    def setUpClass(cls):
        table = AnswerTable(f"wrong {cls.kind}")
        cls.addClassCleanup(table.print)
        cls.note = table.note
        cls.file = cls.enterClassContext(scratch()) / f"{cls.kind}.yaml"
        cls.server = cls.enterClassContext(running())
        cls.client = cls.enterClassContext(cls.server.client())
        found_registry(cls.client)

    def apply(self, text):
        """(exit status, what it said) of `whistlectl registry apply` on a file that holds `text`."""
        self.file.write_text(text)
        status, out, error = run_tool("registry", "apply", self.file, server=self.server)
        return status, (out + error).replace(f"{self.file.parent}/", "").strip()

    def registry_version(self):
        return self.client.call("RegistryService/GetRegistry").version

    def refused(self, what, old, new, at, *words):
        """`old` replaced by `new`; the answer names the line of the changed file on which `at` stands, and says `words`."""
        self.assertEqual(self.sound.count(old), 1, f"{what}: the sound {self.kind} has changed, this test has not")
        text = self.sound.replace(old, new)
        self.assertEqual(text.count(at), 1, f"{what}: {at!r} is to name one line")
        self.refused_text(what, text, text[: text.index(at)].count("\n") + 1, *words)

    def refused_text(self, what, text, line, *words):
        """The same of a whole file, which is wrong in that line."""
        before = self.registry_version()
        status, said = self.apply(text)
        self.note(what, said)
        self.assertEqual(status, 1, f"{what}: {said}")
        self.assertIn(f"{self.file.name}:{line}: ", said, what)
        for word in words:
            self.assertIn(word, said, what)
        self.assertEqual(self.registry_version(), before, f"{what}: something was adopted")

    def refused_by_the_service(self, what, field, rpc, **fields):
        """What a client sends that reads no file is checked the same: the answer names the field."""
        before = self.registry_version()
        with self.assertRaises(grpc.RpcError, msg=what) as caught:
            self.client.command(rpc, who="province", **fields)
        self.note(what, f"{caught.exception.code().name}: {caught.exception.details()}")
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT, what)
        self.assertIn(f"{field}: expected ", caught.exception.details(), what)
        self.assertEqual(self.registry_version(), before, f"{what}: something was adopted")

    def adopted_once(self):
        """The sound file is adopted, and then in force: applied again, it has nothing to record."""
        status, said = self.apply(self.sound)
        self.assertEqual(status, 0, said)
        self.assertIn("1 change recorded", said)
        self.note(f"the {self.kind} that ships", said.splitlines()[-1])
        status, said = self.apply(self.sound)
        self.assertEqual(status, 0, said)
        self.assertIn("nothing to record", said)
