"""The workloads over parallel iterators: their answers, how they were cut, the user's files, and what is wrong with them."""
import json
import os
import tempfile
import unittest

from program import Case, run

SPLITTING_KEYS = {"grain", "grain_origin", "item_ns", "items", "pieces", "splits_at_start", "splits_on_demand",
                  "splits_by_max_len", "migrated"}
SMALL = {"sum": ["-p", "n=100k"], "filter-map": ["-p", "n=100k"], "process-chunks": ["-p", "n=50k"],
         "word-count": ["-p", "size=0.2"], "par-sort": ["-p", "n=100k"]}


def available_backends(case):
    return [backend["name"] for backend in case.document("list")["backends"] if backend["available"]]


class Answers(Case):
    def test_every_workload_is_right_on_every_backend(self):
        for backend in available_backends(self):
            for workload, small in SMALL.items():
                with self.subTest(workload=workload, backend=backend):
                    document = self.document("run", workload, *small, "--backend", backend, "--threads", "2", "--reps", "2")
                    self.assertIs(document["correct"], True)
                    self.assertEqual(len(document["samples_ns"]), 2)
                    self.assertEqual(len(document["workers"]), document["threads"])
                    self.assertEqual(document["failures"], [])

    def test_a_recorded_run_is_right_as_well(self):
        with tempfile.TemporaryDirectory() as folder:
            for workload, small in SMALL.items():
                with self.subTest(workload=workload):
                    path = os.path.join(folder, workload)
                    document = self.document("run", workload, *small, "--threads", "2", "--reps", "2", "--record", path)
                    self.assertIs(document["correct"], True)
                    self.assertGreater(os.path.getsize(path), 0)


class Splitting(Case):
    def test_a_run_tells_how_it_was_cut(self):
        document = self.document("run", "sum", "-p", "n=1M", "--threads", "2", "--reps", "3")
        splitting = document["splitting"]
        self.assertEqual(set(splitting), SPLITTING_KEYS)
        self.assertEqual(splitting["grain_origin"], "probed")
        self.assertEqual(splitting["items"], 1_000_000)
        self.assertGreaterEqual(splitting["grain"], 1)
        self.assertGreaterEqual(splitting["pieces"], 1 + splitting["splits_at_start"] + splitting["splits_on_demand"])

    def test_a_grain_that_was_given_is_the_grain(self):
        document = self.document("run", "sum", "-p", "n=1M", "-p", "grain=5000", "--threads", "2", "--reps", "1")
        self.assertEqual(document["splitting"]["grain_origin"], "given")
        self.assertEqual(document["splitting"]["grain"], 5000)
        self.assertIsNone(document["splitting"]["item_ns"])

    def test_who_does_not_tell_is_unknown(self):
        self.assertIsNone(self.document("run", "sum", *SMALL["sum"], "--backend", "sequential", "--reps", "1")["splitting"])
        self.assertIsNone(self.document("run", "quicksort", "-p", "n=20000", "--reps", "1")["splitting"])

    def test_people_read_a_sentence(self):
        self.assertRegex(self.good("run", "sum", "-p", "n=1M", "--threads", "2", "--reps", "1"),
                         r"Grain [\d,]+ items? \(a probe took [\d.]+ .s an item\); [\d,]+ pieces?: [\d,]+ at the start")
        self.assertIn("Grain 5,000 items (as given);",
                      self.good("run", "sum", "-p", "n=1M", "-p", "grain=5000", "--threads", "2", "--reps", "1"))
        self.assertNotIn("Grain ", self.good("run", "sum", *SMALL["sum"], "--backend", "sequential", "--reps", "1"))


class Studies(Case):
    def test_the_grain_can_be_searched(self):
        document = self.document("tune", "sum", "-p", "n=300k", "--over", "grain=64..65536", "--reps", "3")
        first, last = document["plateau"]
        self.assertTrue(64 <= first <= document["recommended"] <= last <= 65536)

    def test_the_number_of_chunks_can_be_swept(self):
        document = self.document("sweep", "process-chunks", "-p", "n=20k", "--over", "chunks=1,4,16", "--reps", "2",
                                 "--warmup", "0")
        self.assertEqual([point["parameters"]["chunks"] for point in document["points"]], [1, 4, 16])
        self.assertIs(document["correct"], True)

    def test_backends_can_be_compared(self):
        document = self.document("sweep", "word-count", "-p", "size=0.2", "--threads", "1,2", "--backends",
                                 "grainscope,threads,sequential", "--reps", "2", "--warmup", "0")
        self.assertIs(document["correct"], True)
        self.assertEqual(len(document["points"]), 5)


class Files(Case):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name, content=None):
        path = os.path.join(self.folder.name, name)
        if content is not None:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content)
        return path

    def test_a_folder_of_texts_is_counted_and_what_is_no_text_is_listed(self):
        self.path("texts/a.txt", b"to be or not to be")
        self.path("texts/deep/er/b.txt", b"that is the question")
        binary = self.path("texts/deep/picture.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF")
        target = self.path("counts")
        done = run("run", "word-count", "-p", f"input={self.path('texts')}", "-p", f"output={target}", "--reps", "1",
                   "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        self.assertIs(document["correct"], True)
        self.assertEqual(document["failures"], [{"item": binary, "error": "is no text: byte 5 is zero"}])
        self.assertIn("1 item of the input failed", done.stderr)
        with open(target) as file:
            lines = file.read().splitlines()
        self.assertEqual(lines[:3], ["2\tbe", "2\tto", "1\tis"])
        self.assertEqual(len(lines), 8)

    def test_one_file_is_counted(self):
        text = self.path("text", ("word " * 1000 + "end").encode())
        target = self.path("counts")
        self.good("run", "word-count", "-p", f"input={text}", "-p", f"output={target}", "--reps", "1")
        with open(target) as file:
            self.assertEqual(file.read(), "1000\tword\n1\tend\n")

    def test_a_text_that_is_none_exits_3(self):
        self.refused(3, "there is no file", "run", "word-count", "-p", f"input={self.path('nowhere')}")
        self.refused(3, "is no text: byte 3 is zero", "run", "word-count", "-p", f"input={self.path('b', bytes([65, 66, 0]))}")
        self.refused(3, "holds no word", "run", "word-count", "-p", f"input={self.path('empty', b'')}")
        os.mkdir(self.path("folder"))
        self.refused(3, "holds no file", "run", "word-count", "-p", f"input={self.path('folder')}")

    def test_values_to_add_come_from_a_file_of_lines_or_of_bytes(self):
        lines = self.path("lines", b"1.5\n-2\n3e2\n")
        document = self.document("run", "sum", "-p", f"input={lines}", "--reps", "1")
        self.assertIs(document["correct"], True)
        self.assertEqual(document["parameters"]["n"], 3)
        words = self.path("words", (7).to_bytes(8, "little") * 1000)
        document = self.document("run", "sum", "-p", f"input={words}", "-p", "format=binary", "-p", "type=i64", "--reps", "1")
        self.assertEqual(document["parameters"]["n"], 1000)
        self.refused(3, "line 2", "run", "sum", "-p", f"input={self.path('bad', b'1' + bytes([10]) + b'x')}")
        self.refused(3, "not a whole number of values", "run", "sum", "-p", "format=binary", "-p",
                     f"input={self.path('cut', bytes(9))}")

    def test_an_output_that_cannot_be_written_is_refused_before_the_work(self):
        self.refused(3, "cannot be written", "run", "word-count", "-p", "size=0.01", "-p", "output=/no/such/folder/out")


class BadValues(Case):
    def test_a_value_out_of_range_names_the_range(self):
        self.refused(2, "share must be between 0 and 1", "run", "filter-map", "-p", "share=1.5")
        self.refused(2, "grain must be between 0 and 1000000000", "run", "sum", "-p", "grain=-1")
        self.refused(2, "chunks must be between 1 and 100000", "run", "process-chunks", "-p", "chunks=0")
        self.refused(2, "vocabulary must be between 1 and", "run", "word-count", "-p", "vocabulary=0")
        self.refused(2, "operation has no choice", "run", "sum", "-p", "operation=product")
        self.refused(2, 'did you mean "stable"', "run", "par-sort", "-p", "stabel=true")

    def test_what_does_not_fit_into_memory_exits_1(self):
        self.refused(1, "n = 100000000000000 needs", "run", "sum", "-p", "n=100T")
        self.refused(1, "size = 1000000 MB needs", "run", "word-count", "-p", "size=1e6")


if __name__ == "__main__":
    unittest.main()
