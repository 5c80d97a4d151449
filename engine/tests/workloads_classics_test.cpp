// The classics on every backend: right answers, right pictures, and checks that notice.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/trace/stream_format.h>
#include <grainscope/workloads/escape_time.h>
#include <grainscope/workloads/gate.h>
#include <grainscope/workloads/gemm.h>
#include <grainscope/workloads/workload.h>

#include "workloads_backend_list.h"
#include "workloads_paused_run.h"

namespace grainscope::workloads {
namespace {

using Given = std::vector<std::pair<std::string, std::string>>;

const Description& description_of(const std::string& name) { return Registry::instance().find(name)->description; }

Values values_of(const std::string& name, const Given& given) {
    auto values = parse_values(description_of(name), given);
    EXPECT_TRUE(values.has_value()) << values.error().message;
    return values.value_or(Values());
}

std::unique_ptr<Workload> prepared(const std::string& name, const Given& given) {
    auto workload = Registry::instance().find(name)->create();
    const auto ready = workload->prepare(values_of(name, given), 1);
    EXPECT_TRUE(ready.has_value()) << ready.error().message;
    return workload;
}

void expect_right_answer(Workload& workload, backends::Backend& backend, RunContext& context, const std::string& what) {
    workload.reset(context);
    workload.run(backend, context);
    const auto verdict = workload.check();
    EXPECT_TRUE(verdict.has_value()) << what << ": " << verdict.error();
}

// Small enough for a sanitizer, with more tasks than threads.
const std::vector<std::pair<std::string, Given>> small_classics = {
    {"mandelbrot", {{"width", "150"}, {"height", "90"}, {"iterations", "60"}, {"grain", "2"}}},
    {"nqueens", {{"n", "8"}, {"cutoff", "3"}}},
    {"matmul", {{"n", "70"}, {"tile", "16"}}},
};

class ClassicOn : public ::testing::TestWithParam<std::string> {
  protected:
    std::unique_ptr<backends::Backend> backend_ = std::move(*backends::make_backend(GetParam(), 3));
};

TEST_P(ClassicOn, EveryAnswerIsRightTwice) {
    for (const auto& [name, given] : small_classics) {
        const auto workload = prepared(name, given);
        RunContext context;
        for (int repetition = 0; repetition < 2; ++repetition) expect_right_answer(*workload, *backend_, context, name);
    }
}

TEST_P(ClassicOn, EveryGrainGivesTheSameAnswer) {
    RunContext context;
    for (const char* grain : {"0", "1", "7", "1000"}) {
        const auto workload = prepared("mandelbrot", {{"width", "33"}, {"height", "20"}, {"grain", grain}});
        expect_right_answer(*workload, *backend_, context, std::string("grain ") + grain);
    }
    for (const char* n : {"1", "2", "3", "4", "7"})
        for (const char* cutoff : {"0", "1", "2", "3", "18"}) {
            const auto workload = prepared("nqueens", {{"n", n}, {"cutoff", cutoff}});
            expect_right_answer(*workload, *backend_, context, std::string(n) + " queens, cut-off " + cutoff);
        }
    for (const char* n : {"1", "5", "64", "101"})
        for (const char* tile : {"8", "37", "1000"})
            for (const char* type : {"f32", "f64"}) {
                const auto workload = prepared("matmul", {{"n", n}, {"tile", tile}, {"type", type}});
                expect_right_answer(*workload, *backend_, context, std::string(n) + " in blocks of " + tile);
            }
}

TEST_P(ClassicOn, ACancelledRunEndsWithCancelledAndTheNextOneIsRight) {
    for (const auto& [name, given] : small_classics) {
        const auto workload = prepared(name, given);
        RunContext cancelled;
        cancelled.cancel.cancel();
        workload->reset(cancelled);
        EXPECT_THROW(workload->run(*backend_, cancelled), Cancelled) << name;
        EXPECT_FALSE(workload->check().has_value()) << name << ": half an answer is none";
        RunContext context;
        expect_right_answer(*workload, *backend_, context, name);
    }
}

TEST_P(ClassicOn, ThePictureHasOnlyWorkersThatThereAre) {
    for (const auto& [name, given] : small_classics) {
        const auto workload = prepared(name, given);
        trace::DataBoard board(description_of(name).picture.extent_of(values_of(name, given)).slots());
        RunContext context;
        context.board = &board;
        workload->reset(context);
        EXPECT_EQ(board.read(0).owner, trace::DataBoard::no_owner) << "the first picture is nobody's work";
        workload->run(*backend_, context);
        std::size_t nobody = 0;
        for (std::size_t slot = 0; slot < board.size(); ++slot) {
            const auto [value, owner] = board.read(slot);
            EXPECT_TRUE(value >= 0 && value <= 1) << name << ", slot " << slot << ": " << value;
            if (owner == trace::DataBoard::no_owner)
                ++nobody;
            else
                EXPECT_LT(owner, backend_->threads()) << name;
        }
        // Queens that attack each other: 3n - 2 pairs of columns.
        EXPECT_EQ(nobody, name == "nqueens" ? 3U * 8 - 2 : 0U) << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Every, ClassicOn, ::testing::ValuesIn(grainscope::testing::testable_backends()),
                         [](const auto& instance) { return instance.param; });

TEST(Classics, APausedRunCanBeCancelled) {
    for (const auto& [name, given] : small_classics) {
        const auto workload = prepared(name, given);
        const auto backend = std::move(*backends::make_backend("grainscope", 2));
        EXPECT_TRUE(grainscope::testing::paused_run_ends_cancelled(*workload, *backend)) << name;
    }
}

TEST(Classics, ACheckWithoutARunFails) {
    for (const auto& [name, given] : small_classics) {
        const auto workload = prepared(name, given);
        RunContext context;
        workload->reset(context);
        EXPECT_FALSE(workload->check().has_value()) << name;
    }
}

TEST(Classics, MoreThanTheMemoryIsRefusedInOneLineBeforeItIsTouched) {
    const auto refused = [](const std::string& name, const Given& given) {
        const auto workload = Registry::instance().find(name)->create();
        const auto ready = workload->prepare(values_of(name, given), 1);
        EXPECT_FALSE(ready.has_value());
        return ready ? Failure() : ready.error();
    };
    const Failure picture = refused("mandelbrot", {{"width", "1M"}, {"height", "1M"}});
    EXPECT_EQ(picture.kind, Failure::Kind::memory);
    EXPECT_TRUE(picture.message.starts_with("1000000 x 1000000 pixels needs 4 TB of memory, and ")) << picture.message;
}

TEST(Classics, OnlyWhatIsOtherDataNeedsAnotherPreparation) {
    const auto kept = [](const std::string& name, const Given& change) {
        Given given;
        for (const auto& [small, its] : small_classics)
            if (small == name) given = its;
        const auto workload = prepared(name, given);
        given.insert(given.end(), change.begin(), change.end());
        return workload->update(values_of(name, given));
    };
    EXPECT_TRUE(kept("mandelbrot", {{"region", "spiral"}, {"zoom", "3"}, {"iterations", "50"}, {"grain", "9"}}));
    EXPECT_FALSE(kept("mandelbrot", {{"width", "151"}}));
    EXPECT_TRUE(kept("nqueens", {{"cutoff", "2"}}));
    EXPECT_FALSE(kept("nqueens", {{"n", "7"}}));
    EXPECT_TRUE(kept("matmul", {{"tile", "8"}}));
    EXPECT_FALSE(kept("matmul", {{"n", "71"}}));
    EXPECT_FALSE(kept("matmul", {{"type", "f32"}}));
}

TEST(Pictures, AreNeverLargerThanTheFormatAllowsAndKeepTheShapeOfTheData) {
    const auto extent = [](const std::string& name, const Given& given) {
        return description_of(name).picture.extent_of(values_of(name, given));
    };
    for (const char* width : {"1", "7", "1920", "1M"})
        for (const char* height : {"1", "13", "1200", "1M"}) {
            const auto [columns, rows] = extent("mandelbrot", {{"width", width}, {"height", height}});
            EXPECT_GE(columns, 1U);
            EXPECT_GE(rows, 1U);
            EXPECT_LE(columns * rows, trace::format::most_slots) << width << " x " << height;
        }
    EXPECT_EQ(extent("mandelbrot", {}), (Picture::Extent{256, 160}));
    EXPECT_EQ(extent("mandelbrot", {{"width", "40"}, {"height", "30"}}), (Picture::Extent{40, 30}));
    EXPECT_EQ(extent("nqueens", {{"n", "9"}}), (Picture::Extent{9, 9}));
    EXPECT_EQ(extent("matmul", {{"n", "1000"}, {"tile", "300"}}), (Picture::Extent{4, 4}));
    EXPECT_LE(extent("matmul", {{"n", "32768"}, {"tile", "8"}}).slots(), trace::format::most_slots);
    EXPECT_EQ(extent("fib", {}), (Picture::Extent{512, 1})) << "what a workload has that says nothing";
}

TEST(Mandelbrot, ManyPointsAtOnceAreTheDefinitionBitForBit) {
    for (const std::size_t count : {1U, 15U, 16U, 17U, 100U}) {
        std::vector<std::uint32_t> times(count);
        for (const std::uint32_t limit : {1U, 7U, 8U, 9U, 300U}) {
            const double left = -2.2, step = 2.7 / 100, y = 0.237;
            escape_times(left, step, y, limit, 3, times);
            for (std::size_t i = 0; i < count; ++i)
                ASSERT_EQ(times[i], escape_time(point_at(left, step, i + 3), y, limit)) << i << ", limit " << limit;
        }
    }
}

TEST(Mandelbrot, KnownPointsAreInsideAndOutside) {
    for (const auto& [x, y] : {std::pair{0.0, 0.0}, {-1.0, 0.0}, {-2.0, 0.0}, {0.25, 0.0}, {0.0, 1.0}})
        EXPECT_EQ(escape_time(x, y, 500), 500U) << x << ", " << y;
    EXPECT_EQ(escape_time(2.5, 0.0, 500), 1U) << "only the zero itself is near";
    EXPECT_LT(escape_time(0.26, 0.0, 500), 500U);
}

TEST(Mandelbrot, ThePictureIsTheSetMirroredAtTheRealAxis) {
    const Given given{{"width", "60"}, {"height", "40"}, {"iterations", "100"}};
    const auto workload = prepared("mandelbrot", given);
    const auto backend = std::move(*backends::make_backend("grainscope", 2));
    trace::DataBoard board(60 * 40);
    RunContext context;
    context.board = &board;
    expect_right_answer(*workload, *backend, context, "watched");
    std::set<float> values;
    for (std::size_t row = 0; row < 40; ++row)
        for (std::size_t column = 0; column < 60; ++column) {
            const float value = board.read(row * 60 + column).value;
            EXPECT_FLOAT_EQ(value, board.read((39 - row) * 60 + column).value) << row << ", " << column;
            values.insert(value);
        }
    EXPECT_EQ(*values.rbegin(), 1.0F) << "the inside";
    EXPECT_GT(values.size(), 10U);
}

TEST(Mandelbrot, WritesThePictureAsPpm) {
    const std::filesystem::path file =
        std::filesystem::path(::testing::TempDir()) / ("grainscope-mandelbrot-" + std::to_string(::getpid()) + ".ppm");
    const auto workload =
        prepared("mandelbrot", {{"width", "30"}, {"height", "21"}, {"output", file.string()}, {"iterations", "50"}});
    const auto backend = std::move(*backends::make_backend("sequential", 1));
    RunContext context;
    expect_right_answer(*workload, *backend, context, "for a file");
    ASSERT_TRUE(workload->write_output().has_value());
    std::ifstream stream(file, std::ios::binary);
    const std::string image{std::istreambuf_iterator<char>(stream), {}};
    const std::string head = "P6\n30 21\n255\n";
    ASSERT_EQ(image.size(), head.size() + 30 * 21 * 3);
    EXPECT_TRUE(image.starts_with(head));
    const std::size_t middle = head.size() + (10 * 30 + 17) * 3;  // near the origin
    EXPECT_EQ(image.substr(middle, 3), std::string(3, '\0')) << "the inside is black";
    EXPECT_NE(image.substr(head.size(), 3), std::string(3, '\0'));
    std::filesystem::remove(file);

    const auto refused = Registry::instance().find("mandelbrot")->create();
    const auto ready = refused->prepare(values_of("mandelbrot", {{"output", "/no/such/folder/x.ppm"}}), 1);
    ASSERT_FALSE(ready.has_value());
    EXPECT_EQ(ready.error().kind, Failure::Kind::file);
}

TEST(MatrixProduct, APanelAtATimeIsTheProductForEveryShapeOfBlock) {
    constexpr std::size_t n = gemm_depth + 45;
    std::vector<double> a(n * n), b(n * n), c(n * n, std::nan(""));
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = static_cast<double>(i * 7 % 17) - 8;
        b[i] = static_cast<double>(i * 11 % 13) - 6;
    }
    const std::vector<GemmBlock> blocks = {{0, 1, 0, 1},   {1, 100, 0, 1},       {0, 1, 1, n - 1},
                                           {1, 100, 1, 5}, {101, n - 101, 0, n}, {1, 100, 6, n - 6}};
    for (const GemmBlock& block : blocks)
        for (std::size_t from = 0; from < n; from += gemm_depth)
            gemm_panel(a.data(), b.data(), c.data(), n, block, from);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; j += 3) {
            double right = 0;
            for (std::size_t k = 0; k < n; ++k) right += a[i * n + k] * b[k * n + j];
            ASSERT_EQ(c[i * n + j], right) << i << ", " << j;
        }
}

}  // namespace
}  // namespace grainscope::workloads
