"""docs/scaling.md says what the kept sweeps say, and the kept recordings of real runs open and can be analysed."""
import json
import os
import subprocess
import sys
import unittest

from program import Case

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RECORDINGS = os.path.join(ROOT, "tests/fixtures/recordings")
SWEEPS = os.path.join(ROOT, "tests/fixtures/scaling")


class Document(unittest.TestCase):
    def test_the_picture_and_the_tables_are_made_from_the_kept_sweeps(self):
        done = subprocess.run([sys.executable, "-B", os.path.join(ROOT, "docs/images/curves.py"), "--check"],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_kept_sweep_is_right_and_goes_from_1_to_16_threads(self):
        names = sorted(os.listdir(SWEEPS))
        self.assertEqual(len(names), 11)
        for name in names:
            with self.subTest(name=name), open(os.path.join(SWEEPS, name)) as file:
                document = json.load(file)
                self.assertIs(document["correct"], True)
                self.assertEqual(document["machine"]["logical_cores"], 16)
                threads = [point["threads"] for point in document["points"] if point["backend"] == "grainscope"]
                self.assertEqual((threads[0], threads[-1]), (1, 16))
                self.assertTrue(all(point["samples_ns"] for point in document["points"]))


class Recordings(Case):
    def test_analyze_reads_each_recording_of_a_real_run(self):
        for name, least, most in (("quicksort-16", 0.4, 0.6), ("filter-map-16", 0.45, 0.65), ("sum-16", 0.3, 0.5),
                                  ("sum-1", 0.97, 1), ("pipeline-16", 0.9, 1)):
            with self.subTest(name=name):
                document = self.document("analyze", os.path.join(RECORDINGS, name + ".grainscope"))
                self.assertIs(document["complete"], True)
                self.assertEqual(document["dropped_events"], 0)
                self.assertTrue(least <= document["utilisation"] <= most, document["utilisation"])


if __name__ == "__main__":
    unittest.main()
