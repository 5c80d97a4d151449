#include <grainscope/workloads/upload_run.h>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <grainscope/io/io.h>
#include <grainscope/runtime/blocking.h>
#include <grainscope/workloads/file_bytes.h>

namespace grainscope::workloads {

namespace {

using Clock = std::chrono::steady_clock;

/// How often the IO thread is asked for, and how soon a cancelled run is noticed.
constexpr std::chrono::milliseconds beat{1};
constexpr std::chrono::milliseconds glance{5};
constexpr std::size_t most_upload_bytes = std::size_t{256} << 20;

std::string hexadecimal(const Checksum& checksum) {
    std::string text;
    for (const std::byte byte : checksum) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

io::Response plain(unsigned status, const std::string& text) {
    return {.status = status, .headers = {{"Content-Type", "text/plain"}}, .body = text + "\n"};
}

/// On a blocking thread. The error is one line.
std::expected<std::string, std::string> content_of(const std::filesystem::path& file) {
    return blocked(trace::State::blocked_io, [&]() -> std::expected<std::string, std::string> {
        const auto bytes = read_file(file.string(), "a file to upload");
        if (!bytes) return std::unexpected(bytes.error().message);
        return std::string(bytes->view());
    });
}

}  // namespace

std::optional<std::string> name_of_target(std::string_view target) {
    if (!target.starts_with('/')) return std::nullopt;
    target = target.substr(1, std::min(target.find_first_of("?#"), target.size()) - 1);
    std::string name;
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (target[i] != '%') {
            name += target[i];
            continue;
        }
        const std::string_view digits = target.substr(i + 1, 2);
        unsigned char byte = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (error != std::errc() || digits.size() < 2 || end != digits.data() + 2) return std::nullopt;
        name += static_cast<char>(byte);
        i += 2;
    }
    if (name.empty()) return std::nullopt;
    return name;
}

UploadRun::UploadRun(backends::CrewBackend& crew, UploadStore& store, const SealingKey& key,
                     const IntakeOptions& options, Ended ended)
    : crew_(crew), cancel_(options.cancel), intake_(store, key, options), ended_(std::move(ended)) {}

void UploadRun::receive(io::Listener& listener, const std::function<void(const std::string& url)>& clients) {
    io::Runtime& runtime = crew_.runtime();
    const std::string url = listener.url();  // from here on the listener is the IO thread's
    auto watching = runtime.spawn(watch_io_thread());
    auto serving =
        runtime.spawn(io::serve(listener, [this](io::ServerRequest request) { return answer(std::move(request)); },
                                {.max_body_bytes = most_upload_bytes}));
    // A cancelled run leaves the clients nobody to talk to: they end by themselves.
    const auto stop_when_cancelled = [](CancellationToken cancel, const io::JoinHandle<void>& server,
                                        io::Listener& open) -> io::Task<> {
        while (!cancel.is_cancelled()) co_await io::sleep_for(glance);
        server.abort();
        open.close();
    };
    auto stopping = runtime.spawn(stop_when_cancelled(cancel_, serving, listener));
    const auto end = [&] {
        for (auto* task : {&stopping, &serving, &watching}) {
            task->abort();
            try {
                std::move(*task).get();
            } catch (const Cancelled&) {
            }
        }
        intake_.wait_for_calls();
    };
    try {
        clients(url);
    } catch (...) {
        end();
        throw;
    }
    end();
    cancel_.throw_if_cancelled();
}

void UploadRun::read(std::span<const std::filesystem::path> files, std::size_t concurrency) {
    io::Runtime& runtime = crew_.runtime();
    auto watching = runtime.spawn(watch_io_thread());
    auto reading = runtime.spawn(read_side_by_side(files, concurrency));
    while (!reading.wait_for(glance))
        if (cancel_.is_cancelled()) reading.abort();
    watching.abort();
    try {
        std::move(watching).get();
    } catch (const Cancelled&) {
    }
    intake_.wait_for_calls();
    std::move(reading).get();
}

void UploadRun::wait_for(std::size_t uploads) {
    std::unique_lock lock(mutex_);
    while (!one_ended_.wait_for(lock, glance, [&] { return count_ >= uploads; })) cancel_.throw_if_cancelled();
}

io::Task<io::Response> UploadRun::answer(io::ServerRequest request) {
    const auto begun = Clock::now();
    if (request.method != "PUT" && request.method != "POST") co_return plain(405, "uploads are sent by PUT to /NAME");
    std::optional<std::string> name = name_of_target(request.target);
    if (!name) co_return plain(400, "an upload needs a name: PUT /NAME");
    const UploadOutcome outcome = co_await take(std::move(*name), std::move(request.body), begun);
    if (outcome.taken.error) co_return plain(507, *outcome.taken.error);
    co_return plain(201, hexadecimal(outcome.taken.checksum));
}

io::Task<UploadOutcome> UploadRun::take(std::string name, std::string bytes, Clock::time_point begun) {
    UploadOutcome outcome{.name = name, .took = {}, .plain_bytes = bytes.size(), .taken = {}};
    try {
        outcome.taken = co_await intake_.take(std::move(name), std::move(bytes));
    } catch (const Cancelled&) {
        throw;
    } catch (const std::bad_alloc&) {
        outcome.taken.error = "the system has no memory left for it";
    } catch (const std::exception& error) {
        outcome.taken.error = error.what();
    }
    outcome.took = Clock::now() - begun;
    keep(outcome);
    co_return outcome;
}

void UploadRun::keep(UploadOutcome outcome) {
    const std::optional<std::size_t> thread = outcome.taken.blocking_thread;
    outcomes_.push_back(std::move(outcome));
    ended_(outcomes_.size() - 1, outcomes_.back(), thread ? crew_.first_blocking_row() + *thread : 0);
    {
        const std::lock_guard lock(mutex_);
        ++count_;
    }
    one_ended_.notify_all();
}

io::Task<> UploadRun::read_side_by_side(std::span<const std::filesystem::path> files, std::size_t concurrency) {
    std::size_t next = 0;
    std::vector<io::Task<>> lanes;
    for (std::size_t i = 0; i < std::min(concurrency, files.size()); ++i)
        lanes.push_back(read_one_after_the_other(files, next));
    co_await io::join_all(std::move(lanes));
}

io::Task<> UploadRun::read_one_after_the_other(std::span<const std::filesystem::path> files, std::size_t& next) {
    while (next < files.size()) {
        const std::filesystem::path& file = files[next++];
        const auto begun = Clock::now();
        auto bytes = co_await io::spawn_blocking(content_of, file);
        if (bytes) {
            (void)co_await take(file.filename().string(), std::move(*bytes), begun);
        } else {
            keep({.name = file.filename().string(),
                  .took = Clock::now() - begun,
                  .plain_bytes = 0,
                  .taken = {.error = bytes.error()}});
        }
    }
}

io::Task<> UploadRun::watch_io_thread() {
    while (true) {
        const auto due = Clock::now() + beat;
        co_await io::sleep_until(due);
        io_delays_.push_back(Clock::now() - due);
    }
}

}  // namespace grainscope::workloads
