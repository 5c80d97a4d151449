// Uploads from their way in to what is read back: by HTTP, from a folder, and with what may go wrong on the way.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/backends/crew_backend.h>
#include <grainscope/io/io.h>
#include <grainscope/workloads/helper_process.h>
#include <grainscope/workloads/upload_plan.h>
#include <grainscope/workloads/upload_run.h>
#include <grainscope/workloads/workload.h>

#include "raw_server.h"
#include "workloads_prepared.h"

namespace grainscope::workloads {
namespace {

using testing::Given;
using testing::prepared;
using testing::values_of;
namespace fs = std::filesystem;

Given with(Given given, const Given& more) {
    given.insert(given.end(), more.begin(), more.end());
    return given;
}

class Upload : public ::testing::Test {
  protected:
    Upload() {
        root_ = fs::path(::testing::TempDir()) / ("uploads-" + std::to_string(::getpid()) + "-" +
                                                  ::testing::UnitTest::GetInstance()->current_test_info()->name());
        fs::create_directories(root_ / "in");
        std::ofstream(path("key")) << std::string(32, 'k');
    }
    ~Upload() override {
        std::error_code ignored;
        fs::remove_all(root_, ignored);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (root_ / name).string(); }
    [[nodiscard]] Given kept() const { return {{"store", path("store")}, {"key", path("key")}}; }
    [[nodiscard]] UploadStore opened() const {
        const auto key = SealingKey::from_file(path("key"));
        return *UploadStore::open(path("store"), key->fingerprint(), UploadStore::Mode::open_existing);
    }
    void sql(const std::string& statement) const {
        sqlite3* database = nullptr;
        ASSERT_EQ(sqlite3_open(path("store").c_str(), &database), SQLITE_OK);
        EXPECT_EQ(sqlite3_exec(database, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(database);
        sqlite3_close(database);
    }

    fs::path root_;
};

/// A prepared workload with its crew.
struct Ready {
    explicit Ready(const Given& given)
        : workload(prepared("process-upload", given)),
          crew(Registry::instance().find("process-upload")->description.crew(values_of("process-upload", given), 2),
               2) {}
    void run() {
        workload->reset(context);
        workload->run(crew, context);
    }
    [[nodiscard]] std::map<std::string, std::string> failures() const {
        std::map<std::string, std::string> all;
        for (const ItemFailure& failure : workload->item_failures()) all[failure.item] = failure.error;
        return all;
    }
    [[nodiscard]] double figure(const std::string& name) const {
        for (const Figure& figure : workload->figures())
            if (figure.name == name) return figure.value;
        ADD_FAILURE() << "there is no figure " << name;
        return -1;
    }

    RunContext context;
    std::unique_ptr<Workload> workload;
    backends::CrewBackend crew;
};

void expect_right(Workload& workload) {
    const auto verdict = workload.check();
    EXPECT_TRUE(verdict) << verdict.error();
}

TEST_F(Upload, MadeUpUploadsAreStoredAndReadBack) {
    for (const char* offload : {"true", "false"}) {
        Ready uploads(with(kept(), {{"n", "40"}, {"size", "3000"}, {"concurrency", "8"}, {"offload", offload}}));
        for (int again = 0; again < 2; ++again) {
            uploads.run();
            expect_right(*uploads.workload);
        }
        EXPECT_TRUE(uploads.failures().empty());
        EXPECT_EQ(uploads.figure("read_back"), 40);
        EXPECT_EQ(uploads.figure("plain_bytes"), 40 * 3000);
        EXPECT_LT(uploads.figure("sealed_bytes"), 40 * 3000);
        EXPECT_LE(uploads.figure("commits"), 40);
        EXPECT_EQ(uploads.crew.crew().blocking_threads, offload == std::string("true") ? 3U : 1U);
    }
    EXPECT_EQ(opened().count(), 40U);
}

TEST_F(Upload, WithoutAStoreNothingStays) {
    ::setenv("TMPDIR", path("in").c_str(), 1);
    {
        Ready uploads({{"n", "5"}, {"size", "100"}});
        uploads.run();
        expect_right(*uploads.workload);
        EXPECT_FALSE(fs::is_empty(path("in")));
    }
    ::unsetenv("TMPDIR");
    EXPECT_TRUE(fs::is_empty(path("in")));
}

TEST_F(Upload, AFoldersFilesAreTakenInByName) {
    std::ofstream(path("in/empty"));
    std::ofstream(path("in/a b.txt")) << "blank";
    std::ofstream(path("in/\xc3\xbc")) << std::string(100'000, 'x');
    fs::create_directory(path("in/folder"));
    ASSERT_EQ(::mkfifo(path("in/pipe").c_str(), 0600), 0);
    Ready uploads(with(kept(), {{"input", path("in")}}));
    uploads.run();
    expect_right(*uploads.workload);
    EXPECT_TRUE(uploads.failures().empty());
    EXPECT_EQ(uploads.workload->items(), 3);
    UploadStore store = opened();
    EXPECT_EQ(store.names(), (std::vector<std::string>{"a b.txt", "empty", "\xc3\xbc"}));
    const auto key = SealingKey::from_file(path("key"));
    const auto plain = unseal(store.get("a b.txt")->sealed, "a b.txt", *key);
    ASSERT_TRUE(plain);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(plain->data()), plain->size()), "blank");
}

TEST_F(Upload, AFileThatIsGoneFailsByItself) {
    std::ofstream(path("in/here")) << "x";
    std::ofstream(path("in/gone")) << "x";
    Ready uploads(with(kept(), {{"input", path("in")}}));
    fs::remove(path("in/gone"));
    uploads.run();
    expect_right(*uploads.workload);
    EXPECT_EQ(uploads.failures(),
              (std::map<std::string, std::string>{{"gone", "there is no file " + path("in/gone")}}));
    EXPECT_EQ(opened().names(), std::vector<std::string>{"here"});
}

TEST_F(Upload, DamageInTheStoreIsTheItemsOwn) {
    Ready uploads(with(kept(), {{"n", "6"}, {"size", "500"}}));
    uploads.run();
    sql("UPDATE items SET sealed = CAST(substr(sealed, 1, 60) || x'00ff' || substr(sealed, 63) AS BLOB) "
        "WHERE name = CAST('upload-000002' AS BLOB) OR name = 'upload-000002'");
    expect_right(*uploads.workload);
    ASSERT_EQ(uploads.failures().size(), 1U);
    EXPECT_NE(uploads.failures().at("upload-000002").find("was changed"), std::string::npos);
    EXPECT_EQ(uploads.figure("read_back"), 5);

    Ready again(with(kept(), {{"n", "0"}}));  // nothing new: all that is there
    again.run();
    expect_right(*again.workload);
    EXPECT_EQ(again.failures().size(), 1U);
    EXPECT_EQ(again.figure("read_back"), 5);
}

TEST_F(Upload, AnAcknowledgedItemThatIsNotThereIsAWrongAnswer) {
    Ready uploads(with(kept(), {{"n", "3"}, {"size", "500"}}));
    uploads.run();
    sql("DELETE FROM items WHERE name = CAST('upload-000001' AS BLOB) OR name = 'upload-000001'");
    const auto verdict = uploads.workload->check();
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error(), "upload-000001 was acknowledged, and is not in the store");
}

TEST_F(Upload, AnotherKeyOpensNothing) {
    Ready uploads(with(kept(), {{"n", "1"}, {"size", "10"}}));
    uploads.run();
    std::ofstream(path("key")) << std::string(32, 'l');
    auto other = Registry::instance().find("process-upload")->create();
    const auto ready = other->prepare(values_of("process-upload", kept()), 1);
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().kind, Failure::Kind::file);
    EXPECT_NE(ready.error().message.find("sealed with another key"), std::string::npos);
}

std::uint16_t free_port() { return io::Listener::bind()->port(); }

TEST_F(Upload, UploadsOfOthersAreWaitedFor) {
    const std::string port = std::to_string(free_port());
    Ready uploads(with(kept(), {{"n", "3"}, {"listen", port}}));
    uploads.workload->reset(uploads.context);
    const std::string url = "http://127.0.0.1:" + port;
    std::vector<io::Result<io::Response>> answers;
    std::thread client([&] {
        io::Runtime runtime;
        const auto send = [&](const std::string& method, const std::string& target, const std::string& body) {
            answers.push_back(runtime.block_on(io::request({.url = url + target, .method = method, .body = body})));
        };
        send("GET", "/a", "");
        send("PUT", "/", "nameless");
        send("PUT", "/a%20b?x=1", "one");
        send("POST", "/c", "two");
        send("PUT", "/c", "two again");
    });
    uploads.workload->run(uploads.crew, uploads.context);
    client.join();
    ASSERT_EQ(answers.size(), 5U);
    std::vector<unsigned> statuses;
    for (const auto& answer : answers) statuses.push_back(answer ? answer->status : 0);
    // The third upload ends the run, whose last answer may be on its way.
    EXPECT_EQ(std::vector(statuses.begin(), statuses.end() - 1), (std::vector<unsigned>{405, 400, 201, 201}));
    EXPECT_EQ(answers[2]->body, "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed\n");
    expect_right(*uploads.workload);
    EXPECT_EQ(opened().names(), (std::vector<std::string>{"a b", "c"}));
}

TEST_F(Upload, ACancelledWaitEnds) {
    Ready uploads(with(kept(), {{"n", "3"}, {"listen", std::to_string(free_port())}}));
    uploads.workload->reset(uploads.context);
    uploads.context.cancel.cancel();
    EXPECT_THROW(uploads.workload->run(uploads.crew, uploads.context), Cancelled);
}

TEST_F(Upload, ACancelledRunOfMadeUpUploadsEndsAndLosesNothing) {
    Ready uploads(with(kept(), {{"n", "2000"}, {"size", "1000"}, {"concurrency", "4"}}));
    uploads.workload->reset(uploads.context);
    std::thread canceller([&] {
        UploadStore store = opened();
        while (store.count().value_or(0) < 20) std::this_thread::yield();
        uploads.context.cancel.cancel();
    });
    EXPECT_THROW(uploads.workload->run(uploads.crew, uploads.context), Cancelled);
    canceller.join();
    // The uploader is ready for the next one.
    uploads.context.cancel = CancellationToken();
    EXPECT_TRUE(uploads.workload->update(
        values_of("process-upload", with(kept(), {{"n", "2000"}, {"size", "1000"}, {"concurrency", "64"}}))));
    uploads.run();
    expect_right(*uploads.workload);
    Ready all(with(kept(), {{"n", "0"}}));
    all.run();
    expect_right(*all.workload);
    EXPECT_EQ(all.figure("read_back"), 2000);
    EXPECT_TRUE(all.failures().empty());
}

TEST_F(Upload, APortThatIsTakenIsOneLine) {
    const auto taken = io::Listener::bind();
    auto workload = Registry::instance().find("process-upload")->create();
    const auto ready =
        workload->prepare(values_of("process-upload", with(kept(), {{"listen", std::to_string(taken->port())}})), 1);
    ASSERT_FALSE(ready);
    EXPECT_NE(ready.error().message.find("port " + std::to_string(taken->port())), std::string::npos);
}

TEST(Uploader, EndsWithItsOwnerInTheMidstOfSending) {
    const tests::RawServer silent([](tests::RawPeer& peer) { peer.wait_for_end(); });
    auto uploader = start_helper("uploader");
    ASSERT_TRUE(uploader) << uploader.error();
    ASSERT_TRUE(uploader->write("plan 100 10 4 1\n"));
    EXPECT_EQ(uploader->read_line(), "ok");
    ASSERT_TRUE(uploader->write("send " + silent.url("") + "\n"));
    while (silent.connections() < 4) std::this_thread::yield();
    EXPECT_EQ(uploader->wait(), platform::ProcessEnd{});
}

TEST(UploadPlan, IsTheSameOnBothSides) {
    const UploadPlan plan{.count = 3, .size = 1000, .concurrency = 2, .seed = 9};
    EXPECT_EQ(UploadPlan::from(plan.text()), plan);
    for (const char* wrong : {"", "1 2 3", "1 2 3 4 5", "x"}) EXPECT_FALSE(UploadPlan::from(wrong)) << wrong;
    EXPECT_EQ(plan.bytes_of(1).size(), 1000U);
    EXPECT_EQ(plan.bytes_of(1), plan.bytes_of(1));
    EXPECT_NE(plan.bytes_of(1), plan.bytes_of(2));
    EXPECT_EQ(upload_of(upload_name(17)), 17U);
    EXPECT_EQ(upload_of(upload_name(12'345'678)), 12'345'678U);
    for (const char* wrong : {"upload-", "upload-1", "upload-00000x", "other"}) EXPECT_FALSE(upload_of(wrong)) << wrong;
}

TEST(UploadNames, AreWhatTheTargetSays) {
    EXPECT_EQ(name_of_target("/a"), "a");
    EXPECT_EQ(name_of_target("/a%20b/c?query#x"), "a b/c");
    EXPECT_EQ(name_of_target("/%41%c3%bc"), "A\xc3\xbc");
    for (const char* wrong : {"", "/", "a", "/?x", "/%", "/%4", "/%zz", "/a%4g"})
        EXPECT_FALSE(name_of_target(wrong)) << wrong;
}

}  // namespace
}  // namespace grainscope::workloads
