// What the pipelines of one worker tell about how they were cut, readable by anybody at any time.
//
// A sequence lock (Boehm: "Can Seqlocks Get Along With Programming Language Memory Models?", MSPC 2012): the worker
// writes and never waits, readers try again.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/clock.h>
#include <grainscope/runtime/telemetry.h>

namespace grainscope::detail {

class SplittingLog {
  public:
    /// One pipeline, as its worker saw it end.
    struct Entry {
        platform::Ticks ended = 0;
        double item_ticks = 0;  ///< as SplittingTelemetry::item_ns, by the processor's clock
        SplittingTelemetry splitting;
    };

    /// By the log's worker only.
    void record(const Entry& entry) noexcept {
        const SplittingTelemetry& s = entry.splitting;
        const std::uint64_t version = version_.load(relaxed);  // only this thread writes it
        version_.store(version + 1, relaxed);                  // odd: ordered before each of the releases below
        const std::array<std::uint64_t, words> values{++runs_,
                                                      entry.ended,
                                                      static_cast<std::uint64_t>(entry.item_ticks * fraction),
                                                      s.items,
                                                      s.grain,
                                                      static_cast<std::uint64_t>(s.why_grain),
                                                      s.min_len,
                                                      s.max_len,
                                                      s.splits_at_start,
                                                      s.splits_on_demand,
                                                      s.splits_by_max_len,
                                                      s.pieces,
                                                      s.migrated};
        // Release pairs with the acquires in read: who sees one of these words sees the odd version, too.
        for (std::size_t i = 0; i < words; ++i) values_[i].store(values[i], release);
        version_.store(version + 2, release);  // pairs with the first acquire in read: the words are whole
    }

    /// The last entry, with the number of runs; none if there is none.
    [[nodiscard]] std::optional<Entry> read() const noexcept {
        for (;;) {
            const std::uint64_t before = version_.load(acquire);  // pairs with the last release in record
            if (before == 0) return std::nullopt;
            std::array<std::uint64_t, words> v{};
            for (std::size_t i = 0; i < words; ++i) v[i] = values_[i].load(acquire);  // pairs with the releases there
            // Relaxed: ordered behind the acquires above.
            if (before % 2 != 0 || version_.load(relaxed) != before) continue;
            return Entry{.ended = v[1],
                         .item_ticks = static_cast<double>(v[2]) / fraction,
                         .splitting = {.runs = v[0],
                                       .items = v[3],
                                       .grain = v[4],
                                       .why_grain = static_cast<GrainOrigin>(v[5]),
                                       .min_len = v[6],
                                       .max_len = v[7],
                                       .pieces = v[11],
                                       .splits_at_start = v[8],
                                       .splits_on_demand = v[9],
                                       .splits_by_max_len = v[10],
                                       .migrated = v[12]}};
        }
    }

  private:
    static constexpr std::size_t words = 13;
    static constexpr double fraction = 1024;  ///< a tick's parts: cheap items take less than one

    std::uint64_t runs_ = 0;
    Atomic<std::uint64_t> version_{0};
    std::array<Atomic<std::uint64_t>, words> values_{};
};

/// Marks the calling worker as inside a pipeline for as long as this lives.
class InsidePipeline {
  public:
    explicit InsidePipeline(std::size_t& depth) noexcept : depth_(depth) { ++depth_; }
    InsidePipeline(const InsidePipeline&) = delete;
    InsidePipeline& operator=(const InsidePipeline&) = delete;
    ~InsidePipeline() { --depth_; }

    [[nodiscard]] bool is_outermost() const noexcept { return depth_ == 1; }

  private:
    std::size_t& depth_;
};

}  // namespace grainscope::detail
