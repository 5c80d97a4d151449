// The look in one table: every colour of the window stands here and nowhere else.
#pragma once

#include <array>

#include <QColor>

namespace grainscope::ui {

/// The looks that exist. Which one is shown is ThemeChoice's business (theme.h).
enum class Look { light, dark, highContrastLight, highContrastDark };

/// Eight colours of Okabe and Ito; worker 8 starts again at the first, with a stripe.
inline constexpr int workerColourCount = 8;

struct Tokens {
    QColor window;      ///< behind the panels
    QColor panel;       ///< docks, tables, cards
    QColor raised;      ///< tab bar, buttons, status bar
    QColor plotGround;  ///< behind data
    QColor line;        ///< dividers and borders
    QColor grid;        ///< lines inside plots
    QColor text;
    QColor muted;     ///< secondary text
    QColor disabled;  ///< text of what cannot be used now
    QColor accent;    ///< the one colour of controls
    QColor accentHover;
    QColor onAccent;  ///< text on the accent
    QColor selection;
    QColor hover;        ///< under the pointer, on raised things
    QColor loss;         ///< losses and warnings
    QColor lossGround;   ///< behind a warning's sentence
    QColor right;        ///< a right answer
    QColor wrong;        ///< a wrong answer, a failed run
    QColor searching;    ///< the hatch of a worker that looks for work
    QColor descheduled;  ///< the hatch of a worker without a core
    QColor steal;        ///< the curve from victim to thief
    QColor stripe;       ///< over the colours of worker 8 and later
    std::array<QColor, workerColourCount> workers;
    int lineWidth = 1;            ///< px of dividers and borders
    bool patternsAlways = false;  ///< even where colour alone would do: each worker has a pattern of its own

    [[nodiscard]] const QColor& worker(int index) const {
        return workers[static_cast<std::size_t>(index % workerColourCount)];
    }
};

/// The table of one look.
[[nodiscard]] const Tokens& tokensFor(Look look);

/// Distances of the 4 px grid, for a text scale of 1.
namespace space {
inline constexpr int unit = 4;
inline constexpr int half = 8;
inline constexpr int gap = 12;
inline constexpr int panel = 16;
inline constexpr int control = 28;  ///< height of buttons and fields
inline constexpr int corner = 5;    ///< radius
}  // namespace space

}  // namespace grainscope::ui
