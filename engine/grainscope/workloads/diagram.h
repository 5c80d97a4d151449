// What a run of stages and channels looks like: who hands messages to whom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace grainscope::workloads {

/// The stages of a run and the channels between them, as the window draws them. The i-th channel is number i on the
/// run's trace::ChannelBoard.
struct Diagram {
    struct Stage {
        std::string name;           ///< "compress"
        std::size_t first_row = 0;  ///< its workers are the rows first_row to first_row + rows - 1
        std::size_t rows = 1;
        bool selects = false;  ///< each channel that leads here is one arm of a select
    };
    struct Channel {
        std::string name;                       ///< "compress → store"
        std::optional<std::size_t> from;        ///< the stage that sends; none: a clock does
        std::size_t to = 0;                     ///< the stage that receives
        std::optional<std::uint64_t> capacity;  ///< none: unbounded
    };
    std::vector<Stage> stages;
    std::vector<Channel> channels;
    std::string message = "message";  ///< the word for what is handed on
};

}  // namespace grainscope::workloads
