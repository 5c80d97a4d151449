#include <grainscope/backends/backend.h>

#include <exception>

#include <fmt/format.h>

#include <grainscope/backends/nearest_name.h>
#include <grainscope/backends/run_on.h>
#include <grainscope/platform/threads.h>

namespace grainscope::backends {

namespace {

constexpr std::size_t most_threads = 1024;

using Made = std::unique_ptr<Backend>;

struct Entry {
    Availability availability;
    Made (*make)(std::size_t threads);
};

const std::vector<Entry>& entries() {
    static const std::vector<Entry> all{
        {{"grainscope", ""}, [](std::size_t threads) -> Made { return std::make_unique<GrainscopeBackend>(threads); }},
#ifdef GRAINSCOPE_HAS_OPENMP
        {{"openmp", ""}, [](std::size_t threads) -> Made { return std::make_unique<OpenMpBackend>(threads); }},
#else
        {{"openmp", "this build was made by a compiler without OpenMP"}, nullptr},
#endif
#ifdef GRAINSCOPE_HAS_TBB
        {{"tbb", ""}, [](std::size_t threads) -> Made { return std::make_unique<TbbBackend>(threads); }},
#else
        {{"tbb", "this build was made without oneTBB (it has no static library)"}, nullptr},
#endif
        {{"threads", ""}, [](std::size_t threads) -> Made { return std::make_unique<ThreadsBackend>(threads); }},
        {{"sequential", ""}, [](std::size_t) -> Made { return std::make_unique<SequentialBackend>(); }},
    };
    return all;
}

}  // namespace

const std::vector<Availability>& all_backends() {
    static const std::vector<Availability> all = [] {
        std::vector<Availability> list;
        for (const Entry& entry : entries()) list.push_back(entry.availability);
        return list;
    }();
    return all;
}

std::expected<std::unique_ptr<Backend>, std::string> make_backend(std::string_view name, std::size_t threads) {
    if (threads > most_threads)
        return std::unexpected(fmt::format("threads must be between 0 and {}, got {}", most_threads, threads));
    if (threads == 0) threads = platform::usable_cores();
    std::vector<std::string> known, available;
    for (const Entry& entry : entries()) {
        known.push_back(entry.availability.name);
        if (entry.make != nullptr) available.push_back(entry.availability.name);
        if (entry.availability.name != name) continue;
        if (entry.make == nullptr) {
            return std::unexpected(
                fmt::format("the backend \"{}\" is not available: {}", name, entry.availability.missing_because));
        }
        try {
            return entry.make(threads);
        } catch (const std::exception& error) {
            return std::unexpected(
                fmt::format("the backend \"{}\" did not start with {} threads: {}", name, threads, error.what()));
        }
    }
    return std::unexpected(fmt::format("there is no backend \"{}\"; did you mean \"{}\"? (available: {})", name,
                                       nearest_name(name, known), comma_list(available)));
}

}  // namespace grainscope::backends
