#!/bin/bash
# Builds the benchmark programs and runs them against their peers, which takes about ten minutes on two cores.
#
#   bench/run.sh [forks] [sorts] [rust] [gui]      all four unless some are named
#
# BENCH_ARGS adds flags for the Google Benchmark programs, ROUNDS sets how often we and Rust take turns (11). README.md says
# how to read what comes out.
set -u
root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")
build=$root/build/bench
# shellcheck source=../scripts/packages.sh
source "$root/scripts/packages.sh"
# shellcheck source=../scripts/build.sh
source "$root/scripts/build.sh"

(($#)) || set -- forks sorts rust gui
for part in "$@"; do
    case $part in
    forks | sorts | rust | gui) ;;
    *)
        say "$part is no part of the benchmarks; these are: forks sorts rust gui"
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
with_log "$build/build.log" ninja -C "$build" bench_fork_cost bench_sorts grainscope-cli || exit 1
unlock_build

status=0
date -u '+%Y-%m-%d %H:%M UTC'
"$build/bin/grainscope" machine
if wanted forks; then
    # shellcheck disable=SC2086  # several flags
    "$build/bin/bench_fork_cost" ${BENCH_ARGS-} 2>/dev/null || status=1
fi
if wanted sorts; then
    # shellcheck disable=SC2086
    "$build/bin/bench_sorts" ${BENCH_ARGS-} 2>/dev/null || status=1
fi
if wanted rust; then
    if ! command -v cargo >/dev/null || ! compgen -G '/usr/share/cargo/registry/rayon-1*' >/dev/null; then
        say "rayon is left out: it needs the packages cargo and librust-rayon-dev."
    elif ! (cd "$root/bench/rust" && CARGO_TARGET_DIR=$build/rust cargo build --quiet --release >&2); then
        say "rayon is left out: its program does not build here."
    else
        python3 "$root/bench/alternate.py" --bin "$build/bin" --rust "$build/rust/release/rayon-peers" \
            --rounds "${ROUNDS:-11}" || status=1
    fi
fi
if wanted gui; then
    "$root/run.sh" --build && python3 "$root/bench/gui_cost.py" --bin "$root/build/release/bin" || status=1
fi
exit $status
