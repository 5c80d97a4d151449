"""The program under test, and the few ways in which the tests talk to it."""
import json
import os
import struct
import subprocess
import threading
import unittest

CLI = os.environ["GRAINSCOPE_CLI"]
PATIENCE_S = 60  # a hang fails; no test is decided by how long anything takes

SMALL = ["-p", "n=20000"]


def run(*arguments, stdin=subprocess.DEVNULL, **options):
    return subprocess.run([CLI, *map(str, arguments)], stdin=stdin, capture_output=True, text=True,
                          timeout=PATIENCE_S, **options)


class Case(unittest.TestCase):
    def good(self, *arguments, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def document(self, *arguments, **options):
        return json.loads(self.good(*arguments, "--json", **options))

    def refused(self, status, says, *arguments, **options):
        """One clear line on standard error, nothing on standard output."""
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(done.stdout, "")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        self.assertIn(says, lines[0])
        return lines[0]


# -- streams: docs/stream-format.md, as far as the tests look ---------------------------------------------------------

PREAMBLE_BYTES = 16
HEADER, PHASE_BEGIN, PHASE_END, VERDICT, SAMPLES, NOTE, CLOSE = 1, 3, 4, 5, 7, 9, 10
PREPARE, WARMUP, SAMPLE, CHECK, PAUSED = range(5)
PARAMETERS, POINT, WARNING, RESULT, PROGRESS, PICTURE = range(6)


class Chunk:
    def __init__(self, kind, payload):
        self.kind = kind
        self.ticks, self.monotonic_ns = struct.unpack_from("<QQ", payload)
        self.rest = payload[16:]

    def is_phase(self, begin_or_end, kind):
        return self.kind == begin_or_end and self.rest[0] == kind

    def is_discarded(self):
        return bool(self.rest[-1] & 1)

    def is_note(self, kind):
        return self.kind == NOTE and self.rest[0] == kind

    def text(self):
        return bytes(self.rest[1 if self.kind == NOTE else 0:]).decode()


class Parser:
    """Whole chunks, as they arrive."""

    def __init__(self):
        self.at = PREAMBLE_BYTES
        self.chunks = []

    def parse(self, data):
        while len(data) >= self.at + 8:
            length = int.from_bytes(data[self.at + 1:self.at + 4], "little")
            if len(data) < self.at + 8 + length:
                break
            self.chunks.append(Chunk(data[self.at], bytes(data[self.at + 8:self.at + 8 + length])))
            self.at += 8 + length
        return self.chunks


def chunks_of(path):
    with open(path, "rb") as file:
        return Parser().parse(file.read())


class Live:
    """A child that streams: its chunks as they come, and commands to it."""

    def __init__(self, *arguments):
        self.child = subprocess.Popen([CLI, *map(str, arguments)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE)
        self.data = bytearray()
        self.parser = Parser()
        self.grown = threading.Condition()
        self.ended = False
        self.errors = ""
        self.readers = [threading.Thread(target=self._read), threading.Thread(target=self._read_errors)]
        for reader in self.readers:
            reader.start()

    def _read(self):
        while block := os.read(self.child.stdout.fileno(), 1 << 16):
            with self.grown:
                self.data += block
                self.parser.parse(self.data)
                self.grown.notify_all()
        with self.grown:
            self.ended = True
            self.grown.notify_all()

    def _read_errors(self):
        self.errors = self.child.stderr.read().decode()

    @property
    def chunks(self):
        return self.parser.chunks

    def wait_for(self, wanted, what, after=0, count=1):
        """Waits for the count-th chunk that is wanted, from place `after` on; the place behind it."""
        def place():
            left = count
            for at in range(after, len(self.chunks)):
                left -= wanted(self.chunks[at])
                if left == 0:
                    return at + 1
            return None
        with self.grown:
            self.grown.wait_for(lambda: place() is not None or self.ended, PATIENCE_S)
            found = place()
        if found is None:
            self.child.kill()
            self.end()
            raise AssertionError(f"the stream never showed {what}: {self.errors}")
        return found

    def tell(self, command):
        self.child.stdin.write(json.dumps(command).encode() + b"\n")
        self.child.stdin.flush()

    def end(self):
        """Waits for the end; the exit status."""
        try:
            status = self.child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            status = self.child.wait()
        for reader in self.readers:
            reader.join()
        for pipe in (self.child.stdout, self.child.stderr, self.child.stdin):
            pipe.close()
        return status

    def result(self):
        assert self.chunks[-1].kind == CLOSE, "the stream is not complete"
        return json.loads(self.chunks[-1].text())
