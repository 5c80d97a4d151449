// Word count: every worker counts the words of its stretches of the text in a table of its own; then the tables are
// merged, each task a range of hashes.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/loop.h>
#include <grainscope/platform/atomic.h>
#include <grainscope/workloads/block_observer.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/file_bytes.h>
#include <grainscope/workloads/memory_check.h>
#include <grainscope/workloads/sort_files.h>
#include <grainscope/workloads/text_source.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/word_check.h>
#include <grainscope/workloads/word_table.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

/// The board's slots as stretches of the text. A bar is as high as words are dense: 1 where every fourth byte begins
/// one.
class TextPicture {
  public:
    TextPicture(trace::DataBoard& board, std::size_t text_size)
        : board_(board), size_(std::max<std::size_t>(1, text_size)) {}

    void publish(std::size_t first, std::size_t last, std::size_t words, std::uint16_t owner) const {
        const double density = 4 * static_cast<double>(words) / static_cast<double>(last - first);
        const auto height = static_cast<float>(std::min(1.0, density));
        for (std::size_t slot = slot_at_or_after(first); slot < slot_at_or_after(last); ++slot)
            board_.publish(slot, height, owner);
    }

  private:
    // Slots begin at evenly spaced bytes; a block paints those that begin in it.
    [[nodiscard]] std::size_t slot_at_or_after(std::size_t byte) const {
        __extension__ using Wide = unsigned __int128;
        return static_cast<std::size_t>((Wide{byte} * board_.size() + size_ - 1) / size_);
    }

    trace::DataBoard& board_;
    std::size_t size_;
};

class WordCount final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        text_ = Text();
        result_.clear();
        prepared_values_ = values;
        (void)update(values);
        if (!output_.empty()) {
            if (auto writable = check_writable(output_); !writable) return writable;
        }
        try {
            const std::string& input = text_of(values, "input");
            if (input.empty()) {
                const double bytes = real_of(values, "size") * 1e6;
                const double vocabulary = static_cast<double>(whole_of(values, "vocabulary"));
                // A word of the vocabulary and its place in the alias table, besides the text.
                if (auto fits = check_memory(bytes + vocabulary * 100, fmt::format("size = {} MB", bytes / 1e6)); !fits)
                    return fits;
                text_ = make_zipf_text(static_cast<std::size_t>(bytes), static_cast<std::size_t>(vocabulary), seed,
                                       WordCutter::padding);
            } else {
                std::expected<Text, Failure> read = read_text(input, WordCutter::padding);
                if (!read) return std::unexpected(std::move(read.error()));
                text_ = std::move(*read);
            }
            bag_ = WordBag::of(text());
        } catch (const std::bad_alloc&) {
            text_ = Text();
            return out_of_memory();
        }
        if (bag_.words == 0) return file_failure(fmt::format("{} holds no word", text_of(values, "input")));
        return {};
    }

    bool update(const Values& values) override {
        grain_ = static_cast<std::size_t>(whole_of(values, "grain"));
        slow_ = real_of(values, "slow");
        output_ = text_of(values, "output");
        return std::ranges::all_of(std::to_array({"input", "size", "vocabulary"}),
                                   [&](const char* name) { return values.at(name) == prepared_values_.at(name); });
    }

    void reset(RunContext& context) override {
        result_.clear();
        if (context.board != nullptr) context.board->clear();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        const BlockObserver observer(context, backend);
        std::vector<std::unique_ptr<WordTable>> tables(backend.threads());
        count(backend, observer, context.board, tables);
        merge(backend, observer, tables);
    }

    std::expected<void, std::string> check() override { return check_counts(result_, bag_); }
    double items() const override { return static_cast<double>(bag_.words); }
    std::vector<ItemFailure> item_failures() const override { return text_.failures; }

    // The most frequent first, and words that come equally often in the order of their bytes.
    std::expected<void, Failure> write_output() override {
        if (output_.empty()) return {};
        struct Counted {
            std::uint64_t count;
            std::string word;
        };
        std::vector<Counted> counted;
        for (const WordTable& table : result_) {
            table.for_each([&](const WordTable::Entry& entry) { counted.push_back({entry.count, entry.word.text()}); });
        }
        std::ranges::sort(counted, [](const Counted& a, const Counted& b) {
            return a.count != b.count ? a.count > b.count : a.word < b.word;
        });
        std::vector<std::string> lines;
        lines.reserve(counted.size());
        for (const Counted& each : counted) lines.push_back(fmt::format("{}\t{}", each.count, each.word));
        return write_elements(output_, FileFormat::lines, Elements(std::move(lines)));
    }

  private:
    [[nodiscard]] std::string_view text() const { return std::string_view(text_.bytes).substr(0, text_.size); }

    // One table a worker, made by the worker itself.
    void count(backends::Backend& backend, const BlockObserver& observer, trace::DataBoard* board,
               std::vector<std::unique_ptr<WordTable>>& tables) const {
        backends::for_blocks(backend, text_.size, grain_, [&](std::size_t first, std::size_t last) {
            observer.block([&] {
                std::unique_ptr<WordTable>& table = tables[backend.worker_index()];
                if (!table) table = std::make_unique<WordTable>();
                const std::size_t words = WordCutter::count(text_.bytes.data(), first, last, *table);
                if (board != nullptr) TextPicture(*board, text_.size).publish(first, last, words, observer.owner());
            });
        });
    }

    void merge(backends::Backend& backend, const BlockObserver& observer,
               std::vector<std::unique_ptr<WordTable>>& tables) {
        std::erase(tables, nullptr);
        if (tables.size() == 1) {
            result_.push_back(std::move(*tables.front()));
            return;
        }
        // A few ranges for each worker, and no range smaller than the smallest table.
        const int bits =
            std::clamp(static_cast<int>(std::bit_width(4 * backend.threads() - 1)), 1, WordTable::fewest_bits);
        std::size_t most_words = 0;
        for (const auto& table : tables) most_words = std::max(most_words, table->size());
        result_.assign(std::size_t{1} << bits, WordTable());
        backends::fork_each(backend, result_.size(), [&](std::size_t range, std::size_t) {
            observer.block([&] {
                WordTable merged(most_words >> bits, bits);
                for (const auto& table : tables) {
                    table->for_each_with_prefix(
                        static_cast<std::uint32_t>(range), bits,
                        [&](const WordTable::Entry& entry) { merged.add(entry.word, entry.count); });
                }
                result_[range] = std::move(merged);
            });
        });
    }

    Text text_;
    WordBag bag_;
    std::vector<WordTable> result_;
    Values prepared_values_;
    std::size_t grain_ = 0;
    double slow_ = 1;
    std::string output_;
};

Description describe() {
    Description description{
        .name = "word-count",
        .title = "Word count",
        .category = "Parallel iterators",
        .summary = "Counts how often each word of a text comes: a table a worker, merged by ranges of hashes",
        .parameters = {},
        .backends = {"grainscope", "openmp", "tbb", "threads", "sequential"}};
    auto& list = description.parameters;
    list.push_back(
        path_parameter("input", "Text file or folder",
                       "Count the words of this file, or of all text files in this folder, instead of a made-up text",
                       Parameter::Path::open_file_or_folder));
    list.push_back({.name = "size",
                    .label = "Size",
                    .help = "How much text is made up",
                    .unit = "MB",
                    .kind = Parameter::Kind::real,
                    .default_value = 50.0,
                    .minimum = 0.001,
                    .maximum = 1e6,
                    .logarithmic = true,
                    .live = false,
                    .choices = {}});
    list.push_back({.name = "vocabulary",
                    .label = "Vocabulary",
                    .help = "How many words the made-up text draws from; the k-th comes with a frequency of 1/k",
                    .unit = "words",
                    .kind = Parameter::Kind::integer,
                    .default_value = std::int64_t{100'000},
                    .minimum = 1,
                    .maximum = 1e8,
                    .logarithmic = true,
                    .live = false,
                    .choices = {}});
    list.push_back(path_parameter("output", "Output file",
                                  "Write the counts to this file, the most frequent word first",
                                  Parameter::Path::save_file));
    list.push_back(grain_parameter("bytes"));
    list.push_back(slow_parameter());
    return description;
}

const Registration word_count{describe(), [] { return std::make_unique<WordCount>(); }};

}  // namespace

}  // namespace grainscope::workloads
