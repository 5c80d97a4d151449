#!/bin/bash
# Grainscope from a clone: installs what is missing, builds what changed, runs it.
#
#   ./run.sh                 the window; where there is no display, the command line's demonstration
#   ./run.sh ARGS            the command line: ./run.sh run quicksort --threads 2
#   ./run.sh gui [ARGS]      the window with arguments: ./run.sh gui run.gsr
#   ./run.sh --build         builds both and exits
#
# Standard output, the working directory and the exit status are the program's; what this script has to say goes to
# standard error.
set -u
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$root/build/release
# shellcheck source=scripts/packages.sh
source "$root/scripts/packages.sh"
# shellcheck source=scripts/build.sh
source "$root/scripts/build.sh"

cli_sources=("$root"/{engine/grainscope,engine/CMakeLists.txt,engine/cmake,app/cli,CMakeLists.txt,CMakePresets.json})
gui_sources=("${cli_sources[@]}" "$root"/{app/gui,ui,resources})

# ensure cli|gui: brings the program up to date.
ensure() {
    local what=$1 target=grainscope-cli program=grainscope sections=(build) options=() sources=("${cli_sources[@]}")
    if [[ $what == gui ]]; then
        target=grainscope-gui program=grainscope-gui sections+=(gui) sources=("${gui_sources[@]}")
        [[ -n ${WAYLAND_DISPLAY-} && -z ${DISPLAY-} ]] && sections+=(wayland)
    fi
    local stamp=$build/.current-$what
    [[ -x $build/bin/$program ]] && ! changed_since "$stamp" "${sources[@]}" && return 0

    packages_need "$root" "${sections[@]}" || return 1
    lock_build "$build" || return 1
    # Whoever held the lock may just have built the same.
    if [[ ! -x $build/bin/$program ]] || changed_since "$stamp" "${sources[@]}"; then
        # The stamp bears the time before the build looks at the sources: what changes meanwhile is built next time.
        : >"$stamp.new"
        # A build folder that was copied along with the clone still points at the other one.
        if [[ -e $build/CMakeCache.txt ]] && ! configured "$build" CMAKE_HOME_DIRECTORY "$root"; then
            rm -rf "$build"/{CMakeCache.txt,CMakeFiles,build.ninja}
        fi
        if [[ ! -e $build/build.ninja ]]; then
            options=(-DGRAINSCOPE_GUI=OFF -DBUILD_TESTING=OFF)
        fi
        if [[ $what == gui ]] && ! configured "$build" GRAINSCOPE_GUI ON; then
            options+=(-DGRAINSCOPE_GUI=ON)
        fi
        if ((${#options[@]})); then
            say "Configuring $program."
            with_log "$build/configure.log" cmake -S "$root" --preset release "${options[@]}" || return 1
        fi
        say "Building $program."
        with_log "$build/build.log" ninja -C "$build" "$target" || return 1
        mv "$stamp.new" "$stamp"
    fi
    unlock_build
}

# Prints nothing if a window can be opened, else why not. An address alone does not mean that somebody listens there.
why_no_display() {
    case ${QT_QPA_PLATFORM-} in offscreen* | minimal* | vnc* | linuxfb* | eglfs*) return ;; esac
    if [[ -z ${DISPLAY-} && -z ${WAYLAND_DISPLAY-} ]]; then
        echo "neither DISPLAY nor WAYLAND_DISPLAY is set"
        return
    fi
    perl -MIO::Socket::UNIX -MIO::Socket::INET -e '
        my ($x, $wayland) = @ENV{"DISPLAY", "WAYLAND_DISPLAY"};
        if ($wayland) {
            my $path = $wayland =~ m{^/} ? $wayland : "$ENV{XDG_RUNTIME_DIR}/$wayland";
            exit if IO::Socket::UNIX->new(Peer => $path);
        }
        if ($x) {
            my ($host, $number) = $x =~ /^(.*):(\d+)(?:\.\d+)?$/ or do { print "DISPLAY=$x names no display"; exit };
            if ($host eq "" || $host eq "unix") {
                exit if IO::Socket::UNIX->new(Peer => "/tmp/.X11-unix/X$number")
                     || IO::Socket::UNIX->new(Peer => "\0/tmp/.X11-unix/X$number");
            } else {
                exit if IO::Socket::INET->new(PeerAddr => $host, PeerPort => 6000 + $number, Timeout => 3);
            }
        }
        print join(" and ", map { "$_=$ENV{$_}" } grep { $ENV{$_} } "DISPLAY", "WAYLAND_DISPLAY"), " cannot be reached"'
}

case ${1-} in
--build)
    if (($# > 1)); then
        say "--build takes no arguments; did you mean ./run.sh ${*:2}?"
        exit 2
    fi
    ensure cli && ensure gui || exit 1
    exit 0
    ;;
gui)
    shift
    ensure cli && ensure gui || exit 1
    exec "$build/bin/grainscope-gui" "$@"
    ;;
"")
    if (($# == 0)); then
        reason=$(why_no_display)
        if [[ -z $reason ]]; then
            ensure cli && ensure gui || exit 1
            exec "$build/bin/grainscope-gui"
        fi
        say "No window: $reason. Running the command line's demonstration instead: ./run.sh run quicksort"
        set -- run quicksort
    fi
    ;;
esac
ensure cli || exit 1
exec "$build/bin/grainscope" "$@"
