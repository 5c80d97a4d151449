#!/bin/bash
# architecture_test.sh ROOT TEST: holds the sources against one rule of docs/architecture.md. Prints every breach.
set -u
cd "$1" || exit 1
breaches=0

breach() {
    printf '%s\n' "$*"
    breaches=1
}

# no_match WHY PATTERN PATH...: no line under the paths matches. That nothing was searched is a breach too.
no_match() {
    local why=$1 pattern=$2 line
    shift 2
    [[ -n $(find "$@" -type f -print -quit 2>/dev/null) ]] || breach "nothing to search in $*"
    while IFS= read -r line; do
        breach "$why: $line"
    done < <(grep -rnE --include='*.h' --include='*.cpp' -- "$pattern" "$@")
}

# only_includes FOLDER ALLOWED...: files in FOLDER include from our own folders only the allowed ones.
only_includes() {
    local folder=$1 file line included entry
    shift
    [[ -d $folder ]] || breach "$folder is not there"
    while IFS=: read -r file line included; do
        included=$(sed -E 's/.*[<"](engine\/)?([^>"]+)[>"].*/\2/' <<<"$included")
        for entry in "$@"; do
            [[ $included == "$entry"* ]] && continue 2
        done
        breach "$file:$line includes $included, which is not below $folder"
    done < <(grep -rnE '#include [<"]((engine/)?grainscope|ui|app)/' "$folder")
}

test_dependencies_inside_the_engine_point_one_way() {
    local g=grainscope events room
    # What a worker writes: known to the runtime, and knowing only the platform.
    events=($g/trace/{event,event_ring,subject,data_board,channel_board}.h)
    only_includes engine/$g/platform $g/platform/
    for header in "${events[@]}"; do only_includes_of_file "engine/$header" $g/platform/ "${events[@]}"; done
    only_includes engine/$g/trace $g/platform/ $g/trace/
    only_includes engine/$g/runtime $g/platform/ "${events[@]}" $g/runtime/
    only_includes engine/$g/sort $g/platform/ $g/runtime/ $g/sort/
    only_includes engine/$g/backends $g/platform/ $g/runtime/ $g/iter/ $g/sort/ $g/io/ "${events[@]}" $g/backends/
    only_includes engine/$g/workloads $g/platform/ $g/runtime/ $g/iter/ $g/sort/ $g/channel/ $g/collections/ $g/metrics/ \
        $g/io/ "${events[@]}" $g/backends/ $g/workloads/
    # channel, collections, metrics and io stand side by side.
    for room in channel collections metrics io; do
        [[ -d engine/$g/$room ]] && only_includes engine/$g/$room $g/platform/ $g/runtime/ "${events[@]}" $g/$room/
    done
    only_includes engine/$g/study $g/
}
only_includes_of_file() {
    local file=$1 line
    shift
    while IFS= read -r line; do
        line=$(sed -E 's/.*<([^>]+)>.*/\1/' <<<"$line")
        for entry in "$@"; do [[ $line == "$entry"* ]] && continue 2; done
        breach "$file includes $line"
    done < <(grep -E '#include <grainscope/' "$file")
}

test_the_engine_knows_neither_qt_nor_the_programs() {
    no_match 'Qt in the engine' '#include *[<"]Q[A-Z]' engine
    no_match 'a program in the engine' '#include *[<"](ui|app)/' engine
}

test_installed_headers_hide_the_libraries_behind_them() {
    local rooms=() room
    for room in platform runtime iter sort channel collections metrics trace io; do
        [[ -d engine/grainscope/$room ]] && rooms+=("engine/grainscope/$room"/*.h)
    done
    no_match 'a foreign library in an installed header' '#include *<(boost|openssl|sqlite3|nlohmann|fmt|tbb|oneapi|omp|hwy)' \
        "${rooms[@]}" engine/grainscope/grainscope.h
}

test_atomics_come_through_one_header() {
    local file
    while IFS= read -r file; do
        # platform/fence.h is the one place for fences, which have no object to alias.
        [[ $file == engine/grainscope/platform/@(atomic|fence).h ]] || breach "$file names std::atomic; it is grainscope::Atomic here"
    done < <(grep -rlE 'std::atomic(<|_ref|_flag|_thread_fence|_signal_fence)' engine/grainscope)
}

test_public_layout_does_not_depend_on_the_processor() {
    no_match 'use grainscope::cache_line' 'hardware_(destructive|constructive)_interference_size' engine/grainscope
}

test_no_workload_is_named_outside_its_file_and_no_other_includes_it() {
    local names
    names=$(grep -lE '^const Registration ' engine/grainscope/workloads/*.cpp | sed -E 's#.*/(.*)\.cpp#\1#' | paste -sd '|')
    [[ -n $names ]] || breach 'no workload registers itself'
    no_match 'a workload is reached through the registry' "#include <grainscope/workloads/($names)\.h" \
        engine/grainscope app ui
}

test_models_and_session_know_no_widgets() {
    no_match 'a widget below the views' \
        '#include *[<"](QWidget|QDialog|QMainWindow|QApplication|QPainter|QLabel|QPushButton|QtWidgets|QDockWidget|qcustomplot|ui/(views|widgets|theme)/)' \
        ui/models ui/session
}

test_the_window_never_runs_a_workload_itself() {
    no_match 'a workload in the window' '#include *[<"](engine/)?grainscope/(runtime|sort|backends|workloads)/' ui app/gui
}

test_colours_stand_in_the_theme_alone() {
    no_match 'a colour outside ui/theme' '(QColor[ a-zA-Z0-9_]*[({] *(0x|[0-9]+ *,)|(fromRgb|qRgba?)\( *[0-9]|"#[0-9a-fA-F]{3,8}"|Qt::(red|green|blue|black|white|gray|yellow)\b)' \
        ui/models ui/session ui/views ui/widgets app/gui
}

test_no_source_is_longer_than_a_room() {
    local file lines
    while read -r lines file; do
        [[ $file == total ]] || ((lines < 700)) || breach "$file has $lines lines; a file has one concept and less than 700"
    done < <(find engine app ui tests bench -name '*.h' -o -name '*.cpp' -o -name '*.py' | xargs wc -l)
}

declare -F "$2" >/dev/null || { echo "no such test: $2"; exit 1; }
"$2"
exit $breaches
