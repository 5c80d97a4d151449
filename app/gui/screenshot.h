// A recording drawn into a PNG, for documents and tests.
#pragma once

#include <QString>

struct CommandLine;

/// Returns an empty string, or one line that says what went wrong. The user's settings are neither read nor touched.
[[nodiscard]] QString takeScreenshot(const CommandLine& line);
