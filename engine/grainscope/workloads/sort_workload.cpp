#include <grainscope/workloads/sort_workload.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/sort_check.h>
#include <grainscope/workloads/value_access.h>

namespace grainscope::workloads {

namespace {

// A change to any of these is another array.
constexpr const char* data_names[] = {"n", "type", "distribution", "input", "format"};

}  // namespace

template <class T>
struct SortWorkload::Column {
    explicit Column(std::vector<T> elements)
        : original(std::move(elements)),
          hash(hash_multiset(std::span<const T>(original))),
          scale(std::span<const T>(original)) {
        data.reserve(original.size());
    }

    std::vector<T> original;
    std::vector<T> data;
    MultisetHash hash;
    RankScale<T> scale;
    std::optional<DataPicture<T>> picture;  // of the board of the last reset
};

SortWorkload::SortWorkload(std::unique_ptr<SortAlgorithm> algorithm) : algorithm_(std::move(algorithm)) {}
SortWorkload::~SortWorkload() = default;

template <class Visitor>
void SortWorkload::with_column(Visitor&& visitor) const {
    std::visit(
        [&](const auto& column) {
            if constexpr (!std::is_same_v<std::decay_t<decltype(column)>, std::monostate>) visitor(*column);
        },
        columns_);
}

std::expected<void, Failure> SortWorkload::prepare(const Values& values, std::uint64_t seed) {
    columns_ = std::monostate();  // the old array's memory is free for the new one
    seed_ = seed;
    prepared_values_ = values;
    (void)update(values);
    const std::size_t type = element_type_named(text_of(values, "type"));
    const std::string& input = text_of(values, "input");
    if (!output_.empty()) {
        if (auto writable = check_writable(output_); !writable) return writable;
    }
    const int arrays = 2 + algorithm_->extra_arrays();
    Elements elements;
    try {
        if (input.empty()) {
            const std::int64_t count = whole_of(values, "n");
            if (auto fits = check_memory(static_cast<double>(count) * static_cast<double>(element_bytes(type)) * arrays,
                                         fmt::format("n = {}", count));
                !fits) {
                return fits;
            }
            elements = make_elements(type, distribution_named(text_of(values, "distribution")),
                                     static_cast<std::size_t>(count), seed);
        } else {
            std::expected<Elements, Failure> read = read_elements(input, format_, type);
            if (!read) return std::unexpected(std::move(read.error()));
            elements = std::move(*read);
            const std::size_t count = std::visit([](const auto& data) { return data.size(); }, elements);
            if (auto fits = check_memory(
                    static_cast<double>(count) * static_cast<double>(element_bytes(type)) * (arrays - 1), input);
                !fits) {
                return fits;
            }
        }
        std::visit([&]<class T>(std::vector<T>& data) { columns_ = std::make_unique<Column<T>>(std::move(data)); },
                   elements);
    } catch (const std::bad_alloc&) {
        columns_ = std::monostate();
        return out_of_memory();
    }
    return {};
}

bool SortWorkload::update(const Values& values) {
    algorithm_->configure(values, seed_);
    slow_ = real_of(values, "slow");
    output_ = text_of(values, "output");
    format_ = text_of(values, "format") == "binary" ? FileFormat::binary : FileFormat::lines;
    return std::ranges::all_of(data_names,
                               [&](const char* name) { return values.at(name) == prepared_values_.at(name); });
}

void SortWorkload::reset(RunContext& context) {
    with_column([&]<class T>(Column<T>& column) {
        column.data = column.original;
        column.picture.reset();
        if (context.board == nullptr) return;
        column.picture.emplace(*context.board, column.scale, column.data.size());
        column.picture->publish(column.data.data(), 0, column.data.size(), [] { return trace::DataBoard::no_owner; });
    });
}

void SortWorkload::run(backends::Backend& backend, RunContext& context) {
    if (context.gate != nullptr) context.gate->set_slow(slow_);
    with_column([&]<class T>(Column<T>& column) {
        TaskObserver<T> observer(context, column.picture ? &*column.picture : nullptr, backend);
        algorithm_->sort(backend, std::span<T>(column.data), observer);
    });
}

std::expected<void, std::string> SortWorkload::check() {
    std::expected<void, std::string> verdict;
    with_column(
        [&]<class T>(Column<T>& column) { verdict = check_sorted(std::span<const T>(column.data), column.hash); });
    return verdict;
}

double SortWorkload::items() const {
    double count = 0;
    with_column([&](const auto& column) { count = static_cast<double>(column.original.size()); });
    return count;
}

std::expected<void, Failure> SortWorkload::write_output() {
    if (output_.empty()) return {};
    std::expected<void, Failure> written;
    with_column([&](auto& column) {
        // Lent to the variant that write_elements takes, and taken back: the array is not copied.
        Elements answer = std::move(column.data);
        written = write_elements(output_, format_, answer);
        column.data = std::get<std::decay_t<decltype(column.data)>>(std::move(answer));
    });
    return written;
}

std::vector<Parameter> data_parameters() {
    std::vector<Parameter> list;
    list.push_back(count_parameter("How many elements to sort", "elements", 10'000'000, 1e15));
    list.back().label = "Elements";
    list.push_back({.name = "type",
                    .label = "Type",
                    .help = "The type of the elements",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("u64"),
                    .live = false,
                    .choices = element_type_choices()});
    list.push_back({.name = "distribution",
                    .label = "Distribution",
                    .help = "In what order, and how often, the values come",
                    .unit = "",
                    .kind = Parameter::Kind::choice,
                    .default_value = std::string("random"),
                    .live = false,
                    .choices = distribution_choices()});
    for (Parameter& parameter : input_parameters("Sort the values in this file instead of made-up ones"))
        list.push_back(std::move(parameter));
    list.push_back(
        path_parameter("output", "Output file", "Write the sorted values to this file", Parameter::Path::save_file));
    return list;
}

Parameter leaf_parameter(std::string default_name, bool stable) {
    Parameter leaf{.name = "leaf",
                   .label = "Leaf sort",
                   .help = "What sorts a range that is not split any more",
                   .unit = "",
                   .kind = Parameter::Kind::choice,
                   .default_value = std::move(default_name),
                   .choices = {{"insertion", "Insertion sort"},
                               {"std-sort", stable ? "std::stable_sort" : "std::sort"},
                               {"pdqsort", "Pattern-defeating quicksort"},
                               {"heap", "Heap sort"}}};
    if (stable) leaf.choices.push_back({"merge", "Merge sort without forks"});
    return leaf;
}

}  // namespace grainscope::workloads
