#include "model/choices.h"

#include <charconv>
#include <stdexcept>

namespace grainscope::model {

std::size_t Choices::choose(std::size_t count) {
    if (count < 2) return 0;
    if (position_ == path_.size()) path_.push_back({static_cast<std::uint16_t>(count), 0});
    Choice& choice = path_[position_++];
    if (choice.count == 0) choice.count = static_cast<std::uint16_t>(count);
    if (choice.count != count || choice.taken >= count) {
        diverged_ = true;
        return 0;
    }
    return choice.taken;
}

bool Choices::advance() {
    path_.resize(position_);
    position_ = 0;
    while (!path_.empty()) {
        if (path_.back().taken + 1 < path_.back().count) {
            ++path_.back().taken;
            return true;
        }
        path_.pop_back();
    }
    return false;
}

std::string Choices::text() const {
    std::string text;
    for (std::size_t i = 0; i < position_; ++i) {
        if (path_[i].taken == 0) continue;
        if (!text.empty()) text += ',';
        text += std::to_string(i) + ':' + std::to_string(path_[i].taken);
    }
    return text;
}

Choices Choices::parse(const std::string& text) {
    Choices choices;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end) {
        std::size_t position = 0;
        std::uint16_t taken = 0;
        const auto [colon, error] = std::from_chars(at, end, position);
        if (error != std::errc{} || colon == end || *colon != ':') throw std::invalid_argument("no schedule: " + text);
        const auto [comma, other_error] = std::from_chars(colon + 1, end, taken);
        if (other_error != std::errc{} || (comma != end && *comma != ',') || position < choices.path_.size()) {
            throw std::invalid_argument("no schedule: " + text);
        }
        choices.path_.resize(position + 1);
        choices.path_[position].taken = taken;
        at = comma == end ? end : comma + 1;
    }
    return choices;
}

}  // namespace grainscope::model
