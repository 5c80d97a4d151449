"""How a workload's data are to be looked at: in the list of workloads, and in the recordings."""
import json
import os
import tempfile
import unittest

from program import PICTURE, Case, chunks_of

PICTURE_KEYS = {"shape", "columns", "rows", "remark", "position", "value"}
CLASSICS = {
    "mandelbrot": ("-p", "width=60", "-p", "height=40", "-p", "iterations=50"),
    "nqueens": ("-p", "n=7"),
    "matmul": ("-p", "n=64", "-p", "tile=16"),
}


def pictures_in(recording):
    """The notes of a recording that say how its frames are to be looked at, in their order."""
    return [json.loads(chunk.text()) for chunk in chunks_of(recording) if chunk.is_note(PICTURE)]


class Pictures(Case):
    def test_every_workload_says_how_its_data_are_to_be_looked_at(self):
        pictures = {workload["name"]: workload["picture"] for workload in self.document("list")["workloads"]}
        for name, picture in pictures.items():
            self.assertEqual(set(picture), PICTURE_KEYS, name)
            self.assertIn(picture["shape"], ("bars", "grid"), name)
            self.assertTrue(1 <= picture["columns"] * picture["rows"] <= 65536, name)
            for key in ("remark", "position", "value"):
                self.assertTrue(picture[key], f"{name}: {key}")
        self.assertEqual(pictures["quicksort"]["shape"], "bars")
        self.assertEqual((pictures["mandelbrot"]["columns"], pictures["mandelbrot"]["rows"]), (256, 160))
        for name in CLASSICS:
            self.assertEqual(pictures[name]["shape"], "grid", name)

    def test_a_recording_carries_the_picture_of_its_parameters(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, (columns, rows) in {"mandelbrot": (60, 40), "nqueens": (7, 7), "matmul": (4, 4)}.items():
                recording = os.path.join(folder, name)
                document = self.document("run", name, *CLASSICS[name], "--reps", "2", "--threads", "2", "--record",
                                         recording)
                self.assertIs(document["correct"], True, name)
                self.assertEqual([(p["shape"], p["columns"], p["rows"]) for p in pictures_in(recording)],
                                 [("grid", columns, rows)], name)

    def test_a_sweep_over_what_changes_the_picture_says_so_each_time(self):
        with tempfile.TemporaryDirectory() as folder:
            recording = os.path.join(folder, "sweep")
            self.document("sweep", "matmul", "-p", "n=64", "--over", "tile=16,32", "--reps", "1", "--warmup", "0",
                          "--record", recording)
            self.assertLessEqual({4, 2}, {picture["columns"] for picture in pictures_in(recording)})

    def test_the_mandelbrot_set_comes_as_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            target = os.path.join(folder, "set.ppm")
            self.document("run", "mandelbrot", *CLASSICS["mandelbrot"], "-p", f"output={target}", "--reps", "1")
            with open(target, "rb") as file:
                image = file.read()
            self.assertTrue(image.startswith(b"P6\n60 40\n255\n"))
            self.assertEqual(len(image), len(b"P6\n60 40\n255\n") + 60 * 40 * 3)


if __name__ == "__main__":
    unittest.main()
