#!/usr/bin/env python3
"""Runs our programs and the Rust one in turn, and holds the ratios against their bars.

    alternate.py --bin build/bench/bin --rust build/bench/rust/release/rayon-peers [--only REGEX] [--rounds 15] [--list]

Both sides keep their data and serve single samples (in_turn.cpp). Each round takes one sample of everybody, every second
round in reverse; a ratio is one of medians over the rounds, in brackets its bootstrap 95 % interval, which resamples both
sides. Both sides must have made the same data. In each of the --sittings both programs are started anew, since where their
memory lies may matter. Code layout alone moves a ratio between two programs by up to a third: read nothing into less.
"""
import argparse
import os
import random
import re
import statistics
import subprocess
import sys

import bars

RESAMPLES = 2000


class Program:
    """One side of a cell."""

    def __init__(self, command):
        self.command = command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def fingerprint(self):
        """Of its data; comes when everything is ready."""
        word, _, fingerprint = self.line().partition("\t")
        if word != "ready":
            raise SystemExit(f"{self.command}: said {word!r} where it should be ready")
        return fingerprint

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.command}: ended with status {self.process.wait()}")
        return line.rstrip("\n")

    def samples(self, backward):
        """Nanoseconds an item by name."""
        self.process.stdin.write("backward\n" if backward else "forward\n")
        self.process.stdin.flush()
        taken = {}
        while line := self.line():
            name, _, value = line.rpartition("\t")
            taken[name] = float(value)
        return taken

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def short_names(samples):
    """Drops the group from "GROUP/PEER"; of several groups the threads stay."""
    groups = {name.rpartition("/")[0] for name in samples if "/" in name}
    short = {}
    for name, values in samples.items():
        group, _, peer = name.rpartition("/")
        short[peer if len(groups) < 2 else f"{peer}, {group.rpartition(', ')[2]}"] = values
    return short


def ratio_interval(numerator, denominator):
    """Percentile bootstrap of median(numerator) / median(denominator), with a fixed seed."""
    draw = random.Random(1)
    ratios = sorted(
        statistics.median(draw.choices(numerator, k=len(numerator)))
        / statistics.median(draw.choices(denominator, k=len(denominator)))
        for _ in range(RESAMPLES))
    return ratios[int(0.025 * RESAMPLES)], ratios[int(0.975 * RESAMPLES)]


def measure(cell, arguments):
    """All samples by name, ours first."""
    commands = [[os.path.join(arguments.bin, cell.program), f"--in-turn={cell.contestants}"]]
    if cell.rust:
        commands.append([arguments.rust, *cell.rust])
    samples = {}
    for sitting in range(arguments.sittings):
        # Unlike the measurements, the making of the data may overlap.
        programs = [Program(command) for command in commands]
        if len({program.fingerprint() for program in programs}) > 1:
            raise SystemExit(f"{cell.title}: the two sides have made different data")
        for index in range(sitting, arguments.rounds, arguments.sittings):
            backward = index % 2 == 1
            taken = [program.samples(backward) for program in (reversed(programs) if backward else programs)]
            for side in (reversed(taken) if backward else taken):
                for name, value in (reversed(side.items()) if backward else side.items()):
                    samples.setdefault(name, []).append(value)
        for program in programs:
            program.end()
    return short_names(samples)


def verdict(bar, name, samples):
    """The best of the peers that the bar names, the ratio, its interval, and whether the bar is met."""
    ours = samples[name]
    median = statistics.median(ours)
    if bar.peers is None:
        return None, median, None, median <= bar.at_most
    peers = {peer: values for peer, values in samples.items() if peer != name and re.search(bar.peers, peer)}
    if not peers:
        return None, None, None, None
    best = min(peers, key=lambda peer: statistics.median(peers[peer]))
    ratio = median / statistics.median(peers[best])
    return best, ratio, ratio_interval(ours, peers[best]), ratio <= bar.at_most


def report(cell, samples):
    """Prints the table of one cell. Returns a line of the summary for each bar of each of ours."""
    first = next(iter(samples))
    if cell.title.endswith("against one"):
        first = next(name for name in samples if not name.endswith("1 thread"))
    print(f"\n{cell.title:<48} {'ns an item':>12}   ours over theirs")
    for name, values in samples.items():
        ratio = ""
        if name != first:
            low, high = ratio_interval(samples[first], values)
            ratio = f"{statistics.median(samples[first]) / statistics.median(values):6.2f} [{low:.2f}, {high:.2f}]"
        print(f"  {name:<46} {statistics.median(values):12.3f}   {ratio}")
    # The teaching sorts, parallel_*, stand in the table for comparison: the bars are not theirs.
    ours = [first, *(name for name in samples if name != first and bars.OURS.search(name))]
    lines = []
    for name in ours:
        for bar in cell.bars:
            best, value, interval, met = verdict(bar, name, samples)
            if value is None:
                print(f"  {bar.text}: nobody to compare with")
                continue
            measured = f"{value:.2f}" + (f" [{interval[0]:.2f}, {interval[1]:.2f}]" if interval else " ns")
            word = "met" if met else "missed"
            if interval and interval[0] <= bar.at_most <= interval[1]:
                word += ", within measurement"
            against = f" ({best})" if best else ""
            print(f"  {name}: {bar.text}, at most {bar.at_most:.2f}: {measured}{against}: {word}")
            lines.append(f"| {cell.title} | {name} | {statistics.median(samples[name]):.3f} | {bar.text}{against} | "
                         f"{bar.at_most:.2f} | {measured} | {word} |")
    sys.stdout.flush()
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, help="the folder of the C++ programs")
    parser.add_argument("--rust", required=True, help="the program rayon-peers")
    parser.add_argument("--parts", nargs="+", help="of forks, iterators, sorts, words, channels, collections, async, fetch; default: all")
    parser.add_argument("--only", default=".", help="only cells whose title has this regular expression in it")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--sittings", type=int, default=3)
    parser.add_argument("--list", action="store_true", help="print the titles of the cells, and stop")
    arguments = parser.parse_args()
    if arguments.rounds < 3:
        parser.error("--rounds must be at least 3: an interval needs three samples")
    if not 1 <= arguments.sittings <= arguments.rounds:
        parser.error("--sittings must be between 1 and --rounds")

    chosen = [cell for cell in bars.cells(os.cpu_count() or 1)
              if (not arguments.parts or cell.part in arguments.parts) and re.search(arguments.only, cell.title)]
    if not chosen:
        parser.error("no cell has such a title; --list prints them all")
    if arguments.list:
        print("\n".join(cell.title for cell in chosen))
        return
    subprocess.run([os.path.join(arguments.bin, "bench_machine")], check=True)
    summary = []
    for cell in chosen:
        summary += report(cell, measure(cell, arguments))
    print("\n| cell | ours | ns an item | bar | at most | measured | |\n|---|---|---|---|---|---|---|")
    print("\n".join(summary))


if __name__ == "__main__":
    main()
