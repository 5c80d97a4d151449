// Scoped threads: an array is cut into chunks, and operating-system threads borrow them until their scope ends. That is
// what the backend `threads` does here, by thread_scope and chunks_mut; on the others the chunks are the tasks of a
// loop.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/loop.h>
#include <grainscope/backends/run_on.h>
#include <grainscope/iter/iter.h>
#include <grainscope/runtime/thread_scope.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/data_picture.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/multiset_hash.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

using Item = std::uint32_t;

/// The expensive computation on the item at `position` of `n`.
struct Computation {
    std::int64_t rounds = 0;
    bool rises = false;  ///< from none at the front to twice as many at the back

    Item operator()(Item item, std::size_t position, std::size_t n) const {
        auto left = static_cast<double>(rounds);
        if (rises) left *= 2 * static_cast<double>(position) / static_cast<double>(n);
        const std::uint64_t state = mix_rounds(item, static_cast<std::int64_t>(left + 0.5));
        return static_cast<Item>(state >> 32 ^ state);
    }
    friend bool operator==(const Computation&, const Computation&) = default;
};

class ProcessChunks final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        original_ = {};
        data_ = {};
        right_.reset();
        prepared_n_ = whole_of(values, "n");
        (void)update(values);
        if (auto fits =
                check_memory(static_cast<double>(prepared_n_) * 2 * sizeof(Item), fmt::format("n = {}", prepared_n_));
            !fits) {
            return fits;
        }
        try {
            original_.resize(static_cast<std::size_t>(prepared_n_));
            data_.reserve(original_.size());
        } catch (const std::bad_alloc&) {
            return out_of_memory();
        }
        for (std::size_t i = 0; i < original_.size(); ++i)
            original_[i] = static_cast<Item>(random_at(mix(seed), i) >> 32);
        return {};
    }

    bool update(const Values& values) override {
        const Computation computation{whole_of(values, "work"), text_of(values, "shape") == "rising"};
        if (computation != computation_) right_.reset();
        computation_ = computation;
        chunks_ = static_cast<std::size_t>(whole_of(values, "chunks"));
        slow_ = real_of(values, "slow");
        return whole_of(values, "n") == prepared_n_;
    }

    void reset(RunContext& context) override {
        data_ = original_;
        picture_.reset();
        if (context.board == nullptr) return;
        picture_.emplace(*context.board, no_scale_, data_.size());
        picture_->publish_heights(
            0, data_.size(), [] { return trace::DataBoard::no_owner; },
            [&](std::size_t i) { return height(data_[i]); });
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        const BlockObserver observer(context, backend);
        const std::size_t length = chunk_length();
        if (auto* const threads = dynamic_cast<backends::ThreadsBackend*>(&backend)) {
            on_scoped_threads(*threads, length, observer);
            return;
        }
        backends::for_blocks(
            backend, (data_.size() + length - 1) / length, 1, [&](std::size_t first, std::size_t last) {
                for (; first < last; ++first)
                    process(
                        std::span(data_).subspan(first * length).first(std::min(length, data_.size() - first * length)),
                        observer);
            });
    }

    std::expected<void, std::string> check() override {
        if (!right_) {
            std::vector<Item> right(original_.size());
            for (std::size_t i = 0; i < right.size(); ++i) right[i] = computation_(original_[i], i, right.size());
            right_ = std::move(right);
        }
        const auto [wrong, expected] = std::ranges::mismatch(data_, *right_);
        if (wrong == data_.end() && expected == right_->end()) return {};
        return std::unexpected(fmt::format("item {} is wrong: {} became {} and not {}", wrong - data_.begin() + 1,
                                           original_[static_cast<std::size_t>(wrong - data_.begin())], *wrong,
                                           *expected));
    }

    double items() const override { return static_cast<double>(original_.size()); }

  private:
    [[nodiscard]] std::size_t chunk_length() const {
        return std::max<std::size_t>(1, (data_.size() + chunks_ - 1) / chunks_);
    }

    // As many threads at once as the backend has, the calling one among them, which takes the chunks of row 0. Each
    // other chunk has a thread of its own: one that ends starts its successor.
    void on_scoped_threads(backends::ThreadsBackend& backend, std::size_t length, const BlockObserver& observer) {
        std::vector<std::span<Item>> chunks;
        for (const std::span<Item> chunk : chunks_mut(data_, length)) chunks.push_back(chunk);
        backend.run([&](backends::ThreadsFork&) {
            thread_scope([&](ThreadScope& scope) {
                const std::size_t rows = std::min(backend.threads(), chunks.size());
                for (std::size_t row = 1; row < rows; ++row) spawn(scope, backend, row, row, chunks, observer);
                for (std::size_t index = 0; index < chunks.size(); index += backend.threads())
                    process(chunks[index], observer);
            });
        });
    }
    void spawn(ThreadScope& scope, backends::ThreadsBackend& backend, std::size_t row, std::size_t index,
               const std::vector<std::span<Item>>& chunks, const BlockObserver& observer) {
        scope.spawn([&, this, row, index](ThreadScope& inner) {
            backend.as_row(row, [&] { process(chunks[index], observer); });
            if (const std::size_t next = index + backend.threads(); next < chunks.size())
                spawn(inner, backend, row, next, chunks, observer);
        });
    }

    // In parts, so that it can be watched, slowed down and cancelled while a chunk is long.
    void process(std::span<Item> chunk, const BlockObserver& observer) {
        constexpr std::size_t part_length = 1024;
        for (std::size_t at = 0; at < chunk.size(); at += part_length) {
            const std::span<Item> part = chunk.subspan(at).first(std::min(part_length, chunk.size() - at));
            observer.block([&] {
                const auto first = static_cast<std::size_t>(part.data() - data_.data());
                for (std::size_t i = 0; i < part.size(); ++i) part[i] = computation_(part[i], first + i, data_.size());
                if (picture_) {
                    picture_->publish_heights(
                        first, part.size(), [&] { return observer.owner(); },
                        [&](std::size_t i) { return height(data_[i]); });
                }
            });
        }
    }

    static float height(Item item) { return static_cast<float>(item) / 0x1.0p32F; }

    std::vector<Item> original_;
    std::vector<Item> data_;
    std::optional<std::vector<Item>> right_;  // for the computation as it is
    RankScale<Item> no_scale_;                // heights are the items' own
    std::optional<DataPicture<Item>> picture_;
    std::int64_t prepared_n_ = 0;
    Computation computation_;
    std::size_t chunks_ = 1;
    double slow_ = 1;
};

Description describe() {
    Description description{
        .name = "process-chunks",
        .title = "Process chunks",
        .category = "Threads",
        .summary = "Cuts an array into chunks and works on each: on scoped threads (backend threads), or as tasks",
        .parameters = {},
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    list.push_back(count_parameter("How many items the array has", "items", 2'000'000, 1e15));
    list.push_back(
        {.name = "chunks",
         .label = "Chunks",
         .help = "Into how many chunks the array is cut; more even out uneven work, and cost more to hand out",
         .unit = "chunks",
         .kind = Parameter::Kind::integer,
         .default_value = std::int64_t{4},
         .minimum = 1,
         .maximum = 100'000,
         .logarithmic = true,
         .tunable = true,
         .choices = {}});
    list.push_back(rounds_parameter("work", "Work per item", "What is done for each item", 50));
    list.push_back({.name = "shape",
                    .label = "Shape of the work",
                    .help = "Whether all items cost the same, or those at the back more: few chunks are uneven then",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("even"),
                    .choices = {{"even", "Even"}, {"rising", "Rising"}}});
    list.push_back(slow_parameter());
    return description;
}

const Registration process_chunks{describe(), [] { return std::make_unique<ProcessChunks>(); }};

}  // namespace

}  // namespace grainscope::workloads
