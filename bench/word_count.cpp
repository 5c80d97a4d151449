// How often each word of a text of 200 MB occurs: the same hash map for everybody.
#include "contest.h"
#include "zipf_text.h"

#include <grainscope/workloads/word_table.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using grainscope::bench::Lazy;
using Counts = boost::unordered_flat_map<std::string_view, std::uint64_t>;

using grainscope::workloads::WordCutter;
using grainscope::workloads::WordTable;

// The workload's cutter looks at whole registers, so white space must follow the text.
Lazy<std::string> padded_text([] {
    return grainscope::bench::zipf_text(200'000'000, 100'000) + std::string(WordCutter::padding, ' ');
});
std::string_view text() { return std::string_view(*padded_text).substr(0, padded_text->size() - WordCutter::padding); }

void count_words(std::string_view part, Counts& counts) {
    const char* const end = part.data() + part.size();
    for (const char* word = part.data(); word != end;) {
        const char* const word_end = std::find(word, end, ' ');
        if (word != word_end) ++counts[std::string_view(word, word_end)];
        word = word_end == end ? end : word_end + 1;
    }
}

/// Adds the smaller map to the larger one.
Counts merged(Counts a, Counts b) {
    if (a.size() < b.size()) std::swap(a, b);
    for (const auto& [word, count] : b) a[word] += count;
    return a;
}

/// n parts of about the same length, cut behind spaces.
std::vector<std::string_view> cut(std::string_view whole, std::size_t n) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t i = 1; i <= n; ++i) {
        std::size_t end = std::max(begin, whole.size() * i / n);
        while (end < whole.size() && whole[end] != ' ') ++end;
        parts.push_back(whole.substr(begin, end - begin));
        begin = end;
    }
    return parts;
}

Counts sequential(std::string_view whole) {
    Counts counts;
    count_words(whole, counts);
    return counts;
}

Counts by_words(std::string_view whole) {
    return grainscope::par_split_whitespace(whole)
        .fold([] { return Counts(); },
              [](Counts counts, std::string_view word) {
                  ++counts[word];
                  return counts;
              })
        .reduce([] { return Counts(); }, merged);
}

Counts by_parts(std::string_view whole, std::size_t parts) {
    const std::vector<std::string_view> pieces = cut(whole, parts);
    return grainscope::par_iter(pieces).map(sequential).reduce([] { return Counts(); }, merged);
}

/// The cutter and the table of the workload word-count.
WordTable by_word_tables(std::string_view whole) {
    constexpr std::size_t stretch = std::size_t{1} << 20;
    return grainscope::par_range(std::size_t{0}, whole.size() / stretch + 1)
        .fold([] { return WordTable(); },
              [=](WordTable table, std::size_t i) {
                  const std::size_t first = i * stretch;
                  WordCutter::count(whole.data(), first, std::min(first + stretch, whole.size()), table);
                  return table;
              })
        .reduce([] { return WordTable(); },
                [](WordTable a, WordTable b) {
                    if (a.size() < b.size()) std::swap(a, b);
                    b.for_each([&](const WordTable::Entry& entry) { a.add(entry.word, entry.count); });
                    return a;
                });
}

Counts oneTBB_by_parts(std::string_view whole, std::size_t parts) {
    const std::vector<std::string_view> pieces = cut(whole, parts);
    return tbb::parallel_reduce(
        tbb::blocked_range<std::size_t>(0, pieces.size(), 1), Counts(),
        [&](const tbb::blocked_range<std::size_t>& range, Counts counts) {
            for (std::size_t i = range.begin(); i < range.end(); ++i) count_words(pieces[i], counts);
            return counts;
        },
        [](Counts a, Counts b) { return merged(std::move(a), std::move(b)); });
}

Counts openmp_by_threads(std::string_view whole, std::size_t threads) {
    const std::vector<std::string_view> pieces = cut(whole, threads);
    std::vector<Counts> counts(threads);
#pragma omp parallel for schedule(static, 1)
    for (std::size_t i = 0; i < threads; ++i) {
        // A map of the thread's own: neighbours in the vector would share a cache line.
        Counts own;
        count_words(pieces[i], own);
        counts[i] = std::move(own);
    }
    Counts all = std::move(counts.front());
    for (std::size_t i = 1; i < threads; ++i) all = merged(std::move(all), std::move(counts[i]));
    return all;
}

bool is_right(const Counts& answer, const Counts& expected) { return answer == expected; }

bool is_right(const WordTable& answer, const Counts& expected) {
    bool right = answer.size() == expected.size();
    answer.for_each([&](const WordTable::Entry& entry) {
        const auto found = expected.find(entry.word.text());
        right = right && found != expected.end() && found->second == entry.count;
    });
    return right;
}

void add_words(int thread_count) {
    const auto threads = static_cast<std::size_t>(thread_count);
    grainscope::bench::Contest contest(
        "word count of 200000000 bytes", thread_count,
        {.items = 2e8, .bytes = 2e8, .fingerprint = [] {
             return grainscope::bench::fingerprint(std::vector<std::string_view>{text()});
         }});
    static Lazy<Counts> expected([] { return sequential(text()); });
    const auto on_text = [](auto count) {
        return [count] {
            const std::string_view whole = text();
            return grainscope::bench::timed([&] { return count(whole); },
                                            [](const auto& answer) { return is_right(answer, *expected); });
        };
    };
    contest.ours("grainscope words.fold.reduce", on_text(by_words));
    contest.ours("grainscope parts.map.reduce",
                 on_text([threads](std::string_view whole) { return by_parts(whole, 4 * threads); }));
    contest.ours("grainscope fold.reduce, the workload's table", on_text(by_word_tables));
    contest.oneTBB("oneTBB parallel_reduce over parts",
                   on_text([threads](std::string_view whole) { return oneTBB_by_parts(whole, 4 * threads); }));
    contest.libgomp("libgomp, a part a thread",
                    on_text([threads](std::string_view whole) { return openmp_by_threads(whole, threads); }));
    contest.alone("sequential", on_text(sequential));
}

}  // namespace

int main(int argc, char** argv) {
    for (const int threads : grainscope::bench::thread_counts()) add_words(threads);
    return grainscope::bench::run(argc, argv, "a byte");
}
