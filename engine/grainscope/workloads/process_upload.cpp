// Uploads: receiving waits, sealing computes, storing waits for the disk. The IO thread does the first, blocking
// threads the others; or the IO thread seals as well, and everybody who wants something of it waits meanwhile.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <grainscope/backends/crew_backend.h>
#include <grainscope/io/http_server.h>
#include <grainscope/workloads/common_parameters.h>
#include <grainscope/workloads/file_bytes.h>
#include <grainscope/workloads/latencies.h>
#include <grainscope/workloads/memory_peak.h>
#include <grainscope/workloads/run_picture.h>
#include <grainscope/workloads/temporary_folder.h>
#include <grainscope/workloads/upload_run.h>
#include <grainscope/workloads/uploader.h>
#include <grainscope/workloads/value_access.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

namespace {

using std::chrono::nanoseconds;

constexpr double most_uploads = 1e6;

/// The regular files of a folder, by name; what lies below it is left out.
std::expected<std::vector<std::filesystem::path>, Failure> files_of(const std::string& folder) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    std::filesystem::directory_iterator entry(folder, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        std::error_code no_matter;
        if (entry->is_regular_file(no_matter)) files.push_back(entry->path());
    }
    if (error) {
        if (!std::filesystem::exists(folder)) return file_failure(fmt::format("there is no folder {}", folder));
        return file_failure(fmt::format("the folder {} cannot be read: {}", folder, error.message()));
    }
    if (files.empty()) return file_failure(fmt::format("there is no file in the folder {}", folder));
    std::ranges::sort(files);
    return files;
}

class ProcessUpload final : public Workload {
  public:
    std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) override {
        run_.reset();
        store_.reset();
        folder_.reset();
        uploader_.reset();
        listener_.reset();
        files_.clear();
        prepared_ = values;
        (void)update(values);
        plan_ = {.count = static_cast<std::size_t>(whole_of(values, "n")),
                 .size = static_cast<std::size_t>(whole_of(values, "size")),
                 .concurrency = concurrency_,
                 .seed = seed};
        if (auto source = prepare_source(values); !source) return source;
        return prepare_store(values);
    }

    bool update(const Values& values) override {
        concurrency_ = static_cast<std::size_t>(whole_of(values, "concurrency"));
        options_.level = static_cast<int>(whole_of(values, "level"));
        options_.offload = flag_of(values, "offload");
        options_.most_in_a_batch = static_cast<std::size_t>(whole_of(values, "batch"));
        slow_ = real_of(values, "slow");
        return std::ranges::all_of(std::to_array({"input", "n", "size", "store", "key", "listen"}),
                                   [&](const char* name) { return values.at(name) == prepared_.at(name); });
    }

    void reset(RunContext& context) override {
        run_.reset();
        damaged_.clear();
        unsent_.clear();
        latencies_.clear();
        picture_.reset(context, std::max<std::size_t>(1, expected()));
        plan_.concurrency = concurrency_;
        if (listener_ && !listener_->is_open()) {
            auto again = io::Listener::bind("127.0.0.1", port_);
            if (!again) throw std::runtime_error(again.error().message);
            listener_.emplace(std::move(*again));
        }
        if (uploader_) {
            if (auto made = uploader_->prepare(plan_); !made) throw std::runtime_error(made.error());
        }
        memory_.begin();
    }

    void run(backends::Backend& backend, RunContext& context) override {
        if (context.gate != nullptr) context.gate->set_slow(slow_);
        backends::CrewBackend& crew = backends::crew_of(backend);
        IntakeOptions options = options_;
        options.sealers = crew.threads();
        options.gate = context.gate;
        options.cancel = context.cancel;
        run_ = std::make_unique<UploadRun>(
            crew, *store_, *key_, options,
            [this](std::size_t index, const UploadOutcome& outcome, std::size_t row) { show(index, outcome, row); });
        if (!files_.empty()) {
            run_->read(files_, concurrency_);
        } else if (uploader_) {
            run_->receive(*listener_, [&](const std::string& url) { send_all(url); });
        } else if (listener_) {
            run_->receive(*listener_, [&](const std::string&) { run_->wait_for(plan_.count); });
        }
        memory_.end();
    }

    /// Reads back what was acknowledged, decrypts and compares; where nothing was taken in, all that the store has.
    std::expected<void, std::string> check() override {
        read_back_ = 0;
        if (expected() == 0) return check_whole_store();
        if (listener_ && uploader_ && run_->outcomes().size() + unsent_.size() < plan_.count)
            return std::unexpected(
                fmt::format("{} uploads were to be taken in, and {} came", plan_.count, run_->outcomes().size()));
        std::map<std::string, const UploadOutcome*> last;  // a name that comes twice is replaced
        for (const UploadOutcome& outcome : run_->outcomes())
            if (!outcome.taken.error) last[outcome.name] = &outcome;
        const auto names = store_->names();
        if (!names) {
            damaged_.push_back({store_path_, names.error()});
            return {};
        }
        for (const auto& [name, outcome] : last) {
            if (!std::ranges::binary_search(*names, name))
                return std::unexpected(fmt::format("{} was acknowledged, and is not in the store", name));
            if (auto right = compare(*outcome); !right) return right;
        }
        return {};
    }

    double items() const override { return static_cast<double>(expected()); }

    std::vector<ItemFailure> item_failures() const override {
        std::vector<ItemFailure> failures;
        if (run_ != nullptr)
            for (const UploadOutcome& outcome : run_->outcomes())
                if (outcome.taken.error) failures.push_back({outcome.name, *outcome.taken.error});
        failures.insert(failures.end(), unsent_.begin(), unsent_.end());
        failures.insert(failures.end(), damaged_.begin(), damaged_.end());
        return failures;
    }

    std::vector<Figure> figures() const override {
        const Figure read_back{"read_back", "Read back and right", "", static_cast<double>(read_back_)};
        if (run_ == nullptr || run_->outcomes().empty()) return {read_back};
        std::vector<nanoseconds> took = latencies_;
        double plain = 0, sealed = 0;
        for (const UploadOutcome& outcome : run_->outcomes()) {
            if (outcome.taken.error) continue;
            plain += static_cast<double>(outcome.plain_bytes);
            sealed += static_cast<double>(outcome.taken.sealed_bytes);
            if (!uploader_) took.push_back(outcome.took);
        }
        std::vector<Figure> list = latency_figures(std::move(took), "latency", "Acknowledged after");
        const std::vector<Figure> delays = latency_figures(run_->io_delays(), "io_delay", "IO thread late by");
        list.insert(list.end(), delays.begin(), delays.end());
        list.push_back({"plain_bytes", "Taken in", "bytes", plain});
        list.push_back({"sealed_bytes", "Stored", "bytes", sealed});
        list.push_back({"commits", "Commits", "", static_cast<double>(run_->commits())});
        list.push_back(read_back);
        memory_.add_to(list);
        return list;
    }

    std::vector<std::string> remarks() const override {
        if (text_of(prepared_, "store").empty() || !text_of(prepared_, "key").empty()) return {};
        return {fmt::format("{} was sealed with a key that goes with this run: -p key=FILE keeps one", store_path_)};
    }

  private:
    /// How many uploads a run has.
    [[nodiscard]] std::size_t expected() const { return files_.empty() ? plan_.count : files_.size(); }

    std::expected<void, Failure> prepare_source(const Values& values) {
        if (!text_of(values, "input").empty()) {
            auto found = files_of(text_of(values, "input"));
            if (!found) return std::unexpected(std::move(found.error()));
            files_ = std::move(*found);
            return {};
        }
        if (plan_.count == 0) return {};
        const auto port = static_cast<std::uint16_t>(whole_of(values, "listen"));
        auto listener = io::Listener::bind("127.0.0.1", port);
        if (!listener) return std::unexpected(Failure{Failure::Kind::failed, listener.error().message});
        listener_.emplace(std::move(*listener));
        port_ = port;
        if (port != 0) return {};
        auto uploader = Uploader::start();
        if (!uploader) return std::unexpected(Failure{Failure::Kind::failed, uploader.error()});
        uploader_.emplace(std::move(*uploader));
        return {};
    }

    std::expected<void, Failure> prepare_store(const Values& values) {
        const std::string& key_file = text_of(values, "key");
        if (key_file.empty()) {
            key_.emplace(SealingKey::random());
        } else {
            auto key = SealingKey::from_file(key_file);
            if (!key) return file_failure(key.error());
            key_.emplace(std::move(*key));
        }
        store_path_ = text_of(values, "store");
        if (store_path_.empty()) {
            auto folder = TemporaryFolder::make("grainscope-uploads");
            if (!folder) return file_failure(folder.error());
            folder_.emplace(std::move(*folder));
            store_path_ = (folder_->path() / "store").string();
        }
        auto store = UploadStore::open(store_path_, key_->fingerprint(), UploadStore::Mode::create_or_open);
        if (!store) return file_failure(store.error());
        store_.emplace(std::move(*store));
        return {};
    }

    void send_all(const std::string& url) {
        const auto sent = [this](std::size_t item, nanoseconds took, std::string error) {
            if (error.empty()) {
                latencies_.push_back(took);
            } else if (!error.starts_with("answered")) {  // what this side answered, it knows
                unsent_.push_back({upload_name(item), std::move(error)});
            }
        };
        if (auto ended = uploader_->send(url, sent); !ended) throw std::runtime_error(ended.error());
    }

    void show(std::size_t index, const UploadOutcome& outcome, std::size_t row) {
        if (!picture_ || index >= expected()) return;
        picture_.publish(
            index, 1, [=] { return static_cast<std::uint16_t>(row); },
            [&] { return outcome.taken.error ? 1.0F : latency_height(outcome.took); });
    }

    /// One that was acknowledged. Damage that came since is the item's failure; other bytes are a wrong answer.
    std::expected<void, std::string> compare(const UploadOutcome& outcome) {
        const auto stored = store_->get(outcome.name);
        if (!stored) {
            damaged_.push_back({outcome.name, stored.error()});
            return {};
        }
        const auto plain = opened(*stored);
        if (!plain) return {};
        if (stored->checksum != outcome.taken.checksum)
            return std::unexpected(fmt::format("{}: what was stored is not what was received", outcome.name));
        if (uploader_) {
            const std::optional<std::size_t> item = upload_of(outcome.name);
            const std::string sent = item && *item < plan_.count ? plan_.bytes_of(*item) : std::string();
            if (!std::ranges::equal(*plain, std::as_bytes(std::span(sent))))
                return std::unexpected(fmt::format("{}: what was received is not what was sent", outcome.name));
        }
        return {};
    }

    std::expected<void, std::string> check_whole_store() {
        const auto read = store_->for_each([this](std::string_view name, std::expected<StoredItem, std::string> item) {
            if (item)
                (void)opened(*item);
            else
                damaged_.push_back({std::string(name), item.error()});
        });
        if (!read) damaged_.push_back({store_path_, read.error()});
        return {};
    }

    /// The plain bytes, checked; none, and a failure of the item's, if they are not to be had.
    std::optional<std::vector<std::byte>> opened(const StoredItem& item) {
        auto plain = unseal(item.sealed, item.name, *key_);
        if (!plain) {
            damaged_.push_back({item.name, plain.error()});
            return std::nullopt;
        }
        if (sha256(*plain) != item.checksum) {
            damaged_.push_back({item.name, "its bytes are not those of its checksum"});
            return std::nullopt;
        }
        ++read_back_;
        return std::move(*plain);
    }

    Values prepared_;
    UploadPlan plan_;                           ///< of made-up uploads; its count also of those that are waited for
    std::vector<std::filesystem::path> files_;  ///< the user's; none: uploads come by HTTP
    std::optional<io::Listener> listener_;
    std::uint16_t port_ = 0;  ///< that was asked for; 0: any
    std::optional<Uploader> uploader_;
    std::optional<TemporaryFolder> folder_;
    std::string store_path_;
    std::optional<SealingKey> key_;
    std::optional<UploadStore> store_;
    IntakeOptions options_;
    std::size_t concurrency_ = 1;
    double slow_ = 1;
    std::unique_ptr<UploadRun> run_;
    std::vector<nanoseconds> latencies_;  ///< as the uploader saw them
    std::vector<ItemFailure> unsent_, damaged_;
    std::size_t read_back_ = 0;
    RunPicture picture_;
    MemoryPeak memory_;
};

/// Those that seal, and one that writes to the store.
backends::Crew crew_of_values(const Values& values, std::size_t threads) {
    return {.io_threads = 1, .blocking_threads = flag_of(values, "offload") ? threads + 1 : 1};
}

Parameter whole_parameter(std::string name, std::string label, std::string help, std::string unit, std::int64_t value,
                          double minimum, double maximum) {
    return {.name = std::move(name),
            .label = std::move(label),
            .help = std::move(help),
            .unit = std::move(unit),
            .kind = Parameter::Kind::integer,
            .default_value = value,
            .minimum = minimum,
            .maximum = maximum,
            .logarithmic = minimum > 0,
            .choices = {}};
}

Description describe() {
    Description description{
        .name = "process-upload",
        .title = "Uploads",
        .category = "Input and output",
        .summary =
            "Receives files, compresses and encrypts them on blocking threads, stores them durably and reads "
            "them back",
        .parameters = {},
        .backends = {"grainscope"},
        .picture = {.remark = "each bar in the colour of the thread that sealed the upload",
                    .position = "upload, by the order of their ends",
                    .value = latency_height_text,
                    .extent = {}},
        .crew = crew_of_values};
    auto& list = description.parameters;
    list.push_back(path_parameter("input", "Folder of files",
                                  "Take in the files of this folder instead of made-up ones that are sent by HTTP",
                                  Parameter::Path::open_folder));
    list.push_back(count_parameter("How many uploads there are; 0: only read back what the store has", "uploads", 200,
                                   most_uploads));
    list.back().minimum = 0;
    list.push_back(whole_parameter("size", "Size", "How long a made-up upload is", "bytes", 65'536, 1, 67'108'864));
    list.back().live = false;
    list.push_back(whole_parameter("concurrency", "Concurrency", "How many uploads are on their way at once", "uploads",
                                   16, 1, 1000));
    list.push_back(whole_parameter("level", "Compression", "The level of zstd: 1 is the fastest, 19 the smallest", "",
                                   3, fastest_level, smallest_level));
    list.push_back({.name = "offload",
                    .label = "Seal on blocking threads",
                    .help = "Compress and encrypt on blocking threads; else on the IO thread, which serves nobody "
                            "meanwhile",
                    .unit = "",
                    .kind = Parameter::Kind::boolean,
                    .default_value = true,
                    .choices = {}});
    list.push_back(
        whole_parameter("batch", "Batch", "How many uploads one commit stores at most", "uploads", 64, 1, 1000));
    list.back().tunable = true;
    list.push_back(path_parameter("store", "Store",
                                  "Keep the uploads in this SQLite file; else in one that goes with the run",
                                  Parameter::Path::save_file));
    list.back().live = false;
    list.push_back(path_parameter("key", "Key",
                                  "Encrypt with the key in this file, 32 bytes or 64 hexadecimal digits; else with one "
                                  "that goes with the run",
                                  Parameter::Path::open_file));
    list.push_back(whole_parameter("listen", "Port",
                                   "Wait at this port of this computer for n uploads of yours, curl -T FILE "
                                   "http://127.0.0.1:PORT/; 0: made-up ones are sent",
                                   "", 0, 0, 65'535));
    list.back().live = false;
    list.push_back(slow_parameter());
    return description;
}

const Registration process_upload{describe(), [] { return std::make_unique<ProcessUpload>(); }};

}  // namespace

}  // namespace grainscope::workloads
