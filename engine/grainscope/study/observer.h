// What a measurement tells while it goes on. All calls come from the measuring thread, between repetitions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <grainscope/study/harness.h>

namespace grainscope::study {

class Observer {
  public:
    virtual ~Observer() = default;
    /// done of total steps; label says what is being done now. total is 0 where there is no end in sight.
    virtual void progress(std::size_t /*done*/, std::size_t /*total*/, std::string_view /*label*/) {}
    /// A parameter was changed from outside; what is measured from here on is of this setting.
    virtual void setting_changed(const Setting& /*setting*/) {}
    /// One line for the user; the measurement goes on.
    virtual void warning(const std::string& /*line*/) {}
};

}  // namespace grainscope::study
