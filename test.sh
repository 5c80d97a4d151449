#!/bin/bash
# Builds everything and runs every test under ctest, without a display.
#
#   ./test.sh [CTEST ARGS]   for example ./test.sh -R runtime --repeat until-fail:10
#
# GRAINSCOPE_PRESET chooses the CMake preset (release), GRAINSCOPE_CMAKE_ARGS adds options to its configuration.
set -u
root=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
preset=${GRAINSCOPE_PRESET:-release}
build=$root/build/$preset
# shellcheck source=scripts/packages.sh
source "$root/scripts/packages.sh"
# shellcheck source=scripts/build.sh
source "$root/scripts/build.sh"

packages_need "$root" build gui test || exit 1
lock_build "$build" || exit 1
say "Building the programs and their tests ($preset)."
# shellcheck disable=SC2086  # several options
with_log "$build/configure.log" cmake -S "$root" --preset "$preset" -DGRAINSCOPE_GUI=ON -DBUILD_TESTING=ON \
    ${GRAINSCOPE_CMAKE_ARGS-} || exit 1
with_log "$build/build.log" ninja -C "$build" || exit 1
unlock_build

# Two at a time: a test that measures, or needs every core, says so with the property RUN_SERIAL.
export QT_QPA_PLATFORM=offscreen
exec ctest --test-dir "$build" --output-on-failure --parallel 2 "$@"
