"""What runs tell besides their time: a column a figure in CSV, and in a sweep's table while there are few."""
import csv
import io
import os
import unittest

import program

program.CLI = os.environ["GRAINSCOPE_FAULTY_CLI"]

from program import Case  # noqa: E402  (after the program was chosen)

# Run r tells r kilobytes and r microseconds; without a warm-up the samples are the runs 0, 1 and 2.
RUN = ("faulty", "-p", "fails-at=1000", "--reps", "3", "--warmup", "0")


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class Figures(Case):
    def test_a_run_tells_the_median_of_each_figure(self):
        figures = self.document("run", *RUN, "-p", "figures=2")["figures"]
        self.assertEqual(figures, [
            {"name": "peak_memory_bytes", "label": "Peak memory", "unit": "bytes", "value": 1000},
            {"name": "latency_ns", "label": "Latency", "unit": "ns", "value": 1000}])
        self.assertEqual(self.document("run", *RUN)["figures"], [])

    def test_a_runs_csv_has_each_samples_own_value(self):
        rows = rows_of(self.good("run", *RUN, "-p", "figures=3", "--csv"))
        self.assertEqual([float(row["peak_memory_bytes"]) for row in rows], [0, 1000, 2000])
        self.assertEqual([float(row["latency_ns"]) for row in rows], [0, 1000, 2000])
        self.assertEqual([float(row["plain_2"]) for row in rows], [2, 2, 2])
        self.assertNotIn("latency_ns", self.good("run", *RUN, "--csv"))

    def test_a_sweeps_csv_has_a_column_a_figure(self):
        rows = rows_of(self.good("sweep", *RUN, "-p", "figures=6", "--threads", "1,2", "--csv"))
        self.assertEqual([row["threads"] for row in rows], ["1", "2"])
        document = self.document("sweep", *RUN, "-p", "figures=6", "--threads", "1,2")
        for row, point in zip(rows, document["points"]):
            self.assertEqual(row["plain_5"], "5")
            self.assertGreaterEqual(float(row["peak_memory_bytes"]), 0)
            self.assertEqual([figure["name"] for figure in point["figures"]], list(row)[-6:])

    def test_a_point_without_a_figure_has_an_empty_field(self):
        rows = rows_of(self.good("sweep", *RUN, "--threads", "1", "--over", "figures=1,2", "--csv"))
        self.assertEqual([row["latency_ns"] != "" for row in rows], [False, True])
        self.assertTrue(all(row["peak_memory_bytes"] for row in rows))

    def test_a_table_for_people_shows_up_to_four_figures_with_their_units(self):
        heading = next(line for line in self.good("sweep", *RUN, "-p", "figures=4", "--threads", "1").splitlines()
                       if "median" in line)
        for label in ("peak memory", "latency", "plain 2", "plain 3"):
            self.assertIn(label, heading)
        text = self.good("sweep", *RUN, "-p", "figures=2", "--threads", "1")
        self.assertRegex(text, r"efficiency +peak memory +latency")
        self.assertRegex(text, r"[1-4]\.00 kB +[1-4]\.00 µs")

    def test_a_table_for_people_leaves_five_figures_out(self):
        text = self.good("sweep", *RUN, "-p", "figures=5", "--threads", "1")
        self.assertIn("efficiency", text)
        self.assertNotIn("peak memory", text)


if __name__ == "__main__":
    unittest.main()
