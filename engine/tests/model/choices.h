// Every decision of an execution, and the depth-first walk through all of them by repeating the execution.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace grainscope::model {

class Choices {
  public:
    /// Picks one of `count` alternatives: the recorded one while an execution repeats, else the first.
    [[nodiscard]] std::size_t choose(std::size_t count);

    /// Begins the next execution on a path not yet taken. False: there is none left.
    [[nodiscard]] bool advance();
    void rewind() noexcept { position_ = 0; }

    /// Whether a repeated execution asked for other alternatives than before: the case is not deterministic.
    [[nodiscard]] bool diverged() const noexcept { return diverged_; }

    /// The decisions that were not the first alternative, as "position:alternative,…".
    [[nodiscard]] std::string text() const;
    /// The inverse. Throws std::invalid_argument.
    [[nodiscard]] static Choices parse(const std::string& text);

  private:
    struct Choice {
        std::uint16_t count = 0;  ///< 0: known from a text, whatever the number of alternatives
        std::uint16_t taken = 0;
    };
    std::vector<Choice> path_;
    std::size_t position_ = 0;
    bool diverged_ = false;
};

}  // namespace grainscope::model
