// Stands in for `grainscope` in the controller's tests. The workload's name says how it behaves; every line that it was
// sent comes back as a warning note, so that a test can read what arrived.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <grainscope/platform/clock.h>
#include <grainscope/trace/stream_writer.h>

namespace {

using namespace grainscope::trace;
using grainscope::platform::clock_pair;

constexpr const char* workload_list = R"({"schema": 1, "workloads": [
  {"name": "obedient", "title": "Obedient", "category": "Sorting", "summary": "Does what it is told.",
   "parameters": [
     {"name": "n", "label": "Elements", "help": "How many numbers.", "unit": "", "kind": "integer", "default": 10000000,
      "minimum": 1, "maximum": 1000000000, "logarithmic": true, "live": false, "tunable": false, "choices": null},
     {"name": "threshold", "label": "Threshold", "help": "", "unit": "elements", "kind": "integer", "default": 1024,
      "minimum": 16, "maximum": 1048576, "logarithmic": true, "live": true, "tunable": true, "choices": null},
     {"name": "pivot", "label": "Pivot", "help": "", "unit": "", "kind": "choice", "default": "median3", "minimum": null,
      "maximum": null, "logarithmic": false, "live": true, "tunable": false,
      "choices": [{"name": "first", "label": "first"}, {"name": "median3", "label": "median of 3"}]},
     {"name": "colour", "label": "Colour", "kind": "colour", "default": "red"}],
   "backends": ["grainscope", "tbb"]},
  {"name": "crash", "title": "Crash", "category": "Accidents", "summary": "Falls over.", "parameters": [], "backends": ["grainscope"]}],
  "backends": [{"name": "grainscope", "available": true, "missing_because": null},
               {"name": "tbb", "available": false, "missing_because": "this build has no oneTBB"}]})";

class Program {
  public:
    explicit Program(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}

    int run() {
        const std::string& workload = arguments_[1];
        if (workload == "silent") return 0;
        if (workload == "bad-request") return fail(2, "threads must be 0 (one a core) to 1,024");
        if (workload == "no-file") return fail(3, "there is no file 'numbers.txt'");
        if (workload == "no-memory") return fail(1, "n=10000000000000 needs 80 TB of memory, and 4 GB are free");
        if (workload == "garbage") {
            std::fputs("this is no recording, whatever follows", stdout);
            return 0;
        }
        begin();
        if (workload == "deaf") return ignore_everything();
        sample();
        if (workload == "crash") end_by(SIGSEGV);
        if (workload == "killed") end_by(SIGKILL);
        if (workload == "wrong") return wrong();
        if (workload == "flood") return flood();
        if (arguments_[0] != "run") return study();
        return obey();
    }

  private:
    static int fail(int status, const char* line) {
        std::fprintf(stderr, "grainscope: %s\n", line);
        return status;
    }

    void begin() {
        nlohmann::json metadata{
            {"workload", arguments_[1]}, {"backend", "grainscope"}, {"threads", 2}, {"arguments", arguments_}};
        writer_.add_sink(grainscope::platform::ByteSink::standard_output());
        writer_.write_header(clock_pair(), 2, metadata.dump());
        writer_.flush();
    }

    void sample() {
        writer_.write_phase_begin(clock_pair(), PhaseKind::sample, samples_);
        std::vector<Event> events;
        const auto begin = clock_pair().ticks;
        const auto middle = clock_pair().ticks;
        events.push_back({.begin = begin,
                          .end = middle,
                          .kind = EventKind::state,
                          .detail = static_cast<std::uint8_t>(State::busy)});
        events.push_back({.begin = middle, .end = middle, .victim = 1, .kind = EventKind::steal});
        writer_.write_events(clock_pair(), 0, events);
        BoardImage image = BoardImage::empty(4);
        image.values = {static_cast<std::uint16_t>(samples_), 1, 2, 3};
        writer_.write_frame(clock_pair(), image);
        writer_.write_phase_end(clock_pair(), PhaseKind::sample, samples_, false);
        writer_.flush();
        ++samples_;
    }

    int wrong() {
        writer_.write_verdict(clock_pair(), PhaseKind::sample, 0, false);
        writer_.write_close(clock_pair(), R"({"correct": false})");
        writer_.flush();
        return fail(1, "the answer is wrong: element 7 is smaller than the one before it");
    }

    int flood() {
        const std::string line(60'000, 'x');
        for (int i = 0; i < 200; ++i) {
            writer_.write_note(clock_pair(), NoteKind::parameters, line);
            writer_.flush();
        }
        writer_.write_close(clock_pair(), "");
        writer_.flush();
        return 0;
    }

    int study() {
        writer_.write_note(clock_pair(), NoteKind::progress, R"({"done": 1, "total": 2, "label": "2 threads"})");
        writer_.write_note(
            clock_pair(), NoteKind::point,
            R"({"threads": 1, "backend": "grainscope", "parameters": {}, "samples_ns": [100], "median_ns": 100,
                               "ci95_ns": null, "speedup": 1, "speedup_ci95": null, "efficiency": 1})");
        writer_.write_close(clock_pair(), R"({"schema": 1, "workload": "obedient", "points": []})");
        writer_.flush();
        return 0;
    }

    [[noreturn]] static void end_by(int signal) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        std::signal(signal, SIG_DFL);
        std::raise(signal);
        std::abort();
    }

    int ignore_everything() {
        std::signal(SIGTERM, SIG_IGN);
        std::signal(SIGHUP, SIG_IGN);
        while (true) ::pause();
    }

    /// Until its input says stop, or ends: a sample, then what was sent meanwhile.
    int obey() {
        std::string unread;
        while (true) {
            pollfd input{STDIN_FILENO, POLLIN, 0};
            if (::poll(&input, 1, paused_ ? -1 : 5) > 0) {
                char block[4096];
                const ssize_t length = ::read(STDIN_FILENO, block, sizeof block);
                if (length <= 0) return stopped("input closed");
                unread.append(block, static_cast<std::size_t>(length));
            }
            for (std::size_t end; (end = unread.find('\n')) != std::string::npos;) {
                const std::string line = unread.substr(0, end);
                unread.erase(0, end + 1);
                if (!take(line)) return stopped("asked to stop");
            }
            if (!paused_) sample();
        }
    }

    bool take(const std::string& line) {
        writer_.write_note(clock_pair(), NoteKind::warning, line);
        writer_.flush();
        const auto command = nlohmann::json::parse(line);
        const std::string order = command.value("do", "");
        if (order == "pause") paused_ = true;
        if (order == "resume") paused_ = false;
        return order != "stop";
    }

    int stopped(const char* why) {
        writer_.write_close(
            clock_pair(), nlohmann::json{{"workload", arguments_[1]}, {"why", why}, {"samples_ns", {1, 2, 3}}}.dump());
        writer_.flush();
        return 0;
    }

    std::vector<std::string> arguments_;
    StreamWriter writer_;
    std::uint32_t samples_ = 0;
    bool paused_ = false;
};

}  // namespace

int main(int count, char** values) {
    std::vector<std::string> arguments(values + 1, values + count);
    if (arguments.empty()) return 2;
    if (arguments[0] == "list") {
        if (const char* failure = std::getenv("FAKE_LIST_FAILURE")) {
            std::fprintf(stderr, "grainscope: %s\n", failure);
            return 1;
        }
        std::fputs(workload_list, stdout);
        return 0;
    }
    return Program(std::move(arguments)).run();
}
