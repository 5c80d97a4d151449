#include "model/explore.h"

#include <charconv>
#include <stdexcept>

namespace grainscope::model {
namespace {

/// The machinery of executions: stacks and histories are kept between cases.
Execution& machine() {
    static Execution& execution = *new Execution;  // its fibres are nobody's to destroy
    return execution;
}

}  // namespace

Outcome explore(const Case& body, const Options& options) {
    Execution& run = machine();
    Outcome outcome;
    Choices rehearsal;
    (void)run.run(body, options, rehearsal, false, true);  // statics of the code under test come to be
    const bool bounded = options.preemptions != any_number;
    for (int preemptions = bounded ? 0 : any_number; preemptions <= options.preemptions; ++preemptions) {
        Options bound = options;
        bound.preemptions = preemptions;
        Choices choices;
        outcome.schedules = outcome.pruned = outcome.steps = 0;
        bool more = true;
        for (; more && outcome.schedules < options.most_schedules; more = choices.advance()) {
            const Execution::End end = run.run(body, bound, choices, false, false);
            outcome.steps += run.steps();
            if (end == Execution::End::pruned) {
                ++outcome.pruned;
                continue;
            }
            ++outcome.schedules;
            if (end == Execution::End::passed) continue;
            const std::string schedule = std::to_string(preemptions) + '/' + choices.text();
            Outcome failed = replay(body, schedule, options);
            if (!failed.failed) failed.failure = run.failure() + " (not so when repeated)";
            failed.failed = true;
            failed.schedules = outcome.schedules;
            failed.pruned = outcome.pruned;
            return failed;
        }
        outcome.complete = !more;
        if (more) break;
    }
    return outcome;
}

Outcome replay(const Case& body, const std::string& schedule, const Options& options) {
    const std::size_t slash = schedule.find('/');
    Options bound = options;
    const auto [end, error] = std::from_chars(schedule.data(), schedule.data() + schedule.size(), bound.preemptions);
    if (slash == std::string::npos || error != std::errc{} || end != schedule.data() + slash) {
        throw std::invalid_argument("no schedule: " + schedule);
    }
    Choices choices = Choices::parse(schedule.substr(slash + 1));
    Execution& run = machine();
    Outcome outcome;
    outcome.failed = run.run(body, bound, choices, true, false) == Execution::End::failed;
    outcome.failure = run.failure();
    outcome.schedule = schedule;
    outcome.trace = run.trace();
    outcome.schedules = 1;
    outcome.steps = run.steps();
    return outcome;
}

}  // namespace grainscope::model
