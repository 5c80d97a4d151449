// Where a stream goes may fail in every way there is; what was written stays readable.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <grainscope/trace/collector.h>

#include "trace_synthetic.h"

namespace grainscope::trace {
namespace {

using platform::ByteSink;
using testing::clock_at;
using testing::ms;

class TraceSink : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = std::filesystem::temp_directory_path() / ("grainscope-sink-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

  private:
    std::filesystem::path folder_;
};

std::vector<std::byte> read_descriptor(int fd) {
    std::vector<std::byte> bytes;
    std::byte piece[4096];
    for (ssize_t size = 0; (size = ::read(fd, piece, sizeof piece)) > 0;)
        bytes.insert(bytes.end(), piece, piece + size);
    return bytes;
}

/// Runs `body` in a child process and gives its exit status as waitpid has it.
template <class Body>
int in_child(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

TEST_F(TraceSink, AFileThatCannotBeMadeGivesOneLineWithItsName) {
    const std::string nowhere = path("no/such/folder/file");
    const auto sink = ByteSink::create_file(nowhere);
    ASSERT_FALSE(sink);
    EXPECT_EQ(sink.error(), "cannot write '" + nowhere + "': No such file or directory");
}

TEST_F(TraceSink, SeveralSinksGetTheSameStream) {
    StreamWriter writer;
    writer.add_sink(ByteSink::create_file(path("a")).value());
    writer.add_sink(ByteSink::create_file(path("b")).value());
    testing::SyntheticRun::write(writer);
    writer.flush();
    for (const char* name : {"a", "b"}) {
        const auto recording = open_recording(path(name));
        ASSERT_TRUE(recording) << recording.error().message;
        EXPECT_TRUE(recording->complete);
        EXPECT_EQ(std::filesystem::file_size(path(name)), writer.bytes());
    }
}

TEST_F(TraceSink, AReaderThatGoesAwayIsNoticedWithoutASignal) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    StreamWriter writer;
    writer.add_sink(ByteSink::adopt(ends[1], "a pipe"));
    writer.add_sink(ByteSink::create_file(path("kept")).value());
    writer.write_header(clock_at(0), 1, "{}");
    writer.flush();
    EXPECT_FALSE(writer.reader_gone());
    ::close(ends[0]);
    writer.write_note(clock_at(ms), NoteKind::warning, "nobody reads the pipe");
    writer.flush();
    EXPECT_TRUE(writer.reader_gone());
    EXPECT_TRUE(writer.errors().empty()) << "a reader may go away; that is no error";
    writer.write_close(clock_at(ms), "");
    writer.flush();
    EXPECT_TRUE(open_recording(path("kept"))->complete) << "the other sink goes on";
    sigset_t pending;
    sigpending(&pending);
    EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST_F(TraceSink, AReaderThatDoesNotReadIsGivenUpOnceTheWriterHurries) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    StreamWriter writer;
    writer.add_sink(ByteSink::adopt(ends[1], "a pipe"));
    writer.write_header(clock_at(0), 1, std::string(std::size_t{1} << 20, ' '));  // more than a pipe holds
    writer.hurry();
    writer.flush();
    EXPECT_TRUE(writer.reader_gone());
    ::close(ends[0]);
}

TEST_F(TraceSink, ASlowReaderGetsEverythingThroughAPipe) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const std::string text(std::size_t{1} << 20, 'x');
    std::vector<std::byte> received;
    std::thread reader([&] { received = read_descriptor(ends[0]); });
    {
        StreamWriter writer;
        writer.add_sink(ByteSink::adopt(ends[1], "a pipe"));
        writer.write_header(clock_at(0), 1, "{}");
        writer.write_note(clock_at(ms), NoteKind::warning, text);
        writer.write_close(clock_at(ms), "");
        writer.flush();
        EXPECT_FALSE(writer.reader_gone());
    }
    reader.join();
    ::close(ends[0]);
    EXPECT_EQ(testing::read_all(received).last_note(NoteKind::warning)->text, text);
}

TEST_F(TraceSink, ConnectsToAListeningSocket) {
    const std::string where = path("socket");
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    where.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    std::vector<std::byte> received;
    std::thread reader([&] {
        const int connection = ::accept(listener, nullptr, nullptr);
        received = read_descriptor(connection);
        ::close(connection);
    });
    {
        StreamWriter writer;
        writer.add_sink(ByteSink::connect_unix(where).value());
        testing::SyntheticRun::write(writer);
        writer.flush();
    }
    reader.join();
    ::close(listener);
    EXPECT_TRUE(testing::read_all(received).complete);
}

TEST_F(TraceSink, ASocketWithoutAListenerGivesOneLine) {
    const auto sink = ByteSink::connect_unix(path("nobody"));
    ASSERT_FALSE(sink);
    EXPECT_EQ(sink.error(), "cannot connect to the socket '" + path("nobody") +
                                "': No such file or directory (a reader must be listening there)");
    EXPECT_FALSE(ByteSink::connect_unix(std::string(200, 'a')));
    EXPECT_FALSE(ByteSink::connect_unix(""));
}

TEST_F(TraceSink, AFullDeviceGivesOneLineAndTheOthersGoOn) {
    StreamWriter writer;
    writer.add_sink(ByteSink::create_file("/dev/full").value());
    writer.add_sink(ByteSink::create_file(path("kept")).value());
    testing::SyntheticRun::write(writer);
    writer.flush();
    writer.write_note(clock_at(200 * ms), NoteKind::warning, "after the failure");
    writer.flush();
    ASSERT_EQ(writer.errors().size(), 1U);
    EXPECT_EQ(writer.errors()[0], "cannot write '/dev/full': No space left on device");
    EXPECT_TRUE(open_recording(path("kept")));
}

TEST_F(TraceSink, AFileThatReachesItsLimitStaysReadable) {
    const int status = in_child([&] {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1000, 1000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        StreamWriter writer;
        writer.add_sink(ByteSink::create_file(path("limited")).value());
        testing::SyntheticRun::write(writer);
        writer.flush();
        const bool one_line =
            writer.errors().size() == 1 && writer.errors()[0].find("File too large") != std::string::npos;
        ::_exit(one_line ? 0 : 1);
    });
    EXPECT_EQ(status, 0);
    EXPECT_EQ(std::filesystem::file_size(path("limited")), 1000U);
    const auto recording = open_recording(path("limited"));
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_FALSE(recording->complete);
    EXPECT_EQ(recording->phases.size(), 1U);
}

TEST_F(TraceSink, AWriterThatIsKilledLeavesARecording) {
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        StreamWriter writer;
        writer.add_sink(ByteSink::create_file(path("killed")).value());
        Collector collector(writer, {.metadata = R"({"workload":"test"})", .workers = 2});
        collector.begin_phase(PhaseKind::sample, 0);
        collector.flush();
        for (std::uint32_t i = 0;; ++i) {
            collector.note(NoteKind::progress, "{}");
            collector.flush();
            if (i == 20 && ::write(ready[1], "x", 1) != 1) ::_exit(1);
        }
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    const auto recording = open_recording(path("killed"));
    ASSERT_TRUE(recording) << recording.error().message;
    EXPECT_EQ(recording->metadata, R"({"workload":"test"})");
    ASSERT_EQ(recording->phases.size(), 1U);
    EXPECT_EQ(recording->phases[0].end, std::nullopt);
    EXPECT_GE(recording->notes.size(), 20U);
    EXPECT_EQ(recording->last_note(NoteKind::warning), nullptr) << "cut off is not damaged";
}

}  // namespace
}  // namespace grainscope::trace
