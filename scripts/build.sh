# shellcheck shell=bash
# Builds the programs in build/<preset>, at most one build at a time. Sourced by run.sh, test.sh and bench/run.sh after
# packages.sh.

# configured BUILD NAME VALUE: whether the CMake cache in BUILD says NAME=VALUE.
configured() { grep -qs "^$2:[A-Z]*=$3\$" "$1/CMakeCache.txt"; }

# Turns concurrent invocations into a queue: the lock is held until unlock_build or the end of the shell. Programs that the
# shell starts do not inherit it (9>&-), or a window left open would block the next build.
lock_build() {
    mkdir -p "$1" && exec 9>"$1/.lock" || return 1
    flock -n 9 && return 0
    say "Waiting for another build in $1 to finish."
    flock 9
}
unlock_build() { exec 9>&-; }

# with_log LOG COMMAND...: runs the command with its output on standard error where a person watches, else into LOG, which
# is shown if the command fails.
with_log() {
    local log=$1
    shift
    if [[ -t 2 ]]; then
        "$@" >&2 9>&-
        return
    fi
    "$@" >"$log" 2>&1 9>&- && return 0
    local status=$?
    tail -n 60 "$log" >&2
    return $status
}

# changed_since STAMP PATH...: whether anything under the paths changed after the stamp (a folder changes when a file in it
# comes, goes or is renamed), or the stamp is not there. One process, no build tool.
changed_since() {
    local stamp=$1
    shift
    [[ -e $stamp ]] || return 0
    [[ -n $(find "$@" -cnewer "$stamp" -print -quit 2>/dev/null) ]]
}
