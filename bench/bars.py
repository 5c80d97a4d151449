"""What is measured in turns, and what the bars are: every cell of the tables of alternate.py.

A bar holds our time against the best of the peers whose names match, or against a number of nanoseconds.
"""
import dataclasses
import re


@dataclasses.dataclass(frozen=True)
class Bar:
    text: str
    at_most: float       # our time over theirs; in nanoseconds an item where nobody is named
    peers: str | None    # regular expression


@dataclasses.dataclass(frozen=True)
class Cell:
    part: str                      # forks, iterators, sorts, words, channels, collections, async, fetch
    title: str
    program: str                   # one of the C++ programs
    contestants: str               # what it is to serve, as a regular expression on "GROUP/PEER"
    rust: tuple[str, ...] | None   # the arguments of rayon-peers
    bars: tuple[Bar, ...]


OURS = re.compile(r"^grainscope (?!parallel_)(?!.*1 thread$)")
ANY_PEER = r"^(?!grainscope)"
EVERYBODY = r"^(?!grainscope|read loop)"
ONE_THREAD = r"one thread$|^sequential|^Rust sequential"


def plural(threads):
    return f"{threads} thread" if threads == 1 else f"{threads} threads"


def iterators(threads):
    bandwidth = Bar("95 % of the read loop", 1 / 0.95, r"^read loop$")
    no_slower = Bar("no slower than the best peer", 1.0, EVERYBODY)
    subjects = [
        ("sum of 100000000 i64", "sum", (bandwidth, no_slower)),
        ("dot product of 100000000 f64", "dot", (bandwidth, no_slower)),
        ("sum of the square roots of 100000000 f64", "roots",
         (Bar("20 GB/s: 0.4 ns an item", 0.4, None), no_slower)),
        ("minimum of 100000000 i64", "minimum", (no_slower,)),
        ("maximum of 100000000 f64", "maximum", (no_slower,)),
        ("filter, map, collect of 20000000 u64", "filter-map",
         (Bar("0.6 of the best sequential program", 0.6, ONE_THREAD), no_slower)),
        ("running sums of 20000000 u64", None, (no_slower,)),
    ]
    for title, rust, bars in subjects:
        group = f"{title}, {plural(threads)}"
        yield Cell("iterators", group, "bench_iterators", f"^{re.escape(group)}/",
                   (rust, str(threads)) if rust else None, bars)


def sort_bars(kind, order, n, stable, own):
    if order != "random":
        return (Bar("the best peer", 1.0, ANY_PEER),)
    if n == 10_000:
        return (Bar("1.1 of the best sequential sort", 1.1, ONE_THREAD),)
    if kind == "strings":
        return (Bar("0.9 of rayon", 0.9, "^rayon"),)
    if stable:
        return (Bar("0.75 of rayon", 0.75, "^rayon"),
                Bar("0.75 of oneTBB and libstdc++", 0.75, r"^oneTBB|^std::stable_sort\(par\)|^libgomp"))
    if own:
        return (Bar("0.75 of rayon", 0.75, "^rayon"),
                Bar("1.8 times the best sequential sort", 1 / 1.8, ONE_THREAD))
    return (Bar("0.45 of rayon", 0.45, "^rayon"),
            Bar("1.65 times vqsort on one thread", 1 / 1.65, "^Highway"))


def sorts(threads):
    sizes = [10_000, 100_000, 1_000_000, 10_000_000]
    inputs = [(kind, "random", n) for kind in ("u64", "f64") for n in sizes]
    inputs += [("strings", "random", n) for n in sizes[:3]]
    inputs += [(kind, order, 1_000_000) for kind in ("u64", "f64", "strings")
               for order in ("sorted", "reversed", "few", "nearly", "organ-pipe")]
    for kind, order, n in inputs:
        for stable in (False, True):
            for own in (False, True):
                stability = "stable" if stable else "unstable"
                comparator = "own comparator" if own else "default order"
                group = f"{kind} {order} {n}, {stability}, {comparator}, {plural(threads)}"
                yield Cell("sorts", group, "bench_sorts", f"^{re.escape(group)}/",
                           ("sort", kind, order, str(n), stability, comparator.split()[0], str(threads)),
                           sort_bars(kind, order, n, stable, own))


def words(threads):
    group = f"word count of 200000000 bytes, {plural(threads)}"
    yield Cell("words", group, "bench_word_count", f"^{re.escape(group)}/", ("words", str(threads)),
               (Bar("the best of rayon and OpenMP", 1.0, "^rayon|^libgomp"),))


def channels():
    nine_tenths = Bar("0.9 of crossbeam", 0.9, "^crossbeam")
    for capacity in ("any", "1024", "100", "1", "0"):
        named = "any number" if capacity == "any" else capacity
        for producers, consumers in ((1, 1), (4, 1), (1, 4), (4, 4)):
            group = f"channel of {named}, {producers} to {consumers}, {plural(producers + consumers)}"
            # More threads than cores: nothing may collapse.
            ours = (Bar("1.2 of a mutex and a condition", 1.2, "^mutex"),)
            if capacity != "0":
                ours += (nine_tenths,)
            elif producers == consumers == 1:
                ours += (Bar("0.1 of crossbeam", 0.1, "^crossbeam"),)
            yield Cell("channels", group, "bench_channels", f"^{re.escape(group)}/",
                       ("channel", capacity, str(producers), str(consumers)), ours)
        if capacity != "1024":
            group = f"select over four channels of {named}, 5 threads"
            bar = Bar("0.6 of crossbeam", 0.6, "^crossbeam") if capacity in "01" else nine_tenths
            yield Cell("channels", group, "bench_channels", f"^{re.escape(group)}/", ("select", capacity, "5"), (bar,))


def forks(threads):
    for count in sorted({1, threads}):
        group = f"fib(32), {plural(count)}"
        yield Cell("forks", group, "bench_fork_cost", f"^{re.escape(group)}/grainscope", ("fib", str(count)),
                   (Bar("0.4 of rayon", 0.4, "^rayon"),))


def collections(threads):
    for count in sorted({1, threads}):
        for title, rust, bar in (("bounded queue of 1024", "array", 1.0 if count == 1 else 0.8), ("unbounded queue", "seg", 1.0)):
            group = f"{title}, {plural(count)}"
            yield Cell("collections", group, "bench_collections", f"^{re.escape(group)}/grainscope",
                       ("queue", rust, str(count)), (Bar(f"{bar} of crossbeam", bar, "^crossbeam"),))
    for phase in ("insert 1000000 random keys", "get 1000000 random keys", "iterate over 1000000 keys"):
        group = f"{phase}, {plural(threads)}"
        yield Cell("collections", group, "bench_collections", f"^{re.escape(group)}/", None,
                   (Bar("0.8 of oneTBB", 0.8, "^oneTBB"),))


def tasks(threads):
    for count in sorted({1, threads}):
        for title, rust, bars in (
                ("10000 sleeps of 10 ms", "sleep", (Bar("1.3 of tokio", 1.3, "^tokio"),)),
                ("spawn and join 1000000 tasks", "spawn", ()),
                ("1000000 yields of a task", "yield", ())):
            group = f"{title}, {plural(count)}"
            yield Cell("async", group, "bench_async", f"^{re.escape(group)}/", ("async", rust, str(count)), bars)
    group = f"1000 blocking calls of 1 ms, {plural(threads)}"
    yield Cell("async", group, "bench_async", f"^{re.escape(group)}/", ("async", "call", str(threads)),
               (Bar("1.05 of tokio", 1.05, "^tokio"),))


def fetches(threads):
    for how, bars in (("kept", (Bar("1.25 of the floor: 50 us an item", 50_000, None),)),
                      ("new", (Bar("1.2 of a bare epoll loop", 1.2, "^epoll"),))):
        group = f"10000 requests of 20 ms, 500 at once, {how} connections, {plural(1)}"
        yield Cell("fetch", group, "bench_fetch", f"^{re.escape(group)}/", None, bars)


def scaling(threads):
    """What the second thread brings, on work that computes more than it reads."""
    twice = (Bar("1.9 times one thread", 1 / 1.9, "1 thread$"),)
    subjects = [
        ("iterators", "bench_iterators", "sum of the square roots of 100000000 f64", "map.sum"),
        ("sorts", "bench_sorts", "u64 random 1000000, unstable, own comparator", "par_sort_unstable"),
        ("sorts", "bench_sorts", "u64 random 1000000, unstable, default order", "par_sort_unstable"),
        ("sorts", "bench_sorts", "u64 random 1000000, stable, own comparator", "par_sort"),
        ("sorts", "bench_sorts", "strings random 1000000, unstable, own comparator", "par_sort_unstable"),
        ("words", "bench_word_count", "word count of 200000000 bytes", "parts.map.reduce"),
    ]
    for part, program, title, peer in subjects:
        # The first to come out is ours, which is the one with all threads.
        yield Cell(part, f"{title}, {threads} threads against one", program,
                   rf"^{re.escape(title)}, ({threads} threads|1 thread)/grainscope {re.escape(peer)}$", None, twice)


def cells(threads):
    made = [*forks(threads), *iterators(threads), *sorts(threads), *words(threads), *channels(), *collections(threads),
            *tasks(threads), *fetches(threads)]
    return made + list(scaling(threads)) if threads > 1 else made
