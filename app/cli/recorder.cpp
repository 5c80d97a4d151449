#include "app/cli/recorder.h"

#include <utility>

#include <grainscope/platform/byte_sink.h>

namespace grainscope::cli {

std::expected<std::unique_ptr<Recorder>, std::string> Recorder::create(const MeasureOptions& options,
                                                                       const std::string& metadata, std::size_t workers,
                                                                       study::Control& control) {
    if (options.record.empty() && options.stream.empty()) return nullptr;
    std::unique_ptr<Recorder> recorder(new Recorder);
    if (!options.record.empty()) {
        auto file = platform::ByteSink::create_file(options.record);
        if (!file) return std::unexpected(file.error());
        recorder->writer_.add_sink(*std::move(file));
    }
    if (options.stream_owns_output()) {
        recorder->writer_.add_sink(platform::ByteSink::standard_output());
    } else if (!options.stream.empty()) {
        auto socket = platform::ByteSink::connect_unix(options.stream.substr(std::string_view("unix:").size()));
        if (!socket) return std::unexpected(socket.error());
        recorder->writer_.add_sink(*std::move(socket));
    }
    trace::CollectorOptions collector{.metadata = metadata, .workers = workers, .level = options.level};
    collector.on_reader_gone = [&control] { control.end(study::End::stopped); };
    recorder->collector_ = std::make_unique<trace::Collector>(recorder->writer_, std::move(collector));
    return recorder;
}

std::vector<std::string> Recorder::finish(const std::string& result) {
    if (!result.empty()) collector_->note(trace::NoteKind::result, result);
    collector_->stop(true);
    return collector_->errors();
}

}  // namespace grainscope::cli
