"""The documents that scripts rely on: every key of CLI.md is there, of the right kind, and the numbers agree."""
import csv
import io
import os
import resource
import statistics
import tempfile
import unittest

from program import SMALL, Case, run

RUN_KEYS = {"schema", "workload", "backend", "threads", "parameters", "samples_ns", "median_ns", "ci95_ns", "correct",
            "items_per_second", "workers", "utilisation", "splitting", "dropped_events", "failures", "figures", "trace_level",
            "seed", "machine", "version"}
WORKER_KEYS = {"id", "busy_ns", "searching_ns", "parked_ns", "blocked_ns", "on_cpu_ns", "jobs", "steals",
               "failed_steals", "parks", "wakes"}
POINT_KEYS = {"threads", "backend", "parameters", "samples_ns", "median_ns", "ci95_ns", "speedup", "speedup_ci95",
              "efficiency", "figures"}


def available_backends(case):
    return [backend["name"] for backend in case.document("list")["backends"] if backend["available"]]


class Run(Case):
    def test_the_keys_are_those_of_the_documentation(self):
        document = self.document("run", "quicksort", *SMALL, "--reps", "5", "--threads", "2")
        self.assertEqual(set(document), RUN_KEYS)
        self.assertEqual(set(document["machine"]), {"logical_cores", "physical_cores", "model", "kernel", "load_before"})
        self.assertEqual(len(document["workers"]), 2)
        for worker in document["workers"]:
            self.assertEqual(set(worker), WORKER_KEYS)
            for key in ("busy_ns", "searching_ns", "parked_ns", "blocked_ns", "jobs", "steals"):
                self.assertIsInstance(worker[key], int, key)
        self.assertEqual(document["schema"], 1)
        self.assertEqual(document["seed"], 1)
        self.assertIs(document["correct"], True)
        self.assertEqual(document["failures"], [])
        self.assertEqual(document["parameters"]["n"], 20000)
        self.assertLessEqual({"n", "threshold", "distribution", "type", "pivot", "leaf"}, set(document["parameters"]))

    def test_the_numbers_agree_with_the_samples(self):
        document = self.document("run", "quicksort", "-p", "n=300000", "--reps", "7", "--threads", "2")
        samples = document["samples_ns"]
        self.assertEqual(len(samples), 7)
        self.assertEqual(document["median_ns"], statistics.median(samples))
        low, high = document["ci95_ns"]
        self.assertTrue(min(samples) <= low <= document["median_ns"] <= high <= max(samples))
        self.assertAlmostEqual(document["items_per_second"], 300000 / document["median_ns"] * 1e9, delta=1)
        busy = sum(worker["busy_ns"] for worker in document["workers"])
        self.assertAlmostEqual(document["utilisation"], busy / (2 * sum(samples)), places=9)

    def test_the_states_of_a_worker_fill_the_timed_part_and_no_more(self):
        document = self.document("run", "quicksort", "-p", "n=1e6", "--reps", "5", "--threads", "2")
        total = sum(document["samples_ns"])
        for worker in document["workers"]:
            states = sum(worker[key] for key in ("busy_ns", "searching_ns", "parked_ns", "blocked_ns"))
            self.assertGreaterEqual(states, total * 0.999)
            # Beside the timed part, the readings before and after it; a machine that is busy elsewhere stretches them.
            self.assertLessEqual(states, total * 1.5 + 50e6)

    def test_an_interval_needs_three_samples(self):
        self.assertIsNone(self.document("run", "quicksort", *SMALL, "--reps", "2")["ci95_ns"])
        self.assertIsNotNone(self.document("run", "quicksort", *SMALL, "--reps", "3")["ci95_ns"])

    def test_sequential_ignores_threads_and_reports_one(self):
        document = self.document("run", "quicksort", *SMALL, "--backend", "sequential", "--threads", "7", "--reps", "1")
        self.assertEqual(document["threads"], 1)
        self.assertEqual(len(document["workers"]), 1)

    def test_every_backend_gives_a_row_a_thread_and_null_for_what_it_does_not_know(self):
        for backend in available_backends(self):
            with self.subTest(backend=backend):
                document = self.document("run", "merge-sort", *SMALL, "--backend", backend, "--threads", "2", "--reps", "3")
                self.assertEqual(set(document), RUN_KEYS)
                self.assertEqual(document["backend"], backend)
                self.assertEqual(len(document["workers"]), document["threads"])
                self.assertTrue(document["correct"])
                if backend in ("grainscope", "threads", "sequential"):
                    self.assertTrue(all(isinstance(worker["busy_ns"], int) for worker in document["workers"]))
                    self.assertIsNotNone(document["utilisation"])
                if backend != "grainscope":
                    self.assertTrue(all(worker["steals"] is None for worker in document["workers"]))
                    self.assertTrue(all(worker["searching_ns"] is None for worker in document["workers"]))

    def test_threads_that_have_ended_are_counted(self):
        document = self.document("run", "quicksort", "-p", "n=1e6", "--backend", "threads", "--threads", "2", "--reps", "3")
        for worker in document["workers"]:
            self.assertGreater(worker["on_cpu_ns"], 1_000_000)
            self.assertLessEqual(worker["busy_ns"], sum(document["samples_ns"]) * 1.1)

    def test_the_past_of_the_calling_thread_is_no_work_of_its_row(self):
        # Without a warm-up the data were prepared and hashed just before, by the same thread: ten times the timed part.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        document = self.document("run", "sum", "-p", "n=3e7", "--backend", "sequential", "--reps", "1", "--warmup", "0")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        whole_ns = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e9
        outside_ns = whole_ns - document["samples_ns"][0]
        counted_ns = document["workers"][0]["on_cpu_ns"] - document["samples_ns"][0]
        self.assertLess(counted_ns, outside_ns / 2)

    def test_slow_motion_is_never_a_sample(self):
        document = self.document("run", "quicksort", "-p", "n=2000", "-p", "threshold=500", "-p", "slow=2", "--threads", "2")
        self.assertEqual(document["samples_ns"], [])
        self.assertIsNone(document["median_ns"])
        self.assertIsNone(document["utilisation"])
        self.assertTrue(document["correct"])

    def test_the_seed_makes_the_data(self):
        with tempfile.TemporaryDirectory() as folder:
            outputs = []
            for name, seed in (("a", 1), ("b", 1), ("c", 2)):
                path = os.path.join(folder, name)
                self.good("run", "quicksort", "-p", "n=1000", "-p", f"output={path}", "--reps", 1, "--seed", seed)
                with open(path) as file:
                    outputs.append(file.read())
        self.assertEqual(outputs[0], outputs[1])
        self.assertNotEqual(outputs[0], outputs[2])

    def test_csv_is_one_table_with_a_schema(self):
        rows = list(csv.DictReader(io.StringIO(self.good("run", "quicksort", *SMALL, "--reps", "4", "--csv"))))
        self.assertEqual(len(rows), 4)
        self.assertEqual({row["schema"] for row in rows}, {"1"})
        self.assertTrue(all(int(row["time_ns"]) > 0 for row in rows))

    def test_the_text_for_people_says_whether_the_answer_is_right(self):
        text = self.good("run", "quicksort", *SMALL, "--reps", "3", "--threads", "2")
        self.assertIn("median", text)
        self.assertIn("right", text)

    def test_standard_input_is_not_read_without_control(self):
        reader, writer = os.pipe()
        os.write(writer, b"untouched")
        os.close(writer)
        with os.fdopen(reader, "rb") as stdin:
            self.good("run", "fib", "-p", "n=10", "--reps", "1", stdin=stdin)
            self.assertEqual(stdin.read(), b"untouched")


class Output(Case):
    def test_the_users_file_comes_back_sorted_and_complete(self):
        numbers = [(i * 7919) % 10007 for i in range(5000)]
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "in.txt"), os.path.join(folder, "out.txt")
            with open(source, "w") as file:
                file.writelines(f"{number}\n" for number in numbers)
            for workload in ("quicksort", "merge-sort"):
                document = self.document("run", workload, "-p", f"input={source}", "-p", f"output={target}", "--reps", "2",
                                         "-p", "n=77")
                self.assertEqual(document["parameters"]["n"], 5000)  # the file overrides it
                with open(target) as file:
                    self.assertEqual([int(line) for line in file], sorted(numbers))


class Sweep(Case):
    def test_a_sweep_over_threads_names_its_base_and_fits_its_models(self):
        document = self.document("sweep", "quicksort", *SMALL, "--threads", "1,2,3", "--reps", "3", "--warmup", "1")
        self.assertLessEqual({"schema", "points", "models", "base"}, set(document))
        self.assertEqual([point["threads"] for point in document["points"]], [1, 2, 3])
        medians = []
        for point in document["points"]:
            self.assertEqual(set(point), POINT_KEYS)
            self.assertEqual(len(point["samples_ns"]), 3)
            self.assertEqual(point["median_ns"], statistics.median(point["samples_ns"]))
            self.assertAlmostEqual(point["speedup"], document["base"]["median_ns"] / point["median_ns"])
            self.assertAlmostEqual(point["efficiency"], point["speedup"] / point["threads"])
            low, high = point["speedup_ci95"]
            self.assertLessEqual(low, high)
            medians.append(point["median_ns"])
        self.assertEqual(document["base"]["threads"], 1)
        self.assertLessEqual(document["base"]["median_ns"], medians[0])
        self.assertTrue(0 <= document["models"]["amdahl"]["serial_fraction"] <= 1)
        self.assertEqual(set(document["models"]["usl"]), {"sigma", "kappa", "lambda", "peak_threads"})

    def test_two_thread_counts_are_too_few_for_three_parameters(self):
        document = self.document("sweep", "fib", "-p", "n=12", "--threads", "1,2", "--reps", "2", "--warmup", "0")
        self.assertIsNone(document["models"]["usl"])
        self.assertIsNone(document["points"][0]["ci95_ns"])
        self.assertIsNone(document["points"][0]["speedup_ci95"])

    def test_a_sweep_over_a_threshold_finds_its_plateau(self):
        document = self.document("sweep", "quicksort", "-p", "n=100000", "--over", "threshold=16..1024*4", "--reps", "4",
                                 "--warmup", "1")
        values = [point["parameters"]["threshold"] for point in document["points"]]
        self.assertEqual(values, [16, 64, 256, 1024])
        first, last = document["plateau"]
        self.assertIn(first, values)
        self.assertIn(last, values)
        self.assertTrue(first <= document["recommended"] <= last)

    def test_every_combination_is_measured_once(self):
        document = self.document("sweep", "quicksort", *SMALL, "--threads", "1,2", "--over", "pivot=first,ninther",
                                 "--backends", "grainscope,sequential", "--reps", "1", "--warmup", "0")
        seen = [(point["backend"], point["threads"], point["parameters"]["pivot"]) for point in document["points"]]
        self.assertEqual(len(seen), len(set(seen)))
        self.assertEqual(set(seen), {("grainscope", threads, pivot) for threads in (1, 2) for pivot in ("first", "ninther")} |
                         {("sequential", 1, pivot) for pivot in ("first", "ninther")})

    def test_each_problem_has_a_base_of_its_own(self):
        document = self.document("sweep", "quicksort", "--over", "n=1000..10000*10", "--reps", "1", "--warmup", "0")
        self.assertIsNone(document["base"])
        self.assertEqual([base["parameters"]["n"] for base in document["bases"]], [1000, 10000])

    def test_a_spent_budget_keeps_what_was_measured(self):
        done = run("sweep", "quicksort", *SMALL, "--over", "threshold=16..65536", "--reps", "100000", "--time-budget",
                   "300ms", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("time budget", done.stderr)
        self.assertIn('"points"', done.stdout)

    def test_csv_has_a_row_a_point(self):
        text = self.good("sweep", "quicksort", *SMALL, "--threads", "1,2", "--reps", "3", "--warmup", "0", "--csv")
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual([row["threads"] for row in rows], ["1", "2"])
        self.assertTrue(all(float(row["speedup"]) > 0 for row in rows))


class Tune(Case):
    def test_a_search_gives_a_plateau_and_a_recommendation_inside_it(self):
        document = self.document("tune", "quicksort", "-p", "n=50000", "--over", "threshold=16..4096", "--reps", "5")
        self.assertLessEqual({"schema", "points", "plateau", "recommended", "gain_over_default", "gain_ci95"}, set(document))
        first, last = document["plateau"]
        self.assertTrue(16 <= first <= document["recommended"] <= last <= 4096)
        self.assertGreater(document["gain_over_default"], 0)
        low, high = document["gain_ci95"]
        self.assertLessEqual(low, high)
        for point in document["points"]:
            self.assertEqual(set(point), POINT_KEYS - {"figures"})

    def test_a_word_cannot_be_searched(self):
        self.refused(2, "pivot", "tune", "quicksort", "--over", "pivot=1..4")


class Facts(Case):
    def test_list_describes_what_can_be_launched(self):
        document = self.document("list")
        workloads = {workload["name"]: workload for workload in document["workloads"]}
        self.assertLessEqual({"quicksort", "merge-sort", "fib"}, set(workloads))
        self.assertEqual([backend["name"] for backend in document["backends"]],
                         ["grainscope", "openmp", "tbb", "threads", "sequential"])
        for workload in workloads.values():
            self.assertEqual(set(workload), {"name", "title", "category", "summary", "parameters", "backends",
                                             "picture", "has_stages", "threads_by_default"})
            for parameter in workload["parameters"]:
                self.assertEqual(set(parameter), {"name", "label", "help", "unit", "kind", "path", "default", "minimum", "maximum",
                                                  "logarithmic", "live", "tunable", "choices"})
        threshold = next(p for p in workloads["quicksort"]["parameters"] if p["name"] == "threshold")
        self.assertIsNone(threshold["path"])
        self.assertTrue(threshold["tunable"] and threshold["logarithmic"] and threshold["live"])
        self.assertFalse(workloads["quicksort"]["has_stages"])
        self.assertIsNone(workloads["quicksort"]["threads_by_default"])
        self.assertIn("quicksort", self.good("list"))

    def test_list_says_what_kind_of_path_a_file_is(self):
        paths = {(workload["name"], parameter["name"]): parameter["path"]
                 for workload in self.document("list")["workloads"] for parameter in workload["parameters"]
                 if parameter["kind"] == "file"}
        self.assertEqual(paths["quicksort", "input"], "open_file")
        self.assertEqual(paths["quicksort", "output"], "save_file")
        self.assertEqual(paths["thumbnails", "input"], "open_folder")
        self.assertEqual(paths["thumbnails", "output"], "save_folder")
        self.assertEqual(paths["word-count", "input"], "open_file_or_folder")
        self.assertLessEqual(set(paths.values()),
                             {"open_file", "save_file", "open_folder", "save_folder", "open_file_or_folder"})

    def test_machine_tells_what_may_be_measured(self):
        document = self.document("machine")
        self.assertEqual(document["schema"], 1)
        self.assertEqual(document["logical_cores"], os.sysconf("SC_NPROCESSORS_ONLN"))
        self.assertEqual(document["affinity"], sorted(os.sched_getaffinity(0)))
        for key in ("invariant_tsc", "membarrier", "hardware_counters", "schedstat"):
            self.assertIsInstance(document[key], bool, key)
        self.assertIn("cores", self.good("machine"))

    def test_version_and_help(self):
        self.assertRegex(self.good("--version"), r"^grainscope \d+\.\d+\.\d+\n$")
        self.assertIn("Exit status", self.good("--help"))
        for command in ("list", "run", "sweep", "tune", "analyze", "machine"):
            self.assertIn("Usage: grainscope " + command, self.good(command, "--help"))


if __name__ == "__main__":
    unittest.main()
