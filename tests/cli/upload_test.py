"""Uploads: what is acknowledged is in the store, whatever happens to the program; and what is said of bad stores."""
import http.client
import json
import os
import resource
import signal
import socket
import sqlite3
import subprocess
import tempfile
import unittest

from program import CLI, Case, run

ONCE = ("--warmup", "0", "--reps", "1")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Uploads(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(self.path("key"), "wb") as file:
            file.write(os.urandom(32))
        self.kept = ("-p", f"store={self.path('store')}", "-p", f"key={self.path('key')}")

    def path(self, name):
        return os.path.join(self.folder, name)

    def figures(self, document):
        return {figure["name"]: figure["value"] for figure in document["figures"]}

    def read_back(self):
        """What a run says that takes nothing in and reads all that the store has."""
        return self.document("run", "process-upload", *ONCE, *self.kept, "-p", "n=0")

    def test_made_up_uploads_are_stored_sealed_and_read_back(self):
        document = self.document("run", "process-upload", *ONCE, *self.kept, "-p", "n=30", "-p", "size=2000")
        self.assertIs(document["correct"], True)
        self.assertEqual(document["failures"], [])
        self.assertEqual(self.figures(document)["read_back"], 30)
        self.assertEqual(self.figures(self.read_back())["read_back"], 30)
        with open(self.path("store"), "rb") as file:
            self.assertNotIn(b" the ", file.read())

    def test_killed_at_any_moment_it_has_kept_what_it_acknowledged(self):
        for uploads in (1, 7, 40):
            port = free_port()
            with subprocess.Popen([CLI, "run", "process-upload", *ONCE, *self.kept, "-p", "n=1000000", "-p",
                                   f"listen={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as program:
                acknowledged = self.upload(port, uploads)
                program.send_signal(signal.SIGKILL)
            self.assertEqual(len(acknowledged), uploads)
            document = self.read_back()
            self.assertIs(document["correct"], True)
            self.assertEqual(document["failures"], [])
            with sqlite3.connect(self.path("store")) as store:
                self.assertEqual(store.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
                names = {bytes(name) if isinstance(name, bytes) else name.encode()
                         for (name,) in store.execute("SELECT name FROM items")}
            store.close()
            self.assertLessEqual({name.encode() for name in acknowledged}, names)

    def upload(self, port, count):
        acknowledged = []
        while len(acknowledged) < count:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            try:
                for i in range(len(acknowledged), count):
                    connection.request("PUT", f"/{count}-{i}", body=os.urandom(5000))
                    answer = connection.getresponse()
                    answer.read()
                    self.assertEqual(answer.status, 201)
                    acknowledged.append(f"{count}-{i}")
            except ConnectionRefusedError:
                pass  # it has not begun to listen
            finally:
                connection.close()
        return acknowledged

    def test_a_flipped_bit_is_its_items_failure(self):
        self.document("run", "process-upload", *ONCE, *self.kept, "-p", "n=5", "-p", "size=50000")
        with sqlite3.connect(self.path("store")) as store:
            [(name, sealed)] = store.execute("SELECT name, sealed FROM items LIMIT 1 OFFSET 2")
        store.close()
        with open(self.path("store"), "r+b") as file:
            at = file.read().index(sealed[200:300])
            file.seek(at)
            file.write(bytes([sealed[200] ^ 1]))
        document = self.read_back()
        self.assertEqual(len(document["failures"]), 1)
        self.assertEqual(document["failures"][0]["item"], name.decode() if isinstance(name, bytes) else name)
        self.assertIn("was changed", document["failures"][0]["error"])
        self.assertEqual(self.figures(document)["read_back"], 4)

    def test_a_disk_that_is_full_fails_the_items_that_came_too_late(self):
        done = run("run", "process-upload", *ONCE, *self.kept, "-p", "n=60", "-p", "size=100k", "-p", "batch=1", "--json",
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000)))
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        self.assertIs(document["correct"], True)
        self.assertGreater(len(document["failures"]), 5)
        self.assertLess(len(document["failures"]), 60)
        self.assertIn("items of the input failed", done.stderr)
        self.assertEqual(self.figures(self.read_back())["read_back"], 60 - len(document["failures"]))

    def test_what_is_no_store_or_no_key_is_one_line_and_stays_as_it_is(self):
        self.document("run", "process-upload", *ONCE, *self.kept, "-p", "n=1")
        with open(self.path("text"), "w", encoding="utf-8") as file:
            file.write("a letter to nobody, long enough to be taken for something else, which it is not\n" * 20)
        with open(self.path("short"), "wb") as file:
            file.write(b"short")
        with open(self.path("other"), "wb") as file:
            file.write(os.urandom(32))
        store, key = f"store={self.path('store')}", f"key={self.path('key')}"
        for values, line in (
                ((store, f"key={self.path('other')}"), "was sealed with another key"),
                ((store,), "was sealed with another key"),
                ((f"store={self.path('text')}", key), "text"),
                ((f"store={self.folder}", key), self.folder),
                ((f"store={self.path('no/such')}", key), "no"),
                ((store, f"key={self.path('short')}"), "32 raw bytes"),
                ((store, f"key={self.path('none')}"), "none"),
                ((store, key, f"input={self.path('nowhere')}"), "there is no folder")):
            arguments = [argument for value in values for argument in ("-p", value)]
            self.refused(3, line, "run", "process-upload", *arguments)
        with open(self.path("text"), encoding="utf-8") as file:
            self.assertTrue(file.read().startswith("a letter"))

    def test_an_interrupted_run_keeps_what_it_has(self):
        port = free_port()
        with subprocess.Popen([CLI, "run", "process-upload", *ONCE, *self.kept, "-p", "n=1000000", "-p",
                               f"listen={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as program:
            self.upload(port, 3)
            program.send_signal(signal.SIGINT)
            program.communicate()
        self.assertEqual(program.returncode, 130)
        self.assertEqual(self.figures(self.read_back())["read_back"], 3)


if __name__ == "__main__":
    unittest.main()
