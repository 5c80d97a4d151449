// The main of the platform's tests, and of the children that they start: "--child ROLE" does what a test asks of one.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <grainscope/platform/child_process.h>

namespace {

/// Gives back each line it gets.
int echo() {
    for (std::string line; std::getline(std::cin, line);) std::cout << "echo " << line << std::endl;
    return 0;
}

/// Heeds no end of its input.
int stay() {
    std::cout << "staying" << std::endl;
    for (;;) ::pause();
}

/// Says which descriptors are open beside the standard ones.
int descriptors() {
    std::string open;
    for (int fd = STDERR_FILENO + 1; fd < 1024; ++fd)
        if (::fcntl(fd, F_GETFD) >= 0) open.append(1, ' ').append(std::to_string(fd));
    std::cout << "open:" << open << std::endl;
    return 0;
}

int child(std::span<char*> words) {
    const std::string_view role = words[0];
    if (role == "echo") return echo();
    if (role == "stay") return stay();
    if (role == "descriptors") return descriptors();
    if (role == "say") {
        for (char* word : words.subspan(1)) std::cout << word << std::flush;
        return 0;
    }
    if (role == "end") return std::atoi(words[1]);
    return 99;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 2 && std::string_view(argv[1]) == "--child") return child(std::span(argv + 2, argv + argc));
    ::testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
