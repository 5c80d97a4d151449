#!/bin/bash
# scripts_test.sh ROOT TEST: runs one test function on a toy project in a folder of its own.
set -u
root=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
toy="$work/a clone"
out=$work/out
err=$work/err

fail() {
    printf '%s\n' "$*"
    printf -- '--- standard output\n%s\n--- standard error\n%s\n' "$(cat "$out" 2>/dev/null)" "$(cat "$err" 2>/dev/null)"
    exit 1
}
expect_equal() { [[ $1 == "$2" ]] || fail "expected: $2"$'\n'"but got:  $1"; }
expect_match() { [[ $1 =~ $2 ]] || fail "expected to match: $2"$'\n'"but got: $1"; }

# Stands in for a program of the system: fake NAME BODY.
fake() {
    mkdir -p "$work/fakes"
    printf '#!/bin/bash\n%s\n' "$2" >"$work/fakes/$1"
    chmod +x "$work/fakes/$1"
}

# The two programs print who they are, where they stand and what they were given, and exit as TOY_STATUS says.
make_toy() {
    mkdir -p "$toy"/{app/cli,app/gui,engine/grainscope}
    cp -r "$root"/{run.sh,scripts,packages.txt,CMakePresets.json} "$toy"
    cat >"$toy/CMakeLists.txt" <<'TOY'
cmake_minimum_required(VERSION 3.25)
project(toy CXX)
option(GRAINSCOPE_GUI "" ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
file(GLOB sources CONFIGURE_DEPENDS app/cli/*.cpp)
add_executable(grainscope-cli ${sources})
set_target_properties(grainscope-cli PROPERTIES OUTPUT_NAME grainscope)
if(GRAINSCOPE_GUI)
  add_executable(grainscope-gui app/gui/main.cpp)
endif()
TOY
    toy_main cli 'command line' >"$toy/app/cli/main.cpp"
    toy_main gui 'window' >"$toy/app/gui/main.cpp"
    fake dpkg-query 'for package in "${@:3}"; do echo "installed $package"; done'
    PATH=$work/fakes:$PATH
    unset DISPLAY WAYLAND_DISPLAY QT_QPA_PLATFORM
}
toy_main() {
    cat <<TOY
#include <cstdio>
#include <cstdlib>
#include <unistd.h>
int main(int count, char** arguments) {
    char folder[4096];
    std::printf("$2 in %s:", getcwd(folder, sizeof folder));
    for (int i = 1; i < count; ++i) std::printf(" [%s]", arguments[i]);
    std::puts("");
    const char* status = std::getenv("TOY_STATUS");
    return status ? std::atoi(status) : 0;
}
TOY
}
run() { "$toy/run.sh" "$@" >"$out" 2>"$err"; }

test_arguments_folder_and_exit_status_are_the_programs() {
    make_toy
    mkdir "$work/else where"
    ln -s "$toy/run.sh" "$work/link"
    cd "$work/else where" || exit 1
    TOY_STATUS=42 "$work/link" run 'a b' '' '*' >"$out" 2>"$err"
    expect_equal $? 42
    expect_equal "$(<"$out")" "command line in $work/else where: [run] [a b] [] [*]"
}

test_a_second_call_with_nothing_to_build_says_nothing() {
    make_toy
    run list || fail "the first call failed"
    expect_match "$(<"$err")" 'Building grainscope'
    run list || fail "the second call failed"
    expect_equal "$(<"$err")" ''
}

test_a_changed_source_is_built_before_the_next_run() {
    make_toy
    run list || fail "the first call failed"
    sed -i 's/command line in/changed in/' "$toy/app/cli/main.cpp"
    run list || fail "the second call failed"
    expect_match "$(<"$out")" '^changed in'
}

test_a_source_that_comes_or_goes_is_noticed() {
    make_toy
    run list || fail "the first call failed"
    printf 'struct Greeter { Greeter(); };\n#include <cstdio>\nGreeter::Greeter() { std::puts("hello"); }\nstatic Greeter greeter;\n' \
        >"$toy/app/cli/greeter.cpp"
    run list || fail "the second call failed"
    expect_match "$(<"$out")" '^hello'
    rm "$toy/app/cli/greeter.cpp"
    run list || fail "the third call failed"
    expect_match "$(<"$out")" '^command line'
}

test_a_build_that_fails_shows_why_and_runs_nothing() {
    make_toy
    echo 'not C++ at all' >"$toy/app/cli/main.cpp"
    run list
    expect_equal $? 1
    expect_equal "$(<"$out")" ''
    expect_match "$(<"$err")" 'error:'
    run list
    expect_equal $? 1
}

test_the_command_line_is_built_without_the_window() {
    make_toy
    echo 'not C++ at all' >"$toy/app/gui/main.cpp"
    run list || fail "the command line failed"
}

test_build_makes_both_programs_and_runs_neither() {
    make_toy
    run --build || fail "the build failed"
    expect_equal "$(<"$out")" ''
    [[ -x "$toy/build/release/bin/grainscope" && -x "$toy/build/release/bin/grainscope-gui" ]] || fail "a program is missing"
}

test_gui_is_the_window_with_its_arguments() {
    make_toy
    cd "$work" || exit 1
    run gui 'a file.grain'
    expect_equal "$(<"$out")" "window in $work: [a file.grain]"
}

test_without_a_display_the_demonstration_runs_and_says_why() {
    make_toy
    run || fail "the demonstration failed"
    expect_match "$(<"$out")" '^command line in .*: \[run\] \[quicksort\]$'
    expect_match "$(<"$err")" 'neither DISPLAY nor WAYLAND_DISPLAY is set'
}

test_a_display_that_cannot_be_reached_counts_as_none() {
    make_toy
    DISPLAY=:7654 run || fail "the demonstration failed"
    expect_match "$(<"$out")" '^command line'
    expect_match "$(<"$err")" 'DISPLAY=:7654 cannot be reached'
}

test_no_arguments_open_the_window_where_there_is_a_display() {
    make_toy
    QT_QPA_PLATFORM=offscreen run || fail "the window failed"
    expect_match "$(<"$out")" '^window in .*:$'
}

test_calls_at_the_same_time_build_once_and_all_run() {
    make_toy
    local pids=() pid i
    for i in 1 2 3; do
        "$toy/run.sh" run "$i" >"$work/out$i" 2>"$work/err$i" &
        pids+=($!)
    done
    for pid in "${pids[@]}"; do wait "$pid" || fail "a call failed: $(cat "$work"/err?)"; done
    expect_equal "$(cat "$work"/out? | grep -c '^command line')" 3
    expect_equal "$(cat "$work"/err? | grep -c '^Building')" 1
}

test_a_clone_that_was_copied_builds_in_its_new_place() {
    make_toy
    run list || fail "the first call failed"
    cp -r "$toy" "$work/copy"
    echo '// changed' >>"$work/copy/app/cli/main.cpp"
    "$work/copy/run.sh" list >"$out" 2>"$err" || fail "the copy failed"
    expect_match "$(<"$work/copy/build/release/CMakeCache.txt")" "CMAKE_HOME_DIRECTORY:INTERNAL=$work/copy"
}

# -- the package list ---------------------------------------------------------------------------------------------------

make_machine() {  # make_machine INSTALLED KNOWN: the packages that dpkg and apt pretend to have
    fake dpkg-query "for package in \"\${@:3}\"; do [[ ' $1 ' == *\" \$package \"* ]] && echo \"installed \$package\"; done"
    fake apt-cache "[[ ' $2 ' == *\" \$2 \"* ]] && echo '  Candidate: 1.0' || echo '  Candidate: (none)'"
    fake apt-get 'echo "apt-get $*"'
    PATH=$work/fakes:$PATH
    mkdir -p "$toy"
    cp -r "$root/scripts" "$toy"
    printf '%s\n' '# a comment' 'build  one' 'build  two|zwei  # why' 'gui  three' >"$toy/packages.txt"
    # shellcheck source=/dev/null
    source "$toy/scripts/packages.sh"
}

test_an_installed_alternative_satisfies_its_line() {
    make_machine 'one zwei' ''
    packages_need "$toy" build >"$out" 2>"$err" || fail "something is said to be missing"
    expect_equal "$(cat "$out" "$err")" ''
}

test_only_the_sections_asked_for_are_needed() {
    make_machine 'one two' 'three'
    expect_equal "$(packages_missing "$toy" build)" ''
    expect_equal "$(packages_missing "$toy" build gui)" 'three'
}

test_root_installs_the_alternative_that_apt_knows() {
    make_machine 'one' 'zwei'
    fake id 'echo 0'
    packages_need "$toy" build >"$out" 2>"$err" || fail "the installation failed"
    expect_equal "$(<"$out")" ''
    expect_match "$(<"$err")" 'apt-get .*install .* zwei'
    [[ $(<"$err") != *update* ]] || fail "the package lists were refreshed for nothing"
}

test_unknown_packages_refresh_the_lists_first() {
    make_machine 'one' ''
    fake id 'echo 0'
    packages_need "$toy" build >"$out" 2>"$err" || fail "the installation failed"
    expect_match "$(<"$err")" 'apt-get .*update.*apt-get .*install .* two'
}

test_without_root_the_one_apt_line_is_printed() {
    make_machine '' 'one two three'
    fake id 'echo 1000'
    fake sudo 'exit 1'
    packages_need "$toy" build gui >"$out" 2>"$err"
    expect_equal $? 1
    expect_match "$(<"$err")" 'sudo apt-get update && sudo apt-get install -y --no-install-recommends one three two'
    [[ $(<"$err") != *'apt-get -q'* ]] || fail "apt-get was called"
}

test_sudo_that_asks_nothing_is_used() {
    make_machine 'one two' 'three'
    fake id 'echo 1000'
    fake sudo '[[ $1 == -n ]] || exit 1; shift; exec "$@"'
    packages_need "$toy" gui >"$out" 2>"$err" || fail "the installation failed"
    expect_match "$(<"$err")" 'apt-get .*install .* three'
}

declare -F "$2" >/dev/null || { echo "no such test: $2"; exit 1; }
"$2"
