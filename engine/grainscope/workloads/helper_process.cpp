#include <grainscope/workloads/helper_process.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include <grainscope/platform/threads.h>

namespace grainscope::workloads {
namespace {

constexpr std::string_view helper_word = "--helper";
constexpr int unknown_role_status = 2;

/// Built by the first HelperRegistration, whichever file it stands in.
std::vector<HelperRole>& roles() {
    static std::vector<HelperRole> all;
    return all;
}

/// Set by the main of a program that may be started as a helper.
bool main_asks = false;

const HelperRole* find(std::string_view name) {
    const auto place = std::ranges::find(roles(), name, &HelperRole::name);
    return place == roles().end() ? nullptr : &*place;
}

std::string no_such_role(std::string_view name) {
    std::string known;
    for (const HelperRole& role : roles()) known += (known.empty() ? "" : ", ") + role.name;
    return "no part of this program is a process called \"" + std::string(name) +
           "\"; these are: " + (known.empty() ? "none" : known);
}

int run(const HelperRole& role, std::span<const std::string> arguments) {
    const auto failed = [&](const char* why) {
        std::fprintf(stderr, "%s: %s\n", role.name.c_str(), why);
        return 1;
    };
    try {
        return role.main(arguments);
    } catch (const std::exception& error) {
        return failed(error.what());
    } catch (...) {
        return failed("failed");
    }
}

}  // namespace

HelperRegistration::HelperRegistration(HelperRole role) {
    if (find(role.name) != nullptr) throw std::logic_error("two helpers are called \"" + role.name + "\"");
    roles().push_back(std::move(role));
}

std::optional<int> run_as_helper(int argc, char** argv) {
    main_asks = true;
    if (argc < 2 || argv[1] != helper_word) return std::nullopt;
    const std::vector<std::string> words(argv + 2, argv + argc);
    const std::string_view name = words.empty() ? std::string_view() : words.front();
    const HelperRole* const role = find(name);
    if (role == nullptr) {
        std::fprintf(stderr, "%s\n", no_such_role(name).c_str());
        return unknown_role_status;
    }
    std::signal(SIGINT, SIG_IGN);   // it goes to the whole terminal; the parent decides
    std::signal(SIGPIPE, SIG_IGN);  // a parent that has gone is an ordinary end
    platform::name_this_thread("grain-" + role->name);
    return run(*role, std::span(words).subspan(1));
}

std::expected<platform::ChildProcess, std::string> start_helper(std::string_view role,
                                                                std::vector<std::string> arguments,
                                                                std::chrono::milliseconds grace) {
    if (find(role) == nullptr) return std::unexpected(no_such_role(role));
    if (!main_asks) return std::unexpected("this program's main does not call run_as_helper: it cannot be a helper");
    arguments.insert(arguments.begin(), {std::string(helper_word), std::string(role)});
    return platform::ChildProcess::start_again(arguments, grace);
}

}  // namespace grainscope::workloads
