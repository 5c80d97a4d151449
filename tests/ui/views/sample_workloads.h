// Descriptions for tests: one knob of each kind.
#pragma once

#include <QList>

#include <ui/session/workload_description.h>

namespace grainscope::ui::test {

inline WorkloadDescription quicksort() {
    using Kind = ParameterDescription::Kind;
    const auto text = [](const char* latin1) { return QString::fromLatin1(latin1); };
    WorkloadDescription workload;
    workload.name = text("quicksort");
    workload.title = text("Quicksort");
    workload.category = text("Sorting");
    workload.summary = text("Sorts by partition.");
    workload.backends = {{text("grainscope"), text("Grainscope"), {}},
                         {text("tbb"), text("oneTBB"), text("not built in")}};
    ParameterDescription n{text("n"),
                           text("Elements"),
                           text("How many"),
                           {},
                           Kind::integer,
                           qlonglong{10'000'000},
                           1,
                           1e9,
                           true,
                           false,
                           false,
                           {}};
    ParameterDescription threshold{text("threshold"),
                                   text("Threshold"),
                                   text("Leaves"),
                                   {},
                                   Kind::integer,
                                   qlonglong{32},
                                   1,
                                   1 << 20,
                                   true,
                                   true,
                                   true,
                                   {}};
    ParameterDescription pivot{text("pivot"),
                               text("Pivot"),
                               text("Which element"),
                               {},
                               Kind::choice,
                               text("median3"),
                               0,
                               0,
                               false,
                               true,
                               false,
                               {{text("first"), text("first"), {}}, {text("median3"), text("median of 3"), {}}}};
    ParameterDescription parallel{text("parallel-partition"),
                                  text("Parallel partition"),
                                  text("Both ends at once"),
                                  {},
                                  Kind::boolean,
                                  false,
                                  0,
                                  0,
                                  false,
                                  true,
                                  false,
                                  {}};
    ParameterDescription input{text("input"),
                               text("Input file"),
                               text("Your own values"),
                               {},
                               Kind::file,
                               QString(),
                               0,
                               0,
                               false,
                               false,
                               false,
                               {}};
    workload.parameters = {n, threshold, pivot, parallel, input};
    return workload;
}

inline WorkloadDescription fib() {
    WorkloadDescription workload = quicksort();
    workload.name = QStringLiteral("fib");
    workload.title = QStringLiteral("Fibonacci");
    workload.category = QStringLiteral("Classics");
    workload.parameters = {workload.parameters.first()};
    return workload;
}

}  // namespace grainscope::ui::test
