#!/usr/bin/env python3
"""What the window costs: its share of a core, what it takes from the workload beside it, and how soon it is there.

    gui_cost.py --bin build/release/bin [--platform offscreen xcb] [--seconds 10] [--rounds 5]

Each round runs the workload in a loop on all cores, once beside the window and once with the same arguments and a reader
that throws the stream away; every second round in reverse. `xcb` starts an Xvfb with openbox of its own.
"""
import argparse
import json
import os
import random
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time

RESAMPLES = 2000
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")

# Stands in for the command line that the window starts: notes the arguments, and keeps the stream beside passing it on.
WRAPPER = """#!/bin/bash
if [[ $1 == run ]]; then
    printf '%s\\0' "$@" >{arguments}
    echo $$ >{process}
    exec {program} "$@" --record {recording}
fi
exec {program} "$@"
"""


def cpu_seconds(pid):
    """User and system time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def samples_in(recording):
    """The samples of the result document, which is the recording's last note; none while it is not there."""
    with open(recording, "rb") as file:
        text = file.read().decode("latin-1")
    for start in (i for i in range(len(text) - 1, -1, -1) if text.startswith('{"', i)):
        try:
            document, _ = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            continue
        if isinstance(document, dict) and "samples_ns" in document:
            return document["samples_ns"]
    return None


def ratio_interval(numerator, denominator):
    """Percentile bootstrap of median(numerator) / median(denominator), with a fixed seed."""
    draw = random.Random(1)
    ratios = sorted(
        statistics.median(draw.choices(numerator, k=len(numerator)))
        / statistics.median(draw.choices(denominator, k=len(denominator)))
        for _ in range(RESAMPLES))
    return ratios[int(0.025 * RESAMPLES)], ratios[int(0.975 * RESAMPLES)]


def wait_until(condition, what, seconds=20.0):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            raise SystemExit(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.005)
    return value


class Bench:
    """One platform: its environment, and the folder in which everything happens."""

    def __init__(self, arguments, platform, folder):
        self.program = os.path.join(os.path.abspath(arguments.bin), "grainscope")
        self.window = os.path.join(os.path.abspath(arguments.bin), "grainscope-gui")
        self.workload = arguments.workload
        self.seconds = arguments.seconds
        self.folder = folder
        self.noted_arguments = os.path.join(folder, "arguments")
        self.noted_process = os.path.join(folder, "process")
        wrapper = os.path.join(folder, "grainscope")
        with open(wrapper, "w", encoding="ascii") as file:
            file.write(WRAPPER.format(program=shlex.quote(self.program), arguments=shlex.quote(self.noted_arguments),
                                      process=shlex.quote(self.noted_process), recording=shlex.quote(self.recording())))
        os.chmod(wrapper, 0o755)
        self.environment = os.environ | {
            "QT_QPA_PLATFORM": platform, "GRAINSCOPE_CLI": wrapper, "HOME": folder,
            "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder}

    def recording(self):
        return os.path.join(self.folder, "run.grain")

    def beside_the_window(self):
        """One run in the window. Returns its samples and the window's share of a core."""
        window = subprocess.Popen([self.window, "--run", self.workload], env=self.environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.wait_for_the_run()
            begin, begin_cpu = time.monotonic(), cpu_seconds(window.pid)
            time.sleep(self.seconds)
            share = (cpu_seconds(window.pid) - begin_cpu) / (time.monotonic() - begin)
            # As Ctrl+C would: the child ends and writes what it has measured.
            with open(self.noted_process, encoding="ascii") as file:
                os.kill(int(file.read()), signal.SIGINT)
            return self.take_samples(), share
        finally:
            window.terminate()
            window.wait(20)

    def alone(self):
        """The same child, whose stream nobody looks at."""
        with open(self.noted_arguments, "rb") as file:
            arguments = [argument.decode() for argument in file.read().split(b"\0")[:-1]]
        child = subprocess.Popen([self.program, *arguments, "--record", self.recording()], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        reader = subprocess.Popen(["cat"], stdin=child.stdout, stdout=subprocess.DEVNULL)
        child.stdout.close()
        self.wait_for_the_run()
        time.sleep(self.seconds)
        child.stdin.write(b'{"do": "stop"}\n')
        child.stdin.close()
        child.wait(20)
        reader.wait(20)
        return self.take_samples()

    def wait_for_the_run(self):
        wait_until(lambda: os.path.exists(self.recording()) and os.path.getsize(self.recording()) > 100_000,
                   "the run to begin")

    def take_samples(self):
        samples = wait_until(lambda: samples_in(self.recording()), "the result at the end of the recording")
        os.remove(self.recording())
        return samples

    def first_window_ms(self):
        """From the start of the process to a window on the screen."""
        begin = time.monotonic()
        window = subprocess.Popen([self.window], env=self.environment, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--pid", str(window.pid), "--name", "."],
                       env=self.environment, check=True, stdout=subprocess.DEVNULL, timeout=20)
        elapsed = time.monotonic() - begin
        window.terminate()
        window.wait(20)
        return elapsed * 1e3


class Display:
    """An Xvfb of our own with a window manager: a window becomes active only with one."""

    def __enter__(self):
        read, write = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
                                       pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read, encoding="ascii") as file:
            os.environ["DISPLAY"] = ":" + file.readline().strip()
        self.manager = subprocess.Popen(["openbox"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        for process in (self.manager, self.server):
            process.terminate()
            process.wait(10)


def measure(arguments, platform):
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(arguments, platform, folder)
        with_window, without, shares = [], [], []
        for index in range(arguments.rounds):
            # The first run in the window tells which arguments the other side takes.
            for beside in ((True, False) if index % 2 == 0 else (False, True)):
                if beside:
                    samples, share = bench.beside_the_window()
                    with_window += samples
                    shares.append(share)
                else:
                    without += bench.alone()
        low, high = ratio_interval(with_window, without)
        ratio = statistics.median(with_window) / statistics.median(without)
        print(f"\n{platform}: {arguments.workload} on all cores, {arguments.rounds} rounds of {arguments.seconds:g} s")
        print(f"  the window's share of a core   {100 * statistics.median(shares):6.1f} %   "
              f"[{100 * min(shares):.1f}, {100 * max(shares):.1f}] over the rounds")
        print(f"  median beside the window       {statistics.median(with_window) / 1e6:8.2f} ms  ({len(with_window)} samples)")
        print(f"  median without it              {statistics.median(without) / 1e6:8.2f} ms  ({len(without)} samples)")
        print(f"  ratio                          {ratio:8.3f}     [{low:.3f}, {high:.3f}]")
        if platform == "xcb":
            times = [bench.first_window_ms() for _ in range(arguments.rounds)]
            print(f"  first window after             {statistics.median(times):8.0f} ms  [{min(times):.0f}, {max(times):.0f}]")
        sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="the folder of grainscope and grainscope-gui")
    parser.add_argument("--platform", nargs="+", choices=["offscreen", "xcb"], default=["offscreen", "xcb"])
    parser.add_argument("--workload", default="quicksort")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    for platform in arguments.platform:
        if platform == "xcb":
            with Display():
                measure(arguments, platform)
        else:
            measure(arguments, platform)


if __name__ == "__main__":
    main()
