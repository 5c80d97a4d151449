#!/bin/bash
# readable_errors_test.sh COMPILER INCLUDE_FOLDER: what needs an indexed pipeline says so, by its name, before the compiler
# says anything else.
set -u
compiler=$1 include=$2
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

cat >"$folder/all.h" <<EOF
#include <functional>
#include <vector>
#include <grainscope/iter/iter.h>
EOF
compile=("$compiler" -std=c++23 "-I$include")
"${compile[@]}" -x c++-header "$folder/all.h" -o "$folder/all.h.gch" || exit 1

# errors_of CALL: what the compiler says first of the call on an unindexed pipeline `p`.
errors_of() {
    cat >"$folder/misuse.cpp" <<EOF
#include "all.h"
template <class P> void misuse(const P& p, const std::vector<int>& v) { (void)v; (void)p.$1; }
int main() {
    const std::vector<int> v{1};
    misuse(grainscope::par_iter(v).filter([](int) { return true; }), v);
}
EOF
    LC_ALL=C "${compile[@]}" -fsyntax-only "$folder/misuse.cpp" 2>&1 | grep -m1 'error:'
}

failed=0
for call in 'enumerate()' 'take(1)' 'rev()' 'step_by(1)' 'chunks(1)' 'zip(v)' 'zip_eq(v)' 'interleave(v)' \
    'intersperse(1)' 'by_uniform_blocks(1)' 'positions([](int) { return true; })' 'inclusive_scan(std::plus<>())' \
    'reproducible_sum()' 'is_sorted()' 'eq(v)'; do
    name=${call%%(*}
    first=$(errors_of "$call")
    if [[ $first != *"grainscope: $name needs"* ]]; then
        echo "$name: the first error is: $first"
        failed=1
    fi
done
exit $failed
