"""A run that is steered while it goes on, and one that is ended from outside. The tests wait for chunks, never for time."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from program import (CHECK, CLI, CLOSE, HEADER, PARAMETERS, PATIENCE_S, PAUSED, PHASE_BEGIN, PHASE_END, POINT, PREPARE,
                     PROGRESS, SAMPLE, SMALL, VERDICT, WARMUP, WARNING, Case, Live, Parser, chunks_of)

LOOP = ["run", "quicksort", "-p", "n=200000", "--threads", "2", "--loop", "--control", "--stream", "-", "--warmup", "0"]


def sample_begins(chunk):
    return chunk.is_phase(PHASE_BEGIN, SAMPLE)


def sample_ends(chunk):
    return chunk.is_phase(PHASE_END, SAMPLE)


def parameter_is(name, value):
    return lambda chunk: chunk.is_note(PARAMETERS) and json.loads(chunk.text())[name] == value


class Loop(Case):
    def start(self, *arguments):
        live = Live(*arguments)
        self.addCleanup(lambda: live.child.poll() is None and live.child.kill())
        return live

    def finish(self, live, status=0):
        live.tell({"do": "stop"})
        self.assertEqual(live.end(), status, live.errors)
        return live.result()

    def test_it_repeats_until_it_is_told_to_stop(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "twenty samples", count=20)
        document = self.finish(live)
        self.assertGreaterEqual(len(document["samples_ns"]), 20)
        self.assertTrue(document["correct"])

    def test_the_end_of_standard_input_means_stop(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "a sample")
        live.child.stdin.close()
        self.assertEqual(live.end(), 0, live.errors)
        self.assertTrue(live.result()["samples_ns"])

    def test_a_new_value_counts_from_the_next_repetition_on(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "two samples", count=2)
        live.tell({"set": {"threshold": 4096, "pivot": "ninther"}})
        at = live.wait_for(parameter_is("pivot", "ninther"), "the new parameters")
        live.wait_for(sample_ends, "three samples more", after=at, count=3)
        document = self.finish(live)
        self.assertEqual(document["parameters"]["threshold"], 4096)
        self.assertEqual(document["parameters"]["pivot"], "ninther")
        # Samples of the old value are not in the result.
        notes = [i for i, chunk in enumerate(live.chunks) if chunk.is_note(PARAMETERS)]
        later = sum(sample_ends(chunk) and not chunk.is_discarded() for chunk in live.chunks[notes[-1]:])
        self.assertEqual(len(document["samples_ns"]), later)

    def pause_inside(self, live):
        """Pauses until a pause falls into a repetition, not between two; the place behind its beginning."""
        paused = 0
        while True:
            live.tell({"do": "pause"})
            paused = live.wait_for(lambda chunk: chunk.is_phase(PHASE_BEGIN, PAUSED), "a pause", after=paused)
            begun = sum(chunk.is_phase(PHASE_BEGIN, SAMPLE) for chunk in live.chunks[:paused])
            ended = sum(sample_ends(chunk) for chunk in live.chunks[:paused])
            if begun > ended:
                return paused
            live.tell({"do": "resume"})
            live.wait_for(lambda chunk: chunk.is_phase(PHASE_END, PAUSED), "the pause's end", after=paused)

    def test_a_pause_between_two_repetitions_is_told_too(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "a sample")
        paused = 0
        while True:
            live.tell({"do": "pause"})
            paused = live.wait_for(lambda chunk: chunk.is_phase(PHASE_BEGIN, PAUSED), "a pause", after=paused)
            live.tell({"do": "resume"})
            live.wait_for(lambda chunk: chunk.is_phase(PHASE_END, PAUSED), "the pause's end", after=paused)
            begun = sum(chunk.is_phase(PHASE_BEGIN, SAMPLE) for chunk in live.chunks[:paused])
            if begun == sum(sample_ends(chunk) for chunk in live.chunks[:paused]):
                break
        self.finish(live)

    def test_a_change_cancels_the_repetition_in_progress(self):
        # Paused, the repetition would never end by itself.
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "a sample")
        paused = self.pause_inside(live)
        live.tell({"set": {"threshold": 999}})
        live.wait_for(parameter_is("threshold", 999), "the new parameters")
        live.wait_for(lambda chunk: sample_ends(chunk) and chunk.is_discarded(), "the discarded repetition", after=paused)
        live.tell({"do": "resume"})
        live.wait_for(lambda chunk: sample_ends(chunk) and not chunk.is_discarded(), "a sample", after=paused)
        self.assertEqual(self.finish(live)["parameters"]["threshold"], 999)

    def test_a_pause_holds_until_resume_and_its_repetition_is_no_sample(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "a sample")
        paused = self.pause_inside(live)
        live.wait_for(lambda chunk: chunk.kind not in (HEADER, SAMPLE), "signs of life", after=paused, count=3)
        live.tell({"do": "resume"})
        ended = live.wait_for(lambda chunk: chunk.is_phase(PHASE_END, PAUSED), "the pause's end", after=paused)
        self.assertFalse(any(sample_ends(chunk) for chunk in live.chunks[paused:ended - 1]))
        at = live.wait_for(sample_ends, "the end of the paused repetition", after=ended)
        self.assertTrue(live.chunks[at - 1].is_discarded())
        self.finish(live)

    def test_steps_alone_bring_a_repetition_to_its_end(self):
        live = self.start("run", "quicksort", "-p", "n=64", "-p", "threshold=16", "-p", "parallel-partition=false",
                          *LOOP[4:])
        live.wait_for(sample_ends, "a sample")
        live.tell({"do": "pause"})
        before = sum(sample_ends(chunk) for chunk in live.chunks)  # one more may be on its way
        for _ in range(1000):
            live.tell({"do": "step"})
        live.wait_for(sample_ends, "repetitions that were stepped through", count=before + 5)
        self.finish(live)

    def test_threads_and_backend_change_like_any_parameter(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "a sample")
        live.tell({"set": {"threads": 3}})
        at = live.wait_for(parameter_is("threads", 3), "three threads")
        live.wait_for(sample_ends, "a sample", after=at, count=2)
        live.tell({"set": {"backend": "sequential"}})
        at = live.wait_for(parameter_is("backend", "sequential"), "the other backend")
        live.wait_for(sample_ends, "a sample", after=at, count=2)
        document = self.finish(live)
        self.assertEqual((document["backend"], document["threads"]), ("sequential", 1))

    def test_a_parameter_of_the_data_prepares_them_again(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "a sample")
        live.tell({"set": {"n": 1000, "distribution": "reversed"}})
        at = live.wait_for(parameter_is("n", 1000), "the new parameters")
        live.wait_for(sample_ends, "a sample", after=at, count=2)
        self.assertGreaterEqual(sum(chunk.is_phase(PHASE_BEGIN, PREPARE) for chunk in live.chunks), 2)
        document = self.finish(live)
        self.assertEqual(document["parameters"]["n"], 1000)
        self.assertTrue(document["correct"])

    def test_what_cannot_be_is_said_and_the_run_goes_on(self):
        live = self.start(*LOOP)
        live.wait_for(sample_ends, "a sample")
        live.tell({"set": {"threshold": 0}})
        live.tell({"set": {"treshold": 5}})
        live.tell({"do": "dance"})
        live.tell(["not", "an", "object"])
        live.tell({"set": {"n": 1e13}})
        warned = live.wait_for(lambda chunk: chunk.is_note(WARNING), "five warnings", count=5)
        live.wait_for(sample_ends, "a sample", after=warned)
        document = self.finish(live)
        self.assertEqual(document["parameters"]["n"], 200000)
        text = live.errors
        for said in ("threshold must be between", 'did you mean "threshold"', '"pause", "resume", "step" or "stop"', "one JSON object a line",
                     "memory"):
            self.assertIn(said, text)


class Ends(Case):
    def test_an_interrupt_keeps_what_was_measured(self):
        live = Live("run", "quicksort", *SMALL, "--loop", "--stream", "-", "--warmup", "0")
        live.wait_for(sample_ends, "three samples", count=3)
        live.child.send_signal(signal.SIGINT)
        self.assertEqual(live.end(), 130)
        self.assertGreaterEqual(len(live.result()["samples_ns"]), 3)
        self.assertIn("interrupted", live.errors)

    def test_an_interrupted_run_still_prints_its_document(self):
        with tempfile.TemporaryDirectory() as folder:
            listener = socket.socket(socket.AF_UNIX)
            self.addCleanup(listener.close)
            listener.bind(os.path.join(folder, "s"))
            listener.listen()
            child = subprocess.Popen([CLI, "run", "quicksort", *SMALL, "--loop", "--json", "--warmup", "0", "--stream",
                                      "unix:" + listener.getsockname()],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(child.stderr.close)
            self.addCleanup(child.stdout.close)
            connection, _ = listener.accept()
            data = bytearray()
            parser = Parser()
            while not sum(sample_ends(chunk) for chunk in parser.parse(data)) >= 3:
                data += connection.recv(1 << 16)
            child.send_signal(signal.SIGINT)
            while block := connection.recv(1 << 16):
                data += block
            connection.close()
            document = json.loads(child.stdout.read())
            self.assertEqual(child.wait(PATIENCE_S), 130)
        self.assertGreaterEqual(len(document["samples_ns"]), 3)
        self.assertEqual(len(document["ci95_ns"]), 2)
        self.assertEqual(parser.parse(data)[-1].kind, CLOSE)

    def test_an_interrupted_sweep_keeps_its_points(self):
        live = Live("sweep", "quicksort", *SMALL, "--threads", "1,2", "--reps", "1000000", "--stream", "-", "--warmup", "0")
        live.wait_for(lambda chunk: chunk.is_note(POINT), "five points", count=5)
        live.child.send_signal(signal.SIGINT)
        self.assertEqual(live.end(), 130)
        document = live.result()
        self.assertGreaterEqual(sum(len(point["samples_ns"]) for point in document["points"]), 3)

    def test_a_reader_that_goes_away_ends_the_run_cleanly(self):
        child = subprocess.Popen([CLI, "run", "quicksort", *SMALL, "--loop", "--stream", "-"], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE)
        child.stdout.read(1)
        child.stdout.close()
        errors = child.stderr.read().decode()
        child.stderr.close()
        self.assertEqual(child.wait(PATIENCE_S), 0, errors)


class Recordings(Case):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "a recording.grainscope")

    def test_a_recording_says_what_the_run_said(self):
        document = self.document("run", "quicksort", "-p", "n=200000", "--threads", "2", "--reps", "4", "--warmup", "2",
                                 "--record", self.path)
        chunks = chunks_of(self.path)
        self.assertEqual(chunks[0].kind, HEADER)
        self.assertEqual(chunks[-1].kind, CLOSE)
        self.assertEqual(json.loads(chunks[-1].text()), document)
        self.assertEqual(sum(chunk.is_phase(PHASE_BEGIN, WARMUP) for chunk in chunks), 2)
        self.assertEqual(sum(chunk.is_phase(PHASE_BEGIN, SAMPLE) for chunk in chunks), 4)
        self.assertEqual(sum(chunk.is_phase(PHASE_BEGIN, CHECK) for chunk in chunks), 6)
        self.assertEqual(sum(chunk.kind == VERDICT for chunk in chunks), 6)

        analysis = self.document("analyze", self.path)
        self.assertEqual(set(analysis), {"schema", "complete", "utilisation", "dropped_events", "idle_ns", "work_ns", "span_ns",
                                         "burdened_span_ns", "parallelism", "steals", "predicted", "check", "advice"})
        self.assertTrue(analysis["complete"])
        self.assertEqual(analysis["dropped_events"], 0)
        self.assertEqual(analysis["steals"], sum(worker["steals"] for worker in document["workers"]))
        self.assertAlmostEqual(analysis["utilisation"], document["utilisation"], delta=0.05)
        self.assertIn("utilisation", self.good("analyze", self.path))

    def test_the_advice_stands_last_and_rests_on_numbers(self):
        # Work of 100 ms and more, so that there is enough to judge by.
        self.good("run", "fib", "-p", "n=27", "-p", "cutoff=20", "--threads", "2", "--reps", "100", "--warmup", "0", "--record",
                  self.path)
        advice = self.document("analyze", self.path)["advice"]
        self.assertEqual(set(advice), {"kind", "sentence", "tool", "confidence", "evidence", "missing"})
        evidence = {known["name"]: known for known in advice["evidence"]}
        if evidence["measured_time"]["value"] >= 50e6:
            self.assertIn(advice["kind"], {"cpu-bound", "starved", "io-bound", "mixed"})
            self.assertIn(advice["confidence"], {"likely", "sure"})
            shares = sum(evidence[name]["value"] for name in ("computing", "waiting_for_io", "asleep_while_busy", "blocked_on_channels",
                                                              "blocked_on_locks", "searching", "parked"))
            self.assertAlmostEqual(shares, 1, delta=1e-6)
        else:
            self.assertIsNone(advice["kind"])
        lines = [line.strip() for line in self.good("analyze", self.path).splitlines() if line.strip()]
        self.assertEqual(lines[-2:] if advice["missing"] else lines[-1:],
                         [text for text in (advice["sentence"], advice["missing"]) if text])

    def test_advice_is_null_where_it_is_not_known(self):
        self.good("run", "quicksort", *SMALL, "--threads", "2", "--reps", "1", "--warmup", "0", "--trace", "off", "--record", self.path)
        advice = self.document("analyze", self.path)["advice"]
        for key in ("kind", "tool", "confidence"):
            self.assertIsNone(advice[key])
        self.assertTrue(advice["sentence"])
        self.assertTrue(advice["missing"])

    def test_recordings_of_other_numbers_of_threads_are_held_against_it(self):
        def record(name, *arguments):
            path = self.path + name
            self.good("run", "fib", "-p", "n=27", *arguments, "--warmup", "0", "--record", path)
            return path
        two = record("two", "-p", "cutoff=20", "--threads", "2", "--reps", "100")
        one = record("one", "-p", "cutoff=20", "--threads", "1", "--reps", "100")
        advice = self.document("analyze", two, "--with", one)["advice"]
        self.assertIn("cpu_time_growth", {known["name"] for known in advice["evidence"]})
        self.assertNotIn("cpu_time_growth", {known["name"] for known in self.document("analyze", two)["advice"]["evidence"]})
        other = record("other", "-p", "cutoff=10", "--threads", "1", "--reps", "1")
        self.refused(2, "its parameters are", "analyze", two, "--with", other)
        self.refused(2, "both have 2 threads", "analyze", two, "--with", two)
        self.refused(3, "no such file", "analyze", two, "--with", self.path + "missing")
        self.refused(2, "--with needs a value", "analyze", two, "--with")

    def test_tasks_give_work_and_span(self):
        self.good("run", "quicksort", *SMALL, "-p", "threshold=1000", "--threads", "2", "--reps", "2", "--trace", "tasks", "--record",
                  self.path)
        analysis = self.document("analyze", self.path)
        self.assertEqual(analysis["dropped_events"], 0)
        self.assertGreaterEqual(analysis["work_ns"], analysis["span_ns"])
        self.assertLessEqual(analysis["span_ns"], analysis["burdened_span_ns"])
        self.assertGreaterEqual(analysis["parallelism"], 1)

    def test_a_recording_that_was_killed_opens_up_to_its_last_whole_chunk(self):
        child = subprocess.Popen([CLI, "run", "quicksort", *SMALL, "--loop", "--warmup", "0", "--record", self.path, "--stream", "-"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        data, parser = bytearray(), Parser()
        while sum(sample_ends(chunk) for chunk in parser.parse(data)) < 5:
            data += os.read(child.stdout.fileno(), 1 << 16)
        child.kill()
        child.stdout.close()
        self.assertEqual(child.wait(PATIENCE_S), -signal.SIGKILL)
        analysis = self.document("analyze", self.path)
        self.assertFalse(analysis["complete"])
        self.assertGreater(analysis["utilisation"], 0)

    def test_the_header_is_there_before_the_input_is_prepared(self):
        # The input is a pipe that nobody has written to: preparing waits, and the header must not.
        fifo = self.path + ".fifo"
        os.mkfifo(fifo)
        child = subprocess.Popen([CLI, "run", "quicksort", "-p", f"input={fifo}", "--reps", "1", "--stream", "-"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.stderr.close)
        data, parser = bytearray(), Parser()
        while not parser.parse(data):
            block = os.read(child.stdout.fileno(), 1 << 16)
            self.assertTrue(block, child.poll())
            data += block
        self.assertEqual(parser.chunks[0].kind, HEADER)
        with open(fifo, "w") as writer:
            writer.write("3\n1\n2\n")
        rest = threading.Thread(target=child.stderr.read)
        rest.start()
        child.stdout.read()
        rest.join()
        self.assertIn(child.wait(PATIENCE_S), (0, 3))


class Studies(Case):
    def test_a_sweep_streams_points_progress_and_its_result(self):
        live = Live("sweep", "quicksort", *SMALL, "--threads", "1,2", "--reps", "3", "--stream", "-", "--warmup", "1")
        self.assertEqual(live.end(), 0, live.errors)
        document = live.result()
        points = [json.loads(chunk.text()) for chunk in live.chunks if chunk.is_note(POINT)]
        last = {point["threads"]: point for point in points}
        for point in document["points"]:
            self.assertEqual(last[point["threads"]]["samples_ns"], point["samples_ns"])
            self.assertEqual(last[point["threads"]]["speedup"], point["speedup"])
        progress = [json.loads(chunk.text()) for chunk in live.chunks if chunk.is_note(PROGRESS)]
        self.assertEqual(progress[-1]["done"], progress[-1]["total"])
        self.assertEqual(set(progress[-1]), {"done", "total", "label"})

    def test_a_search_streams_points_and_its_result(self):
        live = Live("tune", "quicksort", *SMALL, "--over", "threshold=16..1024", "--reps", "4", "--stream", "-", "--control")
        live.wait_for(lambda chunk: chunk.kind == CLOSE, "its end")
        self.assertEqual(live.end(), 0, live.errors)
        self.assertEqual(set(live.result()["points"][0]), {"threads", "backend", "parameters", "samples_ns", "median_ns", "ci95_ns",
                                                           "speedup", "speedup_ci95", "efficiency"})
        self.assertTrue(any(chunk.is_note(POINT) for chunk in live.chunks))

    def test_a_sweep_stops_when_its_input_ends(self):
        live = Live("sweep", "quicksort", *SMALL, "--threads", "1,2", "--reps", "1000000", "--stream", "-", "--control")
        live.wait_for(lambda chunk: chunk.is_note(POINT), "a point")
        live.child.stdin.close()
        self.assertEqual(live.end(), 0, live.errors)
        self.assertTrue(live.result()["points"])


if __name__ == "__main__":
    unittest.main()
