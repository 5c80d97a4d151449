// The workload of thumbnails on every backend: right answers, the user's folder with all that may be wrong in it, the
// files that are written, and the sheet that is shown.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/workloads/contact_sheet.h>
#include <grainscope/workloads/image_files.h>
#include <grainscope/workloads/workload.h>

#include "workloads_backend_list.h"
#include "workloads_image_files.h"
#include "workloads_paused_run.h"
#include "workloads_prepared.h"

namespace grainscope::workloads {
namespace {

using testing::expect_right_answer;
using testing::Given;
using testing::independently_decoded;
using testing::jpeg_of;
using testing::prepared;
using testing::values_of;

namespace fs = std::filesystem;

// Small enough for a sanitizer, with more images than threads and of both kinds.
const Given small{{"n", "9"}, {"width", "120"}, {"height", "90"}, {"size", "40"}};

Given with(Given given, const Given& more) {
    given.insert(given.end(), more.begin(), more.end());
    return given;
}

/// A folder for the user's images, and room for another beside it.
class Folders {
  public:
    Folders() {
        const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
        std::string name = std::string(test->test_suite_name()) + test->name() + std::to_string(::getpid());
        std::ranges::replace(name, '/', '-');
        root_ = fs::path(::testing::TempDir()) / ("grainscope-" + name);
        fs::create_directories(root_ / "in");
    }
    Folders(const Folders&) = delete;
    Folders& operator=(const Folders&) = delete;
    ~Folders() {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }

    [[nodiscard]] std::string path(const std::string& name) const { return (root_ / name).string(); }
    [[nodiscard]] std::string in(const std::string& name = "") const {
        return path("in" + (name.empty() ? "" : "/" + name));
    }
    void write(const std::string& name, std::string_view content) const {
        std::ofstream(in(name), std::ios::binary) << content;
    }
    [[nodiscard]] static std::string read(const fs::path& file) {
        std::ostringstream content;
        content << std::ifstream(file, std::ios::binary).rdbuf();
        return content.str();
    }
    /// Every file of a folder with its content.
    [[nodiscard]] static std::map<std::string, std::string> files(const std::string& folder) {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::directory_iterator(folder))
            all[entry.path().filename().string()] = read(entry.path());
        return all;
    }

  private:
    fs::path root_;
};

std::string image_of(std::uint64_t index, ImageSize size = {60, 40}) { return jpeg_of(make_image(1, index, size)); }

Failure refused(const Given& given) {
    const auto ready = Registry::instance().find("thumbnails")->create()->prepare(values_of("thumbnails", given), 1);
    EXPECT_FALSE(ready.has_value());
    const Failure failure = ready ? Failure() : ready.error();
    EXPECT_EQ(failure.message.find('\n'), std::string::npos) << "one line";
    return failure;
}

std::map<std::string, std::string> failures_of(const Workload& workload) {
    std::map<std::string, std::string> failures;
    for (const ItemFailure& failure : workload.item_failures()) failures[failure.item] = failure.error;
    return failures;
}

class ThumbnailsOn : public ::testing::TestWithParam<std::string> {
  protected:
    std::unique_ptr<backends::Backend> backend_ = std::move(*backends::make_backend(GetParam(), 3));
};

TEST_P(ThumbnailsOn, EveryAnswerIsRightTwiceForEveryFormatAndGrain) {
    for (const char* format : {"jpeg", "png", "mixed"})
        for (const char* grain : {"0", "1", "4", "100"}) {
            const auto workload = prepared("thumbnails", with(small, {{"format", format}, {"grain", grain}}));
            EXPECT_DOUBLE_EQ(workload->items(), 9);
            RunContext context;
            for (int repetition = 0; repetition < 2; ++repetition)
                expect_right_answer(*workload, *backend_, context, std::string(format) + " by " + grain);
            EXPECT_TRUE(workload->item_failures().empty());
        }
}

TEST_P(ThumbnailsOn, OddSizesAndPoorQualityAreNoWrongAnswers) {
    for (const Given& odd : {Given{{"width", "1"}, {"height", "1"}},
                             {{"width", "17"}, {"height", "200"}, {"size", "10"}, {"quality", "30"}},
                             {{"width", "301"}, {"height", "7"}, {"size", "1"}},
                             {{"width", "64"}, {"height", "64"}, {"size", "13"}, {"quality", "1"}}}) {
        const auto workload = prepared("thumbnails", with({{"n", "40"}}, odd));
        RunContext context;
        expect_right_answer(*workload, *backend_, context, odd[0].second + " x " + odd[1].second);
    }
}

TEST_P(ThumbnailsOn, WritesWhatOneThreadWritesAndAnotherDecoderReadsIt) {
    const Folders folders;
    const auto written_by = [&](backends::Backend& backend, const std::string& folder) {
        const auto workload = prepared("thumbnails", with(small, {{"output", folder}}), 7);
        RunContext context;
        expect_right_answer(*workload, backend, context, folder);
        EXPECT_TRUE(workload->write_output().has_value());
        return Folders::files(folder);
    };
    const auto files = written_by(*backend_, folders.path("out"));
    const auto alone = std::move(*backends::make_backend("sequential", 1));
    EXPECT_EQ(files, written_by(*alone, folders.path("alone")));
    ASSERT_EQ(files.size(), 9U);
    std::uint64_t index = 0;
    for (const auto& [name, content] : files) {
        const Image source = make_image(7, index++, {120, 90});
        const Image thumbnail = independently_decoded(content);
        EXPECT_EQ(thumbnail.size, (ImageSize{40, 30})) << name;
        const auto right = mean_colour(source), got = mean_colour(thumbnail);
        for (std::size_t colour = 0; colour < 3; ++colour) EXPECT_NEAR(got[colour], right[colour], 4) << name;
    }
}

TEST_P(ThumbnailsOn, ABrokenFileFailsByItselfAndTheOthersGoOn) {
    const Folders folders;
    const std::string good = image_of(1);
    folders.write("good.JPG", good);
    folders.write("other.jpeg", *encode_png(make_image(1, 2, {30, 60})));
    folders.write("cut.jpg", good.substr(0, good.size() / 2));
    folders.write("empty.png", "");
    folders.write("text.png", "no picture at all");
    folders.write("notes.txt", "not looked at");
    fs::create_directory(folders.in("folder.jpg"));
    fs::create_symlink(folders.in("nowhere"), folders.in("dangling.png"));
    ASSERT_EQ(::mkfifo(folders.in("pipe.jpg").c_str(), 0600), 0);
    const auto workload = prepared("thumbnails", {{"input", folders.in()}, {"output", folders.path("out")}});
    EXPECT_DOUBLE_EQ(workload->items(), 8);
    RunContext context;
    for (int repetition = 0; repetition < 2; ++repetition)
        expect_right_answer(*workload, *backend_, context, "the good ones");
    EXPECT_EQ(failures_of(*workload),
              (std::map<std::string, std::string>{
                  {folders.in("cut.jpg"), "Premature end of JPEG file"},
                  {folders.in("dangling.png"), "cannot be read: No such file or directory"},
                  {folders.in("empty.png"), "is empty"},
                  {folders.in("folder.jpg"), "is no file: a folder, a pipe, a socket or a device"},
                  {folders.in("pipe.jpg"), "is no file: a folder, a pipe, a socket or a device"},
                  {folders.in("text.png"), "is neither a JPEG nor a PNG"}}));
    ASSERT_TRUE(workload->write_output().has_value());
    const auto files = Folders::files(folders.path("out"));
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(independently_decoded(files.at("good.jpg")).size, (ImageSize{60, 40})) << "never made larger";
    EXPECT_EQ(independently_decoded(files.at("other.jpg")).size, (ImageSize{30, 60}));
}

TEST_P(ThumbnailsOn, ACancelledRunEndsWithCancelledAndTheNextOneIsRight) {
    const auto workload = prepared("thumbnails", small);
    RunContext cancelled;
    cancelled.cancel.cancel();
    workload->reset(cancelled);
    EXPECT_THROW(workload->run(*backend_, cancelled), Cancelled);
    EXPECT_FALSE(workload->check().has_value()) << "half an answer is none";
    RunContext context;
    expect_right_answer(*workload, *backend_, context, GetParam());
}

TEST_P(ThumbnailsOn, EveryTileIsFramedInTheColourOfAWorkerThatThereIs) {
    for (const char* n : {"1", "9", "64"}) {
        const Given given = with(small, {{"n", n}, {"width", "24"}, {"height", "32"}});
        const auto workload = prepared("thumbnails", given);
        const auto extent =
            Registry::instance().find("thumbnails")->description.picture.extent_of(values_of("thumbnails", given));
        trace::DataBoard board(extent.slots());
        RunContext context;
        context.board = &board;
        workload->reset(context);
        for (std::size_t slot = 0; slot < board.size(); ++slot)
            ASSERT_EQ(board.read(slot).owner, trace::DataBoard::no_owner) << "the first picture is nobody's work";
        workload->run(*backend_, context);
        EXPECT_TRUE(workload->check().has_value());
        std::size_t framed = 0, shown = 0;
        for (std::size_t slot = 0; slot < board.size(); ++slot) {
            const auto [value, owner] = board.read(slot);
            if (owner == trace::DataBoard::no_owner) continue;
            EXPECT_LT(owner, backend_->threads());
            EXPECT_TRUE(value >= 0 && value <= 1) << value;
            ++(value == 1 ? framed : shown);
        }
        // 4 : 3; the largest that fits so many times into 256 x 160.
        const std::size_t size = std::map<std::string, std::size_t>{{"1", 53}, {"9", 17}, {"64", 6}}.at(n);
        const std::size_t tiles = std::stoul(n);
        EXPECT_EQ(framed + shown, tiles * 4 * size * 3 * size) << "each tile, whole, and nothing else";
        EXPECT_GE(framed, tiles * (14 * size - 4)) << "the frames, and what is as bright";
    }
}

INSTANTIATE_TEST_SUITE_P(Every, ThumbnailsOn, ::testing::ValuesIn(grainscope::testing::testable_backends()),
                         [](const auto& instance) { return instance.param; });

TEST(Thumbnails, APausedRunCanBeCancelled) {
    const auto workload = prepared("thumbnails", small);
    const auto backend = std::move(*backends::make_backend("grainscope", 2));
    EXPECT_TRUE(grainscope::testing::paused_run_ends_cancelled(*workload, *backend));
}

TEST(Thumbnails, ACheckWithoutARunFails) {
    const auto workload = prepared("thumbnails", small);
    RunContext context;
    workload->reset(context);
    EXPECT_FALSE(workload->check().has_value());
}

TEST(Thumbnails, OnlyWhatIsOtherDataNeedsAnotherPreparation) {
    const auto workload = prepared("thumbnails", small);
    const auto kept = [&](const std::string& name, const std::string& value) {
        return workload->update(values_of("thumbnails", with(small, {{name, value}})));
    };
    EXPECT_TRUE(kept("size", "30"));
    EXPECT_TRUE(kept("quality", "30"));
    EXPECT_TRUE(kept("grain", "0"));
    for (const auto& [name, value] :
         Given{{"n", "10"}, {"width", "20"}, {"height", "20"}, {"format", "png"}, {"input", "x"}})
        EXPECT_FALSE(kept(name, value)) << name;
    const auto backend = std::move(*backends::make_backend("sequential", 1));
    RunContext context;
    expect_right_answer(*workload, *backend, context, "as before");
    EXPECT_TRUE(kept("size", "20"));
    expect_right_answer(*workload, *backend, context, "smaller");
}

TEST(Thumbnails, AFolderThatIsNoneOrHoldsNoImageIsRefusedInOneLine) {
    const Folders folders;
    const Failure missing = refused({{"input", folders.path("nowhere")}});
    EXPECT_EQ(missing.kind, Failure::Kind::file);
    EXPECT_EQ(missing.message, "there is no folder " + folders.path("nowhere"));
    EXPECT_EQ(refused({{"input", folders.in()}}).message, folders.in() + " holds no image: no *.jpg, *.jpeg or *.png");
    folders.write("a.jpg", "x");
    EXPECT_EQ(refused({{"input", folders.in("a.jpg")}}).message,
              folders.in("a.jpg") + " is a file, not a folder of images");
}

TEST(Thumbnails, AnOutputThatCannotBeAFolderOfItsOwnIsRefusedBeforeTheWork) {
    const Folders folders;
    folders.write("a.jpg", image_of(1));
    for (const std::string& same : {folders.in(), folders.in() + "/", folders.path("in/../in")}) {
        const Failure failure = refused({{"input", folders.in()}, {"output", same}});
        EXPECT_EQ(failure.kind, Failure::Kind::command_line);
        EXPECT_EQ(failure.message,
                  "input and output are the same folder, " + same + ": thumbnails need one of their own");
    }
    const Failure file = refused(with(small, {{"output", folders.in("a.jpg")}}));
    EXPECT_EQ(file.kind, Failure::Kind::file);
    EXPECT_EQ(file.message, folders.in("a.jpg") + " is a file: the thumbnails need a folder");
    EXPECT_EQ(refused(with(small, {{"output", folders.path("no/such")}})).message,
              folders.path("no/such") + " cannot be made: there is no folder " + folders.path("no"));
}

TEST(Thumbnails, MoreThanTheMemoryIsRefusedBeforeItIsTouched) {
    const Failure failure = refused({{"n", "1G"}});
    EXPECT_EQ(failure.kind, Failure::Kind::memory);
    EXPECT_TRUE(failure.message.starts_with("n = 1000000000 images of 1024 x 768 pixels needs 1.57 PB of memory, and "))
        << failure.message;
}

TEST(Thumbnails, NamesThatCollideBecomeDifferentFilesAndTheInputStaysAsItIs) {
    const Folders folders;
    for (const char* name : {"a.jpg", "a.png", "a.png.jpg", "A.jpeg", "b.png"})
        folders.write(name, image_of(static_cast<std::uint64_t>(name[0]) + std::string(name).size()));
    const auto before = Folders::files(folders.in());
    const auto workload = prepared("thumbnails", {{"input", folders.in()}, {"output", folders.path("out/")}});
    const auto backend = std::move(*backends::make_backend("grainscope", 2));
    RunContext context;
    expect_right_answer(*workload, *backend, context, "five files");
    for (int time = 0; time < 2; ++time) {
        ASSERT_TRUE(workload->write_output().has_value());
        std::set<std::string> names;
        for (const auto& [name, content] : Folders::files(folders.path("out"))) names.insert(name);
        EXPECT_EQ(names, (std::set<std::string>{"A.jpg", "a.jpg.jpg", "a.png.jpg", "a.png.jpg.jpg", "b.jpg"}));
    }
    EXPECT_EQ(Folders::files(folders.in()), before);
}

TEST(Thumbnails, AThumbnailThatCannotBeWrittenFailsByItself) {
    const Folders folders;
    folders.write("a.jpg", image_of(1));
    folders.write("b.jpg", image_of(2));
    fs::create_directories(folders.path("out/a.jpg/full"));
    const auto workload = prepared("thumbnails", {{"input", folders.in()}, {"output", folders.path("out")}});
    const auto backend = std::move(*backends::make_backend("grainscope", 2));
    RunContext context;
    expect_right_answer(*workload, *backend, context, "two files");
    ASSERT_TRUE(workload->write_output().has_value());
    ASSERT_EQ(workload->item_failures().size(), 1U);
    EXPECT_EQ(workload->item_failures().front().item, folders.in("a.jpg"));
    EXPECT_TRUE(workload->item_failures().front().error.starts_with(folders.path("out/a.jpg") + " cannot be written: "))
        << workload->item_failures().front().error;
    EXPECT_EQ(independently_decoded(Folders::read(folders.path("out/b.jpg"))).size, (ImageSize{60, 40}));
}

TEST(Thumbnails, AnOutputWhereNothingCanBeWrittenNamesEachItemAndFails) {
    // A folder that not even root can write to.
    if (!fs::is_directory("/proc/self/fd")) GTEST_SKIP() << "no /proc here";
    const auto workload = prepared("thumbnails", with(small, {{"output", "/proc/self/fd"}}));
    const auto backend = std::move(*backends::make_backend("grainscope", 2));
    RunContext context;
    expect_right_answer(*workload, *backend, context, "nine images");
    const auto written = workload->write_output();
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().kind, Failure::Kind::file);
    EXPECT_TRUE(written.error().message.starts_with("none of 9 thumbnails could be written; the first: /proc/self/fd/"))
        << written.error().message;
    EXPECT_EQ(failures_of(*workload).size(), 9U);
    expect_right_answer(*workload, *backend, context, "the run stands");
}

TEST(ContactSheet, IsNeverLargerThanTheFormatAllowsAndShowsEveryTileOfAnyNumber) {
    const Image image = make_image(1, 1, {16, 12});
    for (const std::size_t count : {1U, 2U, 3U, 47U, 200U, 3392U, 3393U, 10'000U, 1'000'000U}) {
        const ContactSheet sheet(count);
        const auto extent = sheet.extent();
        EXPECT_LE(extent.columns, ContactSheet::largest.columns);
        EXPECT_LE(extent.rows, ContactSheet::largest.rows);
        if (count > 10'000) continue;
        trace::DataBoard board(extent.slots());
        for (std::size_t index = 0; index < count; ++index) sheet.publish(board, extent.columns, index, image, 3);
        std::size_t owned = 0;
        for (std::size_t slot = 0; slot < board.size(); ++slot) owned += board.read(slot).owner == 3;
        EXPECT_EQ(owned % std::min<std::size_t>(count, 3392), 0U) << count;
        EXPECT_GT(owned, board.size() / 2) << count;
    }
}

}  // namespace
}  // namespace grainscope::workloads
