// Input that may be wrong: parsing gives std::expected, and collect<std::expected<std::vector<...>, Error>> gives all
// the rows or an error, after which nobody parses on. Then a table by town: pieces fold into maps, which are merged.
//
//     csv_average [file]     with lines such as: Oslo,12.5
#include <charconv>
#include <cmath>
#include <cstdio>
#include <expected>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

struct Row {
    std::string_view town;
    double degrees;
};
struct Mean {
    double sum = 0;
    std::size_t rows = 0;
};
using Means = std::map<std::string_view, Mean>;
using Rows = std::expected<std::vector<Row>, std::string>;

std::expected<Row, std::string> parse(std::string_view line) {
    const std::size_t comma = line.find(',');
    double degrees = 0;
    if (comma != std::string_view::npos) {
        const auto [end, error] = std::from_chars(line.data() + comma + 1, line.data() + line.size(), degrees);
        if (error == std::errc() && end == line.data() + line.size()) return Row{line.substr(0, comma), degrees};
    }
    return std::unexpected("not a town, a comma and a number: " + std::string(line));
}

void add(Means& means, std::string_view town, Mean more) {
    Mean& mean = means[town];
    mean.sum += more.sum;
    mean.rows += more.rows;
}

Means average(const std::vector<Row>& rows) {
    return grainscope::par_iter(rows)
        .fold([] { return Means{}; },
              [](Means& means, const Row& row) {
                  add(means, row.town, {row.degrees, 1});
              })
        .reduce([] { return Means{}; },
                [](Means& a, const Means& b) {
                    for (const auto& [town, mean] : b) add(a, town, mean);
                });
}

std::string made_up_table(int rows) {
    std::string table;
    for (int i = 0; i < rows; ++i)
        table += std::string(i % 3 == 0 ? "Oslo" : "Rome") + "," + std::to_string(i % 40 - 10) + ".25\n";
    return table;
}

}  // namespace

int main(int argc, char** argv) {
    std::ifstream file(argc > 1 ? argv[1] : "");
    if (argc > 1 && !file) {
        std::fprintf(stderr, "csv_average: %s cannot be read\n", argv[1]);
        return 1;
    }
    const std::string text = argc > 1 ? std::string(std::istreambuf_iterator<char>(file), {}) : made_up_table(12'000);
    const Rows rows = grainscope::par_lines(text).map(parse).collect<Rows>();
    if (!rows) {
        std::fprintf(stderr, "csv_average: %s\n", rows.error().c_str());
        return 1;
    }
    Means expected;
    for (const Row& row : *rows) add(expected, row.town, {row.degrees, 1});

    for (const auto& [town, mean] : average(*rows)) {
        const auto n = static_cast<double>(mean.rows);
        std::printf("%-12.*s %8.3f\n", static_cast<int>(town.size()), town.data(), mean.sum / n);
        if (expected[town].rows != mean.rows || std::abs(mean.sum - expected[town].sum) > 1e-6 * n) {
            std::fprintf(stderr, "csv_average: row by row it is %.3f\n", expected[town].sum / n);
            return 1;
        }
    }
    if (grainscope::par_lines("Oslo,1\nRome,warm\n").map(parse).collect<Rows>()) {
        std::fprintf(stderr, "csv_average: a bad line was taken for a good one\n");
        return 1;
    }
    return 0;
}
