// Readers and writers around one ordered map: our SkipMap beside maps behind a lock and oneTBB's concurrent_map.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/loop.h>
#include <grainscope/platform/clock.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/random.h>
#include <grainscope/workloads/run_picture.h>
#include <grainscope/workloads/shared_maps.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

/// The operations of a run, each a function of the seed and its number alone.
struct Operations {
    enum class Kind { read, insert, erase };
    std::uint64_t seed = 1;
    std::size_t n = 0, keys = 1;
    std::int64_t reads = 0;  ///< percent
    bool erases = true;      ///< half of the writers take away

    [[nodiscard]] MapKey key_of(std::size_t i) const { return scale_to(random_at(seed, 2 * i), keys); }
    [[nodiscard]] Kind kind_of(std::size_t i) const {
        const std::uint64_t random = random_at(seed, 2 * i + 1);
        if (static_cast<std::int64_t>(scale_to(random, 100)) < reads) return Kind::read;
        return erases && random % 2 == 0 ? Kind::erase : Kind::insert;
    }
    /// What operation i inserts: it tells who it was. 0 is what was there from the beginning, under every even key.
    [[nodiscard]] static MapValue value_of(std::size_t i) { return i + 1; }
    [[nodiscard]] static bool is_there_at_first(MapKey key) { return key % 2 == 0; }
    [[nodiscard]] bool may_be(MapKey key, MapValue value) const {
        return value == 0 ? is_there_at_first(key) : value <= n && key_of(value - 1) == key;
    }
};

struct Outcome {
    std::uint64_t inserted = 0, erased = 0, impossible = 0;
    friend Outcome operator+(Outcome a, const Outcome& b) {
        return {a.inserted + b.inserted, a.erased + b.erased, a.impossible + b.impossible};
    }
};

class SkipMapWorkload final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        operations_.seed = seed;
        operations_.n = static_cast<std::size_t>(whole_of(values, "n"));
        operations_.keys = static_cast<std::size_t>(whole_of(values, "keys"));
        (void)update(values);
        return {};
    }

    bool update(const Values& values) override {
        kind_ = text_of(values, "map");
        operations_.reads = whole_of(values, "reads");
        operations_.erases = flag_of(values, "erase");
        grain_ = static_cast<std::size_t>(whole_of(values, "grain"));
        slow_ = real_of(values, "slow");
        return static_cast<std::size_t>(whole_of(values, "n")) == operations_.n &&
               static_cast<std::size_t>(whole_of(values, "keys")) == operations_.keys;
    }

    void reset(RunContext& context) override {
        outcome_ = {};
        fill(kind_);
        picture_.reset(context, operations_.n);
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        const BlockObserver observer(context, backend);
        std::visit(
            [&](auto& map) {
                outcome_ = backends::reduce_blocks(
                    backend, operations_.n, grain_, Outcome(),
                    [&](std::size_t first, std::size_t last, Outcome outcome) {
                        observer.block([&] {
                            const platform::Ticks begin = picture_ ? platform::ticks() : 0;
                            outcome = outcome + operate(*map, first, last);
                            if (picture_)
                                picture_.publish_cost(first, last, platform::ticks() - begin, full_height_ns,
                                                      observer.owner());
                        });
                        return outcome;
                    },
                    [](const Outcome& a, const Outcome& b) { return a + b; });
            },
            map_);
    }

    std::expected<void, std::string> check() override {
        if (outcome_.impossible != 0)
            return std::unexpected(fmt::format("{} reads found a value that nobody wrote there", outcome_.impossible));
        std::uint64_t count = 0, impossible = 0, disordered = 0;
        std::optional<MapKey> before;
        std::visit(
            [&](const auto& map) {
                map->for_each([&](MapKey key, MapValue value) {
                    ++count;
                    if (!operations_.may_be(key, value)) ++impossible;
                    if (before && *before >= key) ++disordered;
                    before = key;
                });
            },
            map_);
        if (disordered != 0) return std::unexpected(fmt::format("{} keys are out of order", disordered));
        if (impossible != 0) return std::unexpected(fmt::format("{} values are none that were written", impossible));
        const std::uint64_t at_first = (operations_.keys + 1) / 2;
        if (count != at_first + outcome_.inserted - outcome_.erased) {
            return std::unexpected(fmt::format("{} entries, {} more and {} fewer should be {}, and are {}", at_first,
                                               outcome_.inserted, outcome_.erased,
                                               at_first + outcome_.inserted - outcome_.erased, count));
        }
        return {};
    }

    double items() const override { return static_cast<double>(operations_.n); }

  private:
    void fill(const std::string& kind) {
        if (kind == "mutex-map") {
            map_.emplace<std::unique_ptr<MutexMap>>(std::make_unique<MutexMap>());
        } else if (kind == "read-write-map") {
            map_.emplace<std::unique_ptr<ReadWriteMap>>(std::make_unique<ReadWriteMap>());
#ifdef GRAINSCOPE_HAS_TBB
        } else if (kind == "tbb-map") {
            map_.emplace<std::unique_ptr<TbbMap>>(std::make_unique<TbbMap>());
#endif
        } else {
            map_.emplace<std::unique_ptr<SkipMapOfAll>>(std::make_unique<SkipMapOfAll>());
        }
        std::visit(
            [&](auto& map) {
                for (MapKey key = 0; key < operations_.keys; key += 2) map->insert(key, 0);
            },
            map_);
    }

    template <class Map>
    Outcome operate(Map& map, std::size_t first, std::size_t last) const {
        Outcome outcome;
        for (std::size_t i = first; i < last; ++i) {
            const MapKey key = operations_.key_of(i);
            switch (operations_.kind_of(i)) {
                case Operations::Kind::read:
                    if (const auto value = map.find(key); value && !operations_.may_be(key, *value))
                        ++outcome.impossible;
                    break;
                case Operations::Kind::erase:
                    if constexpr (Map::can_erase) {
                        outcome.erased += map.erase(key) ? 1 : 0;
                        break;
                    }
                    [[fallthrough]];
                case Operations::Kind::insert:
                    outcome.inserted += map.insert(key, Operations::value_of(i)) ? 1 : 0;
                    break;
            }
        }
        return outcome;
    }

    static constexpr double full_height_ns = 1000;

    Operations operations_;
    std::string kind_;
    std::size_t grain_ = 0;
    double slow_ = 1;
    std::variant<std::unique_ptr<SkipMapOfAll>, std::unique_ptr<MutexMap>, std::unique_ptr<ReadWriteMap>
#ifdef GRAINSCOPE_HAS_TBB
                 ,
                 std::unique_ptr<TbbMap>
#endif
                 >
        map_;
    Outcome outcome_;
    RunPicture picture_;
};

std::vector<Choice> map_choices() {
    std::vector<Choice> choices{{"skip-map", "SkipMap (lock-free)"},
                                {"mutex-map", "std::map behind a mutex"},
                                {"read-write-map", "std::map behind a read-write lock"}};
#ifdef GRAINSCOPE_HAS_TBB
    choices.push_back({"tbb-map", "oneTBB's concurrent_map (cannot erase: inserts instead)"});
#endif
    return choices;
}

Description describe() {
    Description description{.name = "skip-map",
                            .title = "Skip map",
                            .category = "Shared data",
                            .summary = "Reads and writes one ordered map from all threads: lock-free, or behind a lock",
                            .parameters = {},
                            .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"},
                            .picture = {.remark = "each bar in the colour of the worker that operated there",
                                        .position = "operation",
                                        .value = "time an operation (full height: 1 µs)",
                                        .extent = {}}};
    auto& list = description.parameters;
    list.push_back(count_parameter("How many operations", "operations", 1'000'000, 1e12));
    list.push_back({.name = "map",
                    .label = "Map",
                    .help = "Which map; all of them keep their keys in order",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("skip-map"),
                    .choices = map_choices()});
    list.push_back({.name = "keys",
                    .label = "Keys",
                    .help = "From how many keys the operations choose; half of them are there from the beginning",
                    .unit = "keys",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{100'000},
                    .minimum = 1,
                    .maximum = 1e9,
                    .logarithmic = true,
                    .live = false,
                    .choices = {}});
    list.push_back({.name = "reads",
                    .label = "Reads",
                    .help = "How many of a hundred operations look a key up; the others write",
                    .unit = "%",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{90},
                    .minimum = 0,
                    .maximum = 100,
                    .choices = {}});
    list.push_back({.name = "erase",
                    .label = "Writers erase",
                    .help = "Whether half of the writes take a key away; without, all of them insert",
                    .unit = "",
                    .kind = Parameter::Kind::boolean,
                    .default_value = true,
                    .choices = {}});
    list.push_back(grain_parameter("operations"));
    list.push_back(slow_parameter());
    return description;
}

const Registration skip_map{describe(), [] { return std::make_unique<SkipMapWorkload>(); }};

}  // namespace

}  // namespace grainscope::workloads
