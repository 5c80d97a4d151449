// Filter, map, collect: what passes a cheap test is worked on, and the results stand in the order of the items. On our
// engine it is literally par_iter(items).filter(f).map(g).collect<std::vector>().
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/grainscope_backend.h>
#include <grainscope/backends/loop.h>
#include <grainscope/iter/iter.h>
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

using Item = std::uint64_t;

/// Random items pass if they are below a bound, which keeps a share of them.
struct Passes {
    Item bound;
    bool all;
    bool operator()(Item item) const { return all || item < bound; }
};

/// The expensive transformation: so many rounds of a hash, about 1.5 ns each, every one waiting for the one before.
struct Transform {
    std::int64_t rounds;
    Item operator()(Item item) const {
        for (std::int64_t i = 0; i < rounds; ++i) item = mix(item + 0x9e3779b97f4a7c15U);
        return item;
    }
};

struct Task {
    Passes passes{};
    Transform transform{};
};

/// Depends on every result and on its place.
class OrderedHash {
  public:
    void add(Item result) { state_ = detail::fold(state_ ^ result, detail::first_key) + std::rotl(state_, 23); }
    [[nodiscard]] std::uint64_t value() const { return state_; }

  private:
    std::uint64_t state_ = detail::second_key;
};

/// The results of blocks that ended in any order, put together in the order of the items.
class BlockResults {
  public:
    explicit BlockResults(std::size_t blocks) : parts_(blocks) {}

    [[nodiscard]] std::vector<Item>& part(std::size_t block) { return parts_[block]; }

    [[nodiscard]] std::vector<Item> joined(backends::Backend& backend, const BlockObserver& observer) {
        std::vector<std::size_t> offsets(parts_.size() + 1);
        for (std::size_t i = 0; i < parts_.size(); ++i) offsets[i + 1] = offsets[i] + parts_[i].size();
        std::vector<Item> all(offsets.back());
        backends::fork_each(backend, parts_.size(), [&](std::size_t part, std::size_t) {
            observer.block(
                [&] { std::ranges::copy(parts_[part], all.begin() + static_cast<std::ptrdiff_t>(offsets[part])); });
        });
        return all;
    }

  private:
    std::vector<std::vector<Item>> parts_;
};

class FilterMap final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        items_ = {};
        results_ = {};
        right_.reset();
        prepared_n_ = whole_of(values, "n");
        (void)update(values);
        // The items, the results in pieces, and the results in one.
        if (auto fits =
                check_memory(static_cast<double>(prepared_n_) * 3 * sizeof(Item), fmt::format("n = {}", prepared_n_));
            !fits) {
            return fits;
        }
        try {
            items_.resize(static_cast<std::size_t>(prepared_n_));
        } catch (const std::bad_alloc&) {
            return out_of_memory();
        }
        for (std::size_t i = 0; i < items_.size(); ++i) items_[i] = random_at(mix(seed), i);
        scale_ = RankScale<Item>(std::span<const Item>(items_));
        return {};
    }

    bool update(const Values& values) override {
        const double share = real_of(values, "share");
        const auto bound = static_cast<Item>(std::min(share * 0x1.0p64, 0x1.fffffffffffffp63));
        const Task task{{share >= 1 ? std::numeric_limits<Item>::max() : bound, share >= 1},
                        {whole_of(values, "cost")}};
        if (task.passes.bound != task_.passes.bound || task.transform.rounds != task_.transform.rounds) right_.reset();
        task_ = task;
        grain_ = static_cast<std::size_t>(whole_of(values, "grain"));
        slow_ = real_of(values, "slow");
        return whole_of(values, "n") == prepared_n_;
    }

    void reset(RunContext& context) override {
        results_ = {};
        picture_.reset();
        if (context.board == nullptr) return;
        picture_.emplace(*context.board, scale_, items_.size());
        picture_->publish(items_.data(), 0, items_.size(), [] { return trace::DataBoard::no_owner; });
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        auto* const ours = dynamic_cast<backends::GrainscopeBackend*>(&backend);
        const bool is_watched = picture_ || (context.gate != nullptr && context.gate->is_asked());
        if (ours != nullptr && !is_watched) {
            results_ = ours->pool().install([&] {
                return par_iter(items_)
                    .with_grain(grain_)
                    .with_cancellation(context.cancel)
                    .filter(task_.passes)
                    .map(task_.transform)
                    .template collect<std::vector>();
            });
        } else {
            results_ = by_blocks(backend, context);
        }
    }

    std::expected<void, std::string> check() override {
        if (!right_) right_ = reference();
        OrderedHash hash;
        for (const Item result : results_) hash.add(result);
        if (results_.size() == right_->count && hash.value() == right_->hash) return {};
        if (results_.size() != right_->count)
            return std::unexpected(fmt::format("{} items pass, {} came out", right_->count, results_.size()));
        std::size_t place = 0;
        for (const Item item : items_) {
            if (!task_.passes(item)) continue;
            if (results_[place] != task_.transform(item)) break;
            ++place;
        }
        return std::unexpected(fmt::format("result {} is not that of the {}th item that passes", place + 1, place + 1));
    }

    double items() const override { return static_cast<double>(items_.size()); }

  private:
    struct Right {
        std::size_t count = 0;
        std::uint64_t hash = 0;
    };

    std::vector<Item> by_blocks(backends::Backend& backend, const RunContext& context) const {
        const BlockObserver observer(context, backend);
        // Each block has a vector of its own, so the blocks are cut here; a task takes one or more of them.
        const std::size_t length =
            grain_ != 0 ? grain_ : std::max<std::size_t>(256, items_.size() / (64 * backend.threads()));
        BlockResults blocks((items_.size() + length - 1) / length);
        backends::for_blocks(backend, (items_.size() + length - 1) / length, grain_ != 0 ? 1 : 0,
                             [&](std::size_t first, std::size_t last) {
                                 for (; first < last; ++first) {
                                     observer.block([&] {
                                         const std::size_t begin = first * length,
                                                           end = std::min(begin + length, items_.size());
                                         std::vector<Item>& part = blocks.part(first);
                                         for (std::size_t i = begin; i < end; ++i)
                                             if (task_.passes(items_[i])) part.push_back(task_.transform(items_[i]));
                                         if (picture_) paint(begin, end, observer);
                                     });
                                 }
                             });
        return blocks.joined(backend, observer);
    }

    // What passes stands as it was, what does not falls to the ground.
    void paint(std::size_t begin, std::size_t end, const BlockObserver& observer) const {
        picture_->publish_heights(
            begin, end - begin, [&] { return observer.owner(); },
            [&](std::size_t i) { return task_.passes(items_[i]) ? scale_.height(items_[i]) : 0.0F; });
    }

    [[nodiscard]] Right reference() const {
        Right right;
        OrderedHash hash;
        for (const Item item : items_) {
            if (!task_.passes(item)) continue;
            ++right.count;
            hash.add(task_.transform(item));
        }
        right.hash = hash.value();
        return right;
    }

    std::vector<Item> items_;
    std::vector<Item> results_;
    RankScale<Item> scale_;
    std::optional<DataPicture<Item>> picture_;  // of the board of the last reset
    std::optional<Right> right_;                // for the task as it is
    std::int64_t prepared_n_ = 0;
    Task task_;
    std::size_t grain_ = 0;
    double slow_ = 1;
};

Description describe() {
    Description description{.name = "filter-map",
                            .title = "Filter and map",
                            .category = "Parallel iterators",
                            .summary = "Keeps a share of the items, transforms them and collects the results in order",
                            .parameters = {},
                            .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    list.push_back(count_parameter("How many items there are before the filter", "items", 5'000'000, 1e15));
    list.push_back({.name = "share",
                    .label = "Share kept",
                    .help = "What part of the items passes the filter, at random",
                    .unit = "",
                    .kind = Parameter::Kind::real,
                    .default_value = 0.5,
                    .minimum = 0,
                    .maximum = 1,
                    .choices = {}});
    list.push_back({.name = "cost",
                    .label = "Cost of an item",
                    .help = "Rounds of a hash for each item that passes, about 1.5 ns a round",
                    .unit = "rounds",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{16},
                    .minimum = 0,
                    .maximum = 1e6,
                    .logarithmic = true,
                    .choices = {}});
    list.push_back(grain_parameter("items"));
    list.push_back(slow_parameter());
    return description;
}

const Registration filter_map{describe(), [] { return std::make_unique<FilterMap>(); }};

}  // namespace

}  // namespace grainscope::workloads
