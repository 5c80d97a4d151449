// Where requests to a running measurement come from: signals, and standard input with --control.
#pragma once

#include <string_view>
#include <thread>

#include <grainscope/study/control.h>
#include <grainscope/workloads/workload.h>

#include "app/cli/reporter.h"

namespace grainscope::cli {

/// While it lives, Ctrl+C (and SIGTERM, SIGHUP) ends the measurement with what it has, a second one ends the program,
/// and with read_input each line of standard input is obeyed; its end means stop. Without read_input standard input is
/// never read. To be made before any other thread: the signals are blocked in all of them.
class Requests {
  public:
    Requests(study::Control& control, const workloads::Description& description, Reporter& reporter, bool read_input);
    ~Requests();
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;

  private:
    void listen();
    /// False at the end of the input.
    bool take_input();
    void take_signal();
    void obey(std::string_view line);

    study::Control& control_;
    const workloads::Description& description_;
    Reporter& reporter_;
    bool reads_input_;
    bool interrupted_ = false;
    std::string unfinished_;
    int signals_ = -1;
    int done_ = -1;  ///< an eventfd: the destructor was called
    std::thread thread_;
};

}  // namespace grainscope::cli
