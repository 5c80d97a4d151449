# shellcheck shell=bash
# Installs what packages.txt lists and the machine lacks. Sourced by run.sh, test.sh, bench/run.sh and .ci/run.

# say LINE...: one line for the person at the terminal; standard output belongs to the program.
say() { printf '%s\n' "$*" >&2; }

# packages_missing ROOT SECTION...: prints the entries ("a|b") of these sections that no installed package satisfies.
# One call of dpkg-query, whatever the length of the list. Prints nothing where there is no dpkg.
packages_missing() {
    local root=$1 entries=() section entry installed alternative alternatives
    shift
    command -v dpkg-query >/dev/null || return 0
    while read -r section entry _; do
        [[ $section == \#* || -z $entry ]] && continue
        [[ " $* " == *" $section "* ]] && entries+=("$entry")
    done <"$root/packages.txt"
    # shellcheck disable=SC2016,SC2086  # the field is dpkg's, and every alternative is a word of its own
    installed=$'\n'$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' ${entries[*]//|/ } 2>/dev/null)$'\n'
    for entry in "${entries[@]}"; do
        IFS='|' read -ra alternatives <<<"$entry"
        for alternative in "${alternatives[@]}"; do
            [[ $installed == *$'\n'"installed $alternative"$'\n'* ]] && continue 2
        done
        printf '%s\n' "$entry"
    done | sort -u
}

# packages_choose ENTRY...: for each entry the first alternative that apt can install; status 1 if apt knows none of them.
packages_choose() {
    local entry alternative alternatives status=0
    for entry in "$@"; do
        IFS='|' read -ra alternatives <<<"$entry"
        for alternative in "${alternatives[@]}"; do
            if [[ $(apt-cache policy "$alternative" 2>/dev/null) =~ Candidate:\ [^\(] ]]; then
                printf '%s\n' "$alternative"
                continue 2
            fi
        done
        printf '%s\n' "${alternatives[0]}"
        status=1
    done
    return $status
}

# packages_need ROOT SECTION...: makes sure that these sections are installed. Installs through apt as root or through
# sudo where that asks no question; otherwise prints the one apt line to run and returns 1.
packages_need() {
    local missing chosen become=() known=true
    mapfile -t missing < <(packages_missing "$@")
    ((${#missing[@]})) || return 0

    chosen=$(packages_choose "${missing[@]}") || known=false
    if (($(id -u) == 0)); then
        become=(env DEBIAN_FRONTEND=noninteractive)
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        become=(sudo -n env DEBIAN_FRONTEND=noninteractive)
    else
        say "Packages are missing, and installing them needs root. Please run:"
        say "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${chosen//$'\n'/ }"
        return 1
    fi

    local apt=("${become[@]}" apt-get -q -o DPkg::Lock::Timeout=300)
    if ! $known; then
        say "Refreshing the package lists."
        "${apt[@]}" update >&2 || say "apt-get update failed; trying with the lists that are there."
        chosen=$(packages_choose "${missing[@]}") || true
    fi
    say "Installing ${chosen//$'\n'/ }"
    # shellcheck disable=SC2086  # one word a package
    "${apt[@]}" install -y --no-install-recommends $chosen >&2 && return 0
    # Lists that are older than the archive name packages that are gone from it.
    "${apt[@]}" update >&2
    # shellcheck disable=SC2086
    "${apt[@]}" install -y --no-install-recommends $chosen >&2 && return 0
    say "The packages could not be installed: ${chosen//$'\n'/ }"
    return 1
}
