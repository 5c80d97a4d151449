// What the examples of the headers' comments may take for granted.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <expected>
#include <functional>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <ranges>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <grainscope/grainscope.h>
#include <grainscope/runtime/blocking.h>
#include <grainscope/sort/sort.h>

using namespace grainscope;  // NOLINT: so that an example may be written either way

/// Runs one example; what it throws ends the program with its place.
inline void run(const char* place, void (*example)()) {
    try {
        example();
    } catch (const std::exception& error) {
        std::printf("%s: %s\n", place, error.what());
        std::exit(1);
    }
}
