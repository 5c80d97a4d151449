"""Thumbnails of a folder: what is written, and what is said of files, folders and outputs that are no good."""
import json
import os
import tempfile
import unittest

from program import PICTURE, Case, chunks_of, run

SMALL = ("-p", "n=6", "-p", "width=120", "-p", "height=90", "-p", "size=40", "--warmup", "0", "--reps", "1")
ONCE = ("--warmup", "0", "--reps", "1")


class Thumbnails(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def content(*path):
        with open(os.path.join(*path), "rb") as file:
            return file.read()

    def photos(self):
        """A folder of six good images, which thumbnails were written to."""
        self.good("run", "thumbnails", *SMALL, "-p", f"output={self.path('photos')}")
        return self.path("photos")

    def test_thumbnails_are_the_same_on_every_backend(self):
        written = {}
        for backend in [each["name"] for each in self.document("list")["backends"] if each["available"]]:
            target = self.path(backend)
            document = self.document("run", "thumbnails", *SMALL, "--backend", backend, "--threads", "2", "-p",
                                     f"output={target}")
            self.assertIs(document["correct"], True)
            self.assertEqual(document["failures"], [])
            written[backend] = {name: self.content(target, name) for name in os.listdir(target)}
            self.assertEqual(len(written[backend]), 6)
        for backend, files in written.items():
            self.assertEqual(files, written["sequential"], backend)

    def test_a_broken_image_is_listed_and_the_others_are_written(self):
        photos = self.photos()
        broken = os.path.join(photos, "image-000002.jpg")
        with open(broken, "r+b") as file:
            file.truncate(os.path.getsize(broken) - 30)
        target = self.path("out")
        done = run("run", "thumbnails", *ONCE, "-p", f"input={photos}", "-p", f"output={target}", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        document = json.loads(done.stdout)
        self.assertIs(document["correct"], True)
        self.assertEqual(document["parameters"]["n"], 6)
        self.assertEqual(document["failures"], [{"item": broken, "error": "Premature end of JPEG file"}])
        self.assertIn("1 item of the input failed", done.stderr)
        self.assertEqual(len(os.listdir(target)), 5)

    def test_an_output_where_nothing_can_be_written_names_each_item_and_exits_3(self):
        done = run("run", "thumbnails", *SMALL, "-p", "output=/proc/self/fd", "--json")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("none of 6 thumbnails could be written", done.stderr)
        self.assertIn("6 items of the input failed", done.stderr)
        failures = json.loads(done.stdout)["failures"]
        self.assertEqual([failure["item"] for failure in failures],
                         [f"image-00000{i}.{'png' if i == 4 else 'jpg'}" for i in range(1, 7)])

    def test_the_folder_of_the_input_is_never_the_output(self):
        photos = self.photos()
        self.refused(2, "input and output are the same folder", "run", "thumbnails", "-p", f"input={photos}", "-p",
                     f"output={photos}/.")

    def test_a_folder_that_is_none_exits_3(self):
        self.refused(3, "there is no folder", "run", "thumbnails", "-p", f"input={self.path('nowhere')}")
        self.refused(3, "holds no image", "run", "thumbnails", "-p", f"input={self.folder}")
        self.refused(3, "there is no folder", "run", "thumbnails", *SMALL, "-p", f"output={self.path('no/such')}")

    def test_the_sheet_of_the_thumbnails_is_the_picture_of_a_recording(self):
        recording = self.path("run.grain")
        self.good("run", "thumbnails", *SMALL, "--record", recording)
        pictures = [json.loads(chunk.text()) for chunk in chunks_of(recording) if chunk.is_note(PICTURE)]
        # Six tiles of 84 x 63, three in a row.
        self.assertEqual([(p["shape"], p["columns"], p["rows"]) for p in pictures], [("grid", 252, 126)])


if __name__ == "__main__":
    unittest.main()
