// Single samples on demand, so that alternate.py can let two programs take turns while each keeps its data.
//
// After each contestant has run once, the program prints "ready", a tab and the fingerprint of its data. Then every
// line on standard input is answered with one sample of each contestant ("NAME<tab>NANOSECONDS AN ITEM") and an empty
// line; the line "backward" asks for them in reverse. bench/rust speaks the same.
#include "contest.h"

#include <cinttypes>
#include <cstdio>
#include <iostream>
#include <regex>

namespace grainscope::bench {

namespace {

void print_sample(const Contestant& contestant) {
    double seconds = 0;
    for (int i = 0; i < contestant.work.iterations; ++i) seconds += contestant.run();
    std::printf("%s\t%.6f\n", contestant.name().c_str(),
                seconds * 1e9 / contestant.work.iterations / contestant.work.items);
}

}  // namespace

int run_in_turn(const std::vector<Contestant>& contestants, const std::string& pattern) {
    std::vector<const Contestant*> chosen;
    const std::regex wanted(pattern);
    for (const Contestant& contestant : contestants)
        if (std::regex_search(contestant.name(), wanted)) chosen.push_back(&contestant);
    if (chosen.empty()) {
        std::fprintf(stderr, "no contestant matches %s\n", pattern.c_str());
        return 2;
    }
    try {
        for (const Contestant* contestant : chosen) (void)contestant->run();
        const auto& fingerprint = chosen.front()->work.fingerprint;
        std::printf("ready\t%016" PRIx64 "\n", fingerprint ? fingerprint() : 0);
        std::fflush(stdout);
        for (std::string line; std::getline(std::cin, line);) {
            if (line == "backward")
                for (const Contestant* contestant : chosen | std::views::reverse) print_sample(*contestant);
            else
                for (const Contestant* contestant : chosen) print_sample(*contestant);
            std::printf("\n");
            std::fflush(stdout);
        }
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "%s\n", failure.what());
        return 1;
    }
    return 0;
}

}  // namespace grainscope::bench
