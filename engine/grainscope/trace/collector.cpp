#include <grainscope/trace/collector.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace grainscope::trace {
namespace {

constexpr std::chrono::milliseconds longest_interval{100};
constexpr std::chrono::milliseconds shortest_interval{1};

/// Kernel times cost a system call each: with more workers than this they take turns, except where a phase begins or
/// ends.
constexpr std::size_t kernel_reads_a_tick = 64;
constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

/// What pictures may add to the stream in a tick, about half a megabyte a second: one that changed more is paid for by
/// the ticks before the next, but by no more than these. Bars come at every tick; a large grid, too, unless it is
/// redrawn many times a second.
constexpr std::uint64_t frame_bytes_a_tick = std::uint64_t{16} << 10;
constexpr std::uint64_t most_ticks_a_frame = 4;

/// A row's buffer that once held a burst is given back.
constexpr std::size_t most_kept_events = std::size_t{1} << 12;

}  // namespace

Collector::Collector(StreamWriter& writer, CollectorOptions options) : writer_(writer), options_(std::move(options)) {
    const std::size_t subject_rows = options_.subject == nullptr ? 0 : options_.subject->worker_count();
    written_rows_ = std::min(std::max(options_.workers, subject_rows), format::most_workers);
    writer_.write_header(platform::clock_pair(), written_rows_, options_.metadata);
    writer_.flush();
    {
        const std::scoped_lock lock(stream_mutex_);
        board_ = options_.board;
        if (options_.subject != nullptr) attach(options_.subject);
    }
    thread_ = std::thread([this] { run(); });
}

Collector::~Collector() { stop(false); }

void Collector::run() {
    const auto interval = std::clamp(options_.interval, shortest_interval, longest_interval);
    bool told_reader_gone = false;
    auto next = std::chrono::steady_clock::now() + interval;
    for (;;) {
        {
            std::unique_lock lock(wake_mutex_);
            if (wake_.wait_until(lock, next, [this] { return stopping_; })) return;
        }
        {
            const std::scoped_lock lock(stream_mutex_);
            collect(kernel_reads_a_tick);
        }
        if (writer_.reader_gone() && !told_reader_gone) {
            told_reader_gone = true;
            if (options_.on_reader_gone) options_.on_reader_gone();
        }
        next = std::max(next + interval, std::chrono::steady_clock::now());
    }
}

void Collector::collect(std::size_t kernel_reads) {
    drain_rings();
    std::vector<Pending> pending;
    {
        const std::scoped_lock lock(front_mutex_);
        pending.swap(pending_);
        // Behind the drain, so that every drained tick is before this clock.
        meter_.read_some(reading_, kernel_reads);
    }
    for (Pending& write : pending) write(writer_);
    for (std::size_t i = 0; i < staged_.size(); ++i) {
        writer_.write_events(reading_.clock, i, staged_[i]);
        if (staged_[i].capacity() > most_kept_events) {
            staged_[i] = {};
        } else {
            staged_[i].clear();
        }
    }
    writer_.write_samples(reading_);
    if (channels_ != nullptr) {
        channels_->read(channel_readings_);
        writer_.write_channels(reading_.clock, channel_readings_);
    }
    unpaid_frame_bytes_ -= std::min(unpaid_frame_bytes_, frame_bytes_a_tick);
    if (board_ != nullptr && (unpaid_frame_bytes_ == 0 || kernel_reads == all)) {
        read_board(*board_, written_rows_, image_);
        const std::uint64_t before = writer_.bytes();
        writer_.write_frame(reading_.clock, image_);
        unpaid_frame_bytes_ = std::min(writer_.bytes() - before, most_ticks_a_frame * frame_bytes_a_tick);
    }
    writer_.flush();
}

void Collector::drain_rings() {
    for (std::size_t i = 0; i < rings_.size(); ++i) {
        if (rings_[i] == nullptr) continue;
        rings_[i]->drain(
            [&](std::span<const Event> events) { staged_[i].insert(staged_[i].end(), events.begin(), events.end()); });
    }
}

void Collector::write_rows(const platform::ClockPair& clock, std::size_t rows) {
    if (rows <= written_rows_) return;
    written_rows_ = rows;
    writer_.write_workers(clock, rows);
}

void Collector::attach(Subject* subject) {
    const auto discard = [](std::span<const Event>) {};
    const std::size_t workers = subject->worker_count();
    for (std::size_t i = 0; i < workers; ++i) {
        if (EventRing* ring = subject->ring(i)) ring->drain(discard);  // of an earlier recording
    }
    subject->set_trace_level(options_.level);
    rings_.clear();
    for (std::size_t i = 0; i < workers; ++i) {
        rings_.push_back(options_.level == Level::off ? nullptr : subject->ring(i));
    }
    if (staged_.size() < workers) staged_.resize(workers);
    platform::ClockPair clock;
    {
        const std::scoped_lock lock(front_mutex_);
        subject_ = subject;
        meter_.attach(subject);
        clock = platform::clock_pair();
    }
    write_rows(clock, meter_.rows());
    collect(all);  // where the rows begin to count
}

void Collector::close_open_spans() {
    for (std::size_t i = 0; i < rings_.size() && i < reading_.workers.size(); ++i) {
        WorkerTotals& worker = reading_.workers[i];
        if (rings_[i] == nullptr || !worker.state_ticks) continue;
        const Ticks now = reading_.clock.ticks;
        const Event span{.begin = worker.open_since,
                         .end = now,
                         .kind = EventKind::state,
                         .detail = static_cast<std::uint8_t>(worker.open_state)};
        writer_.write_events(reading_.clock, i, std::span(&span, 1));
    }
}

void Collector::detach() {
    if (subject_ == nullptr) return;
    subject_->set_trace_level(Level::off);
    collect(all);
    close_open_spans();
    writer_.flush();
    rings_.clear();
    const std::scoped_lock lock(front_mutex_);
    subject_ = nullptr;
    meter_.attach(nullptr);
}

void Collector::set_subject(Subject* subject) {
    const std::scoped_lock lock(stream_mutex_);
    if (stopped_) return;
    detach();
    if (subject != nullptr) attach(subject);
}

void Collector::set_board(const DataBoard* board) {
    const std::scoped_lock lock(stream_mutex_);
    board_ = board;
}

void Collector::set_channels(const ChannelBoard* channels) {
    const std::scoped_lock lock(stream_mutex_);
    channels_ = channels;
}

void Collector::change_phase(PhaseKind kind, std::uint32_t index, bool begins, bool discarded) {
    const std::scoped_lock lock(front_mutex_);
    pending_.emplace_back([=, reading = meter_.read()](StreamWriter& writer) {
        if (begins) {
            writer.write_phase_begin(reading.clock, kind, index);
        } else {
            writer.write_phase_end(reading.clock, kind, index, discarded);
        }
        writer.write_samples(reading);
    });
}

void Collector::begin_phase(PhaseKind kind, std::uint32_t index) { change_phase(kind, index, true, false); }

void Collector::end_phase(PhaseKind kind, std::uint32_t index, bool discarded) {
    change_phase(kind, index, false, discarded);
}

void Collector::set_verdict(PhaseKind kind, std::uint32_t index, bool correct) {
    const std::scoped_lock lock(front_mutex_);
    pending_.emplace_back([=, clock = platform::clock_pair()](StreamWriter& writer) {
        writer.write_verdict(clock, kind, index, correct);
    });
}

void Collector::note(NoteKind kind, std::string text) {
    const std::scoped_lock lock(front_mutex_);
    const platform::ClockPair clock = platform::clock_pair();
    if (kind == NoteKind::result) {
        pending_.emplace_back([this, clock, text = std::move(text)](StreamWriter&) mutable {
            result_ = std::move(text);
            result_clock_ = clock;
        });
    } else {
        pending_.emplace_back(
            [=, text = std::move(text)](StreamWriter& writer) { writer.write_note(clock, kind, text); });
    }
}

void Collector::flush() {
    const std::scoped_lock lock(stream_mutex_);
    if (!stopped_) collect(all);
}

void Collector::stop(bool complete) {
    writer_.hurry();
    {
        const std::scoped_lock lock(wake_mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();

    const std::scoped_lock lock(stream_mutex_);
    if (std::exchange(stopped_, true)) return;
    if (subject_ == nullptr) collect(all);
    detach();
    const platform::ClockPair now = platform::clock_pair();
    if (complete) {
        writer_.write_close(now, result_);
    } else if (!result_.empty()) {
        writer_.write_note(result_clock_, NoteKind::result, result_);
    }
    writer_.flush();
}

}  // namespace grainscope::trace
