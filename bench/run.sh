#!/bin/bash
# Builds the benchmark programs and runs them against their peers.
#
#   bench/run.sh [forks] [iterators] [sorts] [words] [channels] [collections] [async] [fetch] [rust] [gui]      all of them unless some are named
#
# BENCH_ARGS adds flags for the Google Benchmark programs, RUST_ARGS for alternate.py. README.md says how to read what comes
# out, and how long it takes.
set -u
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
build=$root/build/bench
# shellcheck source=../scripts/packages.sh
source "$root/scripts/packages.sh"
# shellcheck source=../scripts/build.sh
source "$root/scripts/build.sh"

(($#)) || set -- forks iterators sorts words channels collections async fetch rust gui
for part in "$@"; do
    case $part in
    forks | iterators | sorts | words | channels | collections | async | fetch | rust | gui) ;;
    *)
        say "$part is no part of the benchmarks; these are: forks iterators sorts words channels collections async fetch rust gui"
        exit 2
        ;;
    esac
done
wanted() { [[ " ${parts} " == *" $1 "* ]]; }
parts=$*

packages_need "$root" build bench || exit 1
lock_build "$build" || exit 1
with_log "$build/configure.log" cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DGRAINSCOPE_BENCH=ON \
    -DGRAINSCOPE_GUI=OFF -DBUILD_TESTING=OFF || exit 1
with_log "$build/build.log" ninja -C "$build" bench_fork_cost bench_iterators bench_sorts bench_word_count bench_channels \
    bench_collections bench_async bench_fetch bench_machine grainscope-cli || exit 1
unlock_build

status=0
date -u '+%Y-%m-%d %H:%M UTC'
"$build/bin/grainscope" machine
"$build/bin/bench_machine"
for program in forks:fork_cost iterators:iterators sorts:sorts words:word_count channels:channels collections:collections async:async fetch:fetch; do
    wanted "${program%:*}" || continue
    # shellcheck disable=SC2086  # several flags
    "$build/bin/bench_${program#*:}" ${BENCH_ARGS-} 2>"$build/${program%:*}.err" || {
        cat "$build/${program%:*}.err" >&2
        status=1
    }
done
if wanted rust; then
    if ! command -v cargo >/dev/null || ! compgen -G '/usr/share/cargo/registry/rayon-1*' >/dev/null ||
        ! compgen -G '/usr/share/cargo/registry/crossbeam-queue-0.3*' >/dev/null ||
        ! compgen -G '/usr/share/cargo/registry/tokio-1*' >/dev/null; then
        say "rayon is left out: it needs the packages cargo, librust-rayon-dev, librust-crossbeam-queue-dev and librust-tokio-dev."
    elif ! (cd "$root/bench/rust" && CARGO_TARGET_DIR=$build/rust cargo build --quiet --release >&2); then
        say "rayon is left out: its program does not build here."
    else
        # shellcheck disable=SC2086  # several flags
        python3 "$root/bench/alternate.py" --bin "$build/bin" --rust "$build/rust/release/rayon-peers" \
            ${RUST_ARGS-} || status=1
    fi
fi
if wanted gui; then
    "$root/run.sh" --build && python3 "$root/bench/gui_cost.py" --bin "$root/build/release/bin" || status=1
fi
exit $status
