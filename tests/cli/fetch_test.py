"""Downloads: what a run of each strategy says of itself, and what is said of URLs that are no good."""
import http.server
import json
import os
import resource
import socketserver
import tempfile
import threading
import unittest

from program import PARAMETERS, PHASE_BEGIN, PHASE_END, SAMPLE, Case, Live, run

ONCE = ("--warmup", "0", "--reps", "1")
FEW = ("-p", "n=40", "-p", "concurrency=8", "-p", "latency=1")


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"here it is\n"
        self.send_response(200 if self.path == "/good" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Fetch(Case):
    def figures(self, document):
        return {figure["name"]: figure["value"] for figure in document["figures"]}

    def test_each_strategy_says_what_it_took(self):
        threads = {"tasks": 1, "threads": 8, "pool": 2}
        for strategy, count in threads.items():
            more = ("--threads", "2") if strategy == "pool" else ()
            document = self.document("run", "fetch-all", *FEW, *ONCE, "-p", f"strategy={strategy}", *more)
            self.assertIs(document["correct"], True)
            self.assertEqual(document["threads"], count)
            self.assertEqual(len(document["workers"]), count)
            figures = self.figures(document)
            self.assertLessEqual(figures["threads_at_once"], count)
            self.assertLessEqual(figures["requests_at_once"], 2 if strategy == "pool" else 8)
            self.assertGreater(figures["peak_memory_bytes"], 1e6)
            self.assertGreater(figures["times_floor"], 0.99)
            self.assertGreater(figures["latency_median_ns"], 1e6)

    def test_a_list_of_urls_is_fetched_and_each_fault_is_listed(self):
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answers) as server, tempfile.TemporaryDirectory() as folder:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.shutdown)
            base = f"http://127.0.0.1:{server.server_address[1]}"
            path = os.path.join(folder, "urls")
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"# mine\n{base}/good\n{base}/bad\n\nnot one\nhttp://127.0.0.1:1/\n{base}/good\n")
            document = self.document("run", "fetch-all", *ONCE, "-p", f"urls={path}")
        self.assertIs(document["correct"], True)
        self.assertEqual(document["parameters"]["n"], 5)
        failed = {failure["item"]: failure["error"] for failure in document["failures"]}
        self.assertEqual(set(failed), {f"{base}/bad", "not one", "http://127.0.0.1:1/"})
        self.assertEqual(failed[f"{base}/bad"], "answered 404")

    def test_a_sweep_over_strategies_takes_the_threads_of_each(self):
        document = self.document("sweep", "fetch-all", *FEW, "--over", "strategy=tasks,threads", "--reps", "1",
                                 "--warmup", "0")
        self.assertEqual({point["parameters"]["strategy"]: point["threads"] for point in document["points"]},
                         {"tasks": 1, "threads": 8})
        for point in document["points"]:
            self.assertIn("peak_memory_bytes", self.figures(point))

    def test_changes_of_a_loop_bring_the_threads_of_each_strategy_and_keep_the_last_failures(self):
        live = Live("run", "fetch-all", "-p", "n=20", "-p", "latency=1", "--threads", "0", "--loop", "--control", "--stream",
                    "-", "--warmup", "0")
        place = 0
        for strategy in ("pool", "threads", "tasks"):
            live.tell({"set": {"strategy": strategy, "errors": 1}})
            place = live.wait_for(lambda chunk: chunk.is_note(PARAMETERS) and json.loads(chunk.text())["strategy"] == strategy,
                                  "the new strategy", place)
            place = live.wait_for(lambda chunk: chunk.is_phase(PHASE_END, SAMPLE) and not chunk.is_discarded(),
                                  "a repetition of it", place)
        place = live.wait_for(lambda chunk: chunk.is_phase(PHASE_BEGIN, SAMPLE), "the next repetition", place)
        live.tell({"do": "stop"})
        self.assertEqual(live.end(), 0, live.errors)
        result = live.result()
        self.assertEqual(result["threads"], 1)
        self.assertEqual(len(result["failures"]), 20)

    def test_bad_input_is_one_line(self):
        for values, status, line in (
                (("-p", "urls=/no/such/file"), 3, "there is no file /no/such/file"),
                (("-p", "concurrency=0"), 2, "concurrency"),
                (("-p", "strategy=task"), 2, "tasks"),
                (("-p", "errors=1.5"), 2, "errors"),
                (("--backend", "tbb"), 2, "fetch-all does not run on the backend")):
            self.refused(status, line, "run", "fetch-all", *values)

    def test_too_few_open_files_are_told_and_fewer_connections_made(self):
        done = run("run", "fetch-all", *ONCE, "-p", "n=300", "-p", "concurrency=200", "-p", "latency=1",
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (150, 150)))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("200 connections at once need more open files than this process may have", done.stderr)


if __name__ == "__main__":
    unittest.main()
