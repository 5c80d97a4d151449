#!/usr/bin/env python3
"""Runs our benchmark programs and the Rust one in turn and prints ratios.

    alternate.py --bin build/bench/bin --rust build/bench/rust/release/rayon-peers [--rounds 11]

Separate processes cannot share one run, so they alternate: each round runs every program once, every second round in
reverse, and a ratio is one of medians over the rounds with a bootstrap 95 % interval that resamples both sides. Code layout
alone moves such a ratio by up to a third; read nothing into less.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile

RESAMPLES = 2000
STABLE = ("grainscope merge sort", "rayon par_sort (stable)")


def ours(program, pattern):
    """Nanoseconds an item by benchmark name, from one repetition of a Google Benchmark program."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "out.json")
        subprocess.run(
            [program, f"--benchmark_filter={pattern}", "--benchmark_repetitions=1",
             "--benchmark_enable_random_interleaving=false", f"--benchmark_out={path}", "--benchmark_out_format=json"],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(path, encoding="utf-8") as file:
            runs = json.load(file)["benchmarks"]
    scale = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
    return {run["run_name"].split("/iterations:")[0].split("/")[1]: run["real_time"] * scale[run["time_unit"]] / run["items"]
            for run in runs}


def rust(program, what, n, threads):
    lines = subprocess.run([program, what, str(n), str(threads)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {name: float(value) for name, value in (line.split("\t") for line in lines.splitlines())}


def ratio_interval(numerator, denominator):
    """Percentile bootstrap of median(numerator) / median(denominator), with a fixed seed."""
    draw = random.Random(1)
    ratios = sorted(
        statistics.median(draw.choices(numerator, k=len(numerator)))
        / statistics.median(draw.choices(denominator, k=len(denominator)))
        for _ in range(RESAMPLES))
    return ratios[int(0.025 * RESAMPLES)], ratios[int(0.975 * RESAMPLES)]


def print_table(title, unit, samples):
    """The first name is ours, which the others are held against."""
    print(f"\n{title:<34} {'ns a ' + unit:>12}   times ours")
    base = next(iter(samples.values()))
    for name, values in samples.items():
        ratio = ""
        if values is not base:
            low, high = ratio_interval(values, base)
            ratio = f"{statistics.median(values) / statistics.median(base):6.2f} [{low:.2f}, {high:.2f}]"
        print(f"  {name:<32} {statistics.median(values):12.2f}   {ratio}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="the folder of bench_fork_cost and bench_sorts")
    parser.add_argument("--rust", required=True, help="the program rayon-peers")
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    if arguments.rounds < 3:
        parser.error("--rounds must be at least 3: an interval needs three samples")

    fork_cost = os.path.join(arguments.bin, "bench_fork_cost")
    sorts = os.path.join(arguments.bin, "bench_sorts")
    cores = os.cpu_count() or 1
    tables = []
    for threads in [1] if cores == 1 else [1, 2]:
        plural = "worker" if threads == 1 else "workers"
        tables.append((f"fib(32), {threads} {plural}", "join", [
            lambda t=threads, p=plural: ours(fork_cost, rf"^fib\(32\), {t} {p}/grainscope"),
            lambda t=threads: rust(arguments.rust, "fib", 32, t)]))
    for n in (1_000_000, 10_000_000):
        plural = "thread" if cores == 1 else "threads"
        tables.append((f"u64 random {n}, {cores} {plural}", "element", [
            lambda n=n, p=plural: ours(sorts, rf"^u64 random {n}, {cores} {p}(, stable)?/grainscope"),
            lambda n=n: rust(arguments.rust, "sort", n, cores)]))

    for title, unit, programs in tables:
        samples = {}
        for index in range(arguments.rounds):
            measured = {}
            order = range(len(programs))
            for position in (order if index % 2 == 0 else reversed(order)):
                measured[position] = programs[position]()
            for position in order:
                for name, value in measured[position].items():
                    samples.setdefault(name, []).append(value)
        stable = {name: values for name, values in samples.items() if name.startswith(STABLE)}
        others = {name: values for name, values in samples.items() if name not in stable}
        print_table(title, unit, others)
        if stable:
            print_table(title + ", stable", unit, stable)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
