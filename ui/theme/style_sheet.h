// What QPalette cannot say to Fusion: corners, dividers, the accent button, flat tables.
#pragma once

#include <functional>

#include <QString>

#include <ui/theme/tokens.h>

namespace grainscope::ui {

/// The program's style sheet. `px` scales a length of the drawings to the text scale.
[[nodiscard]] QString styleSheet(const Tokens& tokens, const std::function<int(int)>& px);

}  // namespace grainscope::ui
