// A worker's colour in the strengths that tell a value.
#pragma once

#include <array>
#include <cstdint>

#include <QColor>

#include <ui/theme/tokens.h>

namespace grainscope::ui {

/// From faint (the value 0) to the full colour (65535): on a dark ground a larger value is brighter, on a light one
/// darker, and even 0 is told from the ground.
class ValueShades {
  public:
    explicit ValueShades(const Tokens& tokens);
    /// The one of this look: made once, then kept.
    [[nodiscard]] static const ValueShades& shared(const Tokens& tokens);

    [[nodiscard]] QRgb of(int worker, std::uint16_t value) const {
        return workers_[static_cast<std::size_t>(worker % workerColourCount)][level(value)];
    }
    /// Grey: nobody has written it yet.
    [[nodiscard]] QRgb ofNobody(std::uint16_t value) const { return nobody_[level(value)]; }

  private:
    static constexpr std::size_t levels = 64;
    using Ramp = std::array<QRgb, levels>;

    static std::size_t level(std::uint16_t value) { return value * levels >> 16; }
    static Ramp ramp(const QColor& ground, const QColor& ink, double faintest, double strongest);

    std::array<Ramp, workerColourCount> workers_;
    Ramp nobody_;
};

}  // namespace grainscope::ui
