#include "app/cli/reporter.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/documents.h"
#include "app/cli/output.h"

namespace grainscope::cli {
namespace {

constexpr std::chrono::milliseconds shortest_redraw{100};
constexpr std::size_t bar_cells = 24;

bool is_terminal() {
    const char* kind = std::getenv("TERM");
    return isatty(STDERR_FILENO) == 1 && (kind == nullptr || std::string_view(kind) != "dumb");
}

std::size_t terminal_columns() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Reporter::Reporter() : terminal_(is_terminal()) {}

Reporter::~Reporter() { clear(); }

void Reporter::record_to(trace::Collector* collector, bool notes_progress) {
    const std::scoped_lock lock(mutex_);
    collector_ = collector;
    notes_progress_ = notes_progress;
}

void Reporter::progress(std::size_t done, std::size_t total, std::string_view label) {
    const std::scoped_lock lock(mutex_);
    if (collector_ != nullptr && notes_progress_) {
        collector_->note(trace::NoteKind::progress,
                         on_one_line({{"done", done}, {"total", total}, {"label", std::string(label)}}));
    }
    if (terminal_) draw(done, total, label);
}

void Reporter::setting_changed(const study::Setting& setting) {
    const std::scoped_lock lock(mutex_);
    if (collector_ == nullptr) return;
    Json parameters = parameters_json(setting.values);
    parameters["threads"] = setting.threads;
    parameters["backend"] = setting.backend;
    collector_->note(trace::NoteKind::parameters, on_one_line(parameters));
}

void Reporter::warning(const std::string& line) {
    const std::scoped_lock lock(mutex_);
    erase_bar();
    print_error("warning: " + line);
    if (collector_ != nullptr) collector_->note(trace::NoteKind::warning, line);
}

void Reporter::clear() {
    const std::scoped_lock lock(mutex_);
    erase_bar();
}

void Reporter::draw(std::size_t done, std::size_t total, std::string_view label) {
    const auto now = std::chrono::steady_clock::now();
    if (drawn_ && now - last_drawn_ < shortest_redraw) return;
    last_drawn_ = now;
    drawn_ = true;
    std::string line;
    if (total > 0) {
        const std::size_t filled = std::min(bar_cells, bar_cells * done / total);
        for (std::size_t i = 0; i < bar_cells; ++i) line += i < filled ? "━" : "╌";
        line += fmt::format(" {}/{} ", done, total);
    } else if (done > 0) {
        line += fmt::format("run {} ", done);
    }
    const std::size_t room = terminal_columns() - std::min(terminal_columns() - 1, bar_cells + 16);
    line += label.substr(0, room);
    fmt::print(stderr, "\r\x1b[K{}", line);
    std::fflush(stderr);
}

void Reporter::erase_bar() {
    if (!drawn_) return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace grainscope::cli
