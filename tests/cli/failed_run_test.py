"""A run that answers wrongly or throws fails, keeps what it measured, and says why in one line."""
import json
import os
import unittest

import program

program.CLI = os.environ["GRAINSCOPE_FAULTY_CLI"]

from program import WARNING, Case, Live, run  # noqa: E402  (after the program was chosen)


class FailedRun(Case):
    def test_a_wrong_answer_exits_1_with_the_samples_and_correct_false(self):
        done = run("run", "faulty", "-p", "fails-at=3", "--reps", "5", "--warmup", "1", "--json")
        self.assertEqual(done.returncode, 1)
        document = json.loads(done.stdout)
        self.assertIs(document["correct"], False)
        self.assertEqual(len(document["samples_ns"]), 3)  # two right ones and the wrong one
        self.assertEqual(done.stderr.splitlines(), ["grainscope: faulty gave a wrong answer: 2 + 2 is 4, got 5"])

    def test_a_wrong_answer_is_loud_in_the_text_for_people(self):
        done = run("run", "faulty", "-p", "fails-at=2", "--reps", "5", "--warmup", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("WRONG", done.stdout)

    def test_a_wrong_warm_up_is_a_failed_run_too(self):
        done = run("run", "faulty", "--json")
        self.assertEqual(done.returncode, 1)
        self.assertIs(json.loads(done.stdout)["correct"], False)
        self.assertEqual(json.loads(done.stdout)["samples_ns"], [])

    def test_an_exception_gives_its_line_and_keeps_the_samples(self):
        done = run("run", "faulty", "-p", "fails-at=3", "-p", "how=throws", "--reps", "5", "--warmup", "0", "--json")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(json.loads(done.stdout)["samples_ns"]), 3)
        self.assertEqual(done.stderr.splitlines(), ["grainscope: faulty failed while running: the disk is made of cheese"])

    def test_a_sweep_ends_at_a_wrong_answer(self):
        done = run("sweep", "faulty", "-p", "fails-at=4", "--threads", "1,2", "--reps", "5", "--warmup", "0", "--json")
        self.assertEqual(done.returncode, 1)
        document = json.loads(done.stdout)
        self.assertIs(document["correct"], False)
        self.assertIn("wrong answer", done.stderr)

    def test_the_stream_says_what_went_wrong(self):
        live = Live("run", "faulty", "-p", "fails-at=1", "-p", "how=throws", "--reps", "3", "--warmup", "0", "--stream", "-")
        self.assertEqual(live.end(), 1)
        self.assertTrue(any(chunk.is_note(WARNING) and "cheese" in chunk.text() for chunk in live.chunks))

    def test_items_that_fail_one_by_one_are_listed_and_the_run_stands(self):
        done = run("run", "faulty", "-p", "fails-at=1000", "-p", "how=items", "--reps", "3", "--warmup", "0", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["failures"], [{"item": "a.jpg", "error": "it is no picture"},
                                                               {"item": "b.jpg", "error": "it is empty"}])
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("2 items", done.stderr)


if __name__ == "__main__":
    unittest.main()
