"""What is wrong on a command line, in a file or with the machine is said in one clear line, with the right exit status."""
import os
import struct
import subprocess
import tempfile
import unittest

from program import CLI, SMALL, Case, run


class CommandLine(Case):
    def test_no_command_lists_the_commands(self):
        self.refused(2, "list, run, sweep, tune, analyze, machine")

    def test_an_unknown_command_lists_the_commands(self):
        for command in ("frobnicate", "export", "compare", "runs", "record", "attach", "new-workload"):
            self.refused(2, "the commands are list, run, sweep, tune, analyze, machine", command)

    def test_an_unknown_workload_names_the_nearest(self):
        self.refused(2, 'did you mean "quicksort"', "run", "quiksort")
        self.refused(2, 'did you mean "merge-sort"', "sweep", "mergesort", "--threads", "1")

    def test_an_unknown_parameter_names_the_nearest(self):
        self.refused(2, 'did you mean "threshold"', "run", "quicksort", "-p", "treshold=3")
        self.refused(2, 'did you mean "threshold"', "sweep", "quicksort", "--over", "treshold=1..4")
        self.refused(2, 'did you mean "threshold"', "tune", "quicksort", "--over", "treshold=1..4")

    def test_an_unknown_backend_names_the_nearest(self):
        self.refused(2, 'did you mean "openmp"', "run", "quicksort", "--backend", "opnmp")
        self.refused(2, 'did you mean "openmp"', "sweep", "quicksort", "--threads", "1", "--backends", "grainscope,opnmp")

    def test_an_unknown_option_names_the_nearest(self):
        self.refused(2, "did you mean --reps", "run", "quicksort", "--repz", "3")

    def test_a_value_out_of_range_names_the_range(self):
        self.refused(2, "threshold must be between 1 and", "run", "quicksort", "-p", "threshold=0")

    def test_a_value_of_the_wrong_type_says_what_would_be_right(self):
        self.refused(2, "threshold must be a whole number", "run", "quicksort", "-p", "threshold=abc")
        self.refused(2, "pivot has no choice", "run", "quicksort", "-p", "pivot=middle")
        self.refused(2, "-p takes NAME=VALUE", "run", "quicksort", "-p", "threshold")

    def test_thread_counts_are_zero_to_1024(self):
        for wrong in ("-1", "100000", "1025", "two", "1.5"):
            self.refused(2, "threads must be 0 (one a core) to 1,024", "run", "quicksort", "--threads", wrong)
        self.refused(2, "threads must be 0 (one a core) to 1,024", "sweep", "quicksort", "--threads", "1,-1")

    def test_numbers_of_runs_are_checked(self):
        self.refused(2, "--reps must be", "run", "quicksort", "--reps", "0")
        self.refused(2, "--warmup must be", "run", "quicksort", "--warmup", "-1")
        self.refused(2, "--seed must be", "run", "quicksort", "--seed", "x")

    def test_two_masters_of_standard_output_are_refused(self):
        self.refused(2, "--stream - owns standard output", "run", "quicksort", "--stream", "-", "--json")
        self.refused(2, "--stream - owns standard output", "sweep", "quicksort", "--threads", "1", "--stream", "-", "--csv")
        self.refused(2, "give one of them", "run", "quicksort", "--json", "--csv")

    def test_a_stream_goes_to_standard_output_or_a_socket(self):
        self.refused(2, "--stream must be", "run", "quicksort", "--stream", "tcp:1234")

    def test_a_missing_value_or_workload_is_named(self):
        self.refused(2, "--threads needs a value", "run", "quicksort", "--threads")
        self.refused(2, "run needs a workload", "run")
        self.refused(2, "analyze needs a recording", "analyze")

    def test_a_study_needs_something_to_vary(self):
        self.refused(2, "--threads 1,2,4 or --over", "sweep", "quicksort")
        self.refused(2, "--over NAME=LO..HI", "tune", "quicksort")
        self.refused(2, "runs backwards", "sweep", "quicksort", "--over", "threshold=64..16")
        self.refused(2, "is no range", "tune", "quicksort", "--over", "threshold=5")

    def test_slow_motion_is_no_study(self):
        self.refused(2, "slow motion", "sweep", "quicksort", "--threads", "1", "-p", "slow=3")

    def test_the_level_of_tracing_is_one_of_three(self):
        self.refused(2, "off, states or tasks", "run", "quicksort", "--trace", "all")

    def test_zero_threads_are_one_a_core(self):
        document = self.document("run", "quicksort", *SMALL, "--threads", "0", "--reps", "1")
        self.assertEqual(document["threads"], len(os.sched_getaffinity(0)))


class Machine(Case):
    def test_memory_that_is_not_there_is_refused_before_it_is_touched(self):
        self.refused(1, "memory", "run", "quicksort", "-p", "n=1e13")

    def test_a_full_standard_output_is_file_trouble(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([CLI, "list"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("could not be written", done.stderr)


class Files(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_an_input_that_cannot_be_read_exits_3(self):
        missing = os.path.join(self.folder, "missing.txt")
        self.refused(3, missing, "run", "quicksort", "-p", f"input={missing}")
        self.refused(3, "director", "run", "quicksort", "-p", f"input={self.folder}")
        self.refused(3, "empty", "run", "quicksort", "-p", "input=" + self.file("empty.txt", b""))
        if os.geteuid() != 0:
            locked = self.file("locked.txt", b"1\n")
            os.chmod(locked, 0)
            self.refused(3, locked, "run", "quicksort", "-p", f"input={locked}")

    def test_a_malformed_line_is_named(self):
        line = self.refused(3, "line 3", "run", "quicksort", "-p", "input=" + self.file("bad.txt", b"5\n7\nseven\n9\n"))
        self.assertIn("bad.txt", line)

    def test_half_a_number_is_refused(self):
        half = self.file("half.bin", struct.pack("<Q", 1) + b"\x01\x02\x03")
        self.refused(3, "half.bin", "run", "quicksort", "-p", f"input={half}", "-p", "format=binary")

    def test_a_recording_that_cannot_be_written_exits_3_before_anything_runs(self):
        self.refused(3, "cannot write", "run", "quicksort", *SMALL, "--record", os.path.join(self.folder, "no", "such", "a"))
        self.refused(3, self.folder, "run", "quicksort", *SMALL, "--record", self.folder)

    def test_a_socket_nobody_listens_at_exits_3(self):
        self.refused(3, "cannot connect", "run", "quicksort", *SMALL, "--stream", "unix:" + os.path.join(self.folder, "s"))

    def test_what_is_no_recording_exits_3(self):
        self.refused(3, "no such file", "analyze", os.path.join(self.folder, "missing"))
        self.refused(3, "directory", "analyze", self.folder)
        self.refused(3, "empty", "analyze", self.file("empty", b""))
        self.refused(3, "recording", "analyze", self.file("text", b"hello, this is a text file\n"))

    def test_a_full_disk_while_recording_leaves_the_result_and_exits_3(self):
        done = run("run", "quicksort", *SMALL, "--reps", "3", "--json", "--record", "/dev/full")
        self.assertEqual(done.returncode, 3)
        self.assertIn('"samples_ns"', done.stdout)
        self.assertIn("/dev/full", done.stderr)

    def test_an_output_that_cannot_be_written_exits_3(self):
        done = run("run", "quicksort", *SMALL, "--reps", "1", "-p", "output=" + os.path.join(self.folder, "no", "out.txt"))
        self.assertEqual(done.returncode, 3, done.stderr)


if __name__ == "__main__":
    unittest.main()
