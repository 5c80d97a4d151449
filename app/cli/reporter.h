// Tells the user, and the recording if there is one, how a measurement is going.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include <grainscope/study/observer.h>
#include <grainscope/trace/collector.h>

namespace grainscope::cli {

/// Progress goes to a bar where standard error is a terminal; warnings to standard error and into the recording.
/// warning may be called from any thread, the rest from the measuring one.
class Reporter final : public study::Observer {
  public:
    Reporter();
    ~Reporter() override;
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;

    /// collector: null to stop recording. notes_progress: a study's steps go into the recording as well.
    void record_to(trace::Collector* collector, bool notes_progress);

    void progress(std::size_t done, std::size_t total, std::string_view label) override;
    void setting_changed(const study::Setting& setting) override;
    void warning(const std::string& line) override;
    /// Takes the bar away.
    void clear();

  private:
    void draw(std::size_t done, std::size_t total, std::string_view label);
    void erase_bar();

    std::mutex mutex_;
    trace::Collector* collector_ = nullptr;
    bool notes_progress_ = false;
    const bool terminal_;
    bool drawn_ = false;
    std::chrono::steady_clock::time_point last_drawn_;
};

}  // namespace grainscope::cli
