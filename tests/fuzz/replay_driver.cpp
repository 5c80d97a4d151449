// Runs the harness without libFuzzer: replays a corpus, then mutates it for a while. Most mutations know the stream's
// structure and repair the checksums, or no mutated byte would ever get past them.
//
//   stream_reader_fuzz CORPUS... [--seconds N] [--seed N] [--crash-file FILE]
//
// An input that does harm is kept in the crash file.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sanitizer/common_interface_defs.h>
#include <unistd.h>

#include <grainscope/trace/crc32c.h>
#include <grainscope/trace/stream_format.h>

extern "C" {
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Of <sanitizer/allocator_interface.h>, which GCC implements but does not ship.
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void*, std::size_t),
                                              void (*free_hook)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void* pointer);
}

namespace {

using Bytes = std::vector<std::uint8_t>;
namespace format = grainscope::trace::format;

// -- the bounds -------------------------------------------------------------------------------------------------------

std::size_t allocated_now = 0;
std::size_t allocated_most = 0;
void count_allocation(const volatile void*, std::size_t size) {
    allocated_now += size;
    allocated_most = std::max(allocated_most, allocated_now);
}
void count_free(const volatile void* pointer) {
    const std::size_t size = __sanitizer_get_allocated_size(pointer);
    allocated_now -= std::min(allocated_now, size);
}

/// A constant for 4,096 rows, two boards of the most slots and the frames' free share, and a factor for what a byte may
/// become (a sample of two bytes is 200 in memory; vectors double while they grow; the harness reads everything twice).
std::size_t most_memory_for(std::size_t input_bytes) { return (std::size_t{160} << 20) + 1200 * input_bytes; }
std::chrono::milliseconds most_time_for(std::size_t input_bytes) {
    return std::chrono::milliseconds(5000 + input_bytes / 50);  // under sanitizers, on a machine that is busy
}

std::string crash_file;
const Bytes* current = nullptr;

/// Called while the process dies: of an error that a sanitizer found, of a broken promise, of a hang.
void keep_input() {
    if (crash_file.empty() || current == nullptr) return;
    if (std::FILE* file = std::fopen(crash_file.c_str(), "wb")) {
        std::fwrite(current->data(), 1, current->size(), file);
        std::fclose(file);
        std::fprintf(stderr, "the input of %zu bytes is kept in %s\n", current->size(), crash_file.c_str());
    }
}

void on_signal(int number) {
    if (number == SIGALRM) std::fprintf(stderr, "FAILED: it hangs\n");
    keep_input();
    std::_Exit(1);
}

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "FAILED: %s\n", what);
    keep_input();
    std::_Exit(1);
}

void try_input(const Bytes& input) {
    constexpr unsigned hang_seconds = 120;
    current = &input;
    allocated_now = allocated_most = 0;
    const auto begin = std::chrono::steady_clock::now();
    ::alarm(hang_seconds);
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ::alarm(0);
    require(std::chrono::steady_clock::now() - begin <= most_time_for(input.size()), "it took too long");
    require(allocated_most <= most_memory_for(input.size()), "it took too much memory");
    current = nullptr;
}

// -- the mutations ----------------------------------------------------------------------------------------------------

struct Chunk {
    std::uint8_t kind = 0;
    Bytes payload;
};

/// A stream taken apart. What is behind the last whole chunk is left out.
std::vector<Chunk> parse(const Bytes& stream) {
    std::vector<Chunk> chunks;
    std::size_t at = format::preamble_bytes;
    while (stream.size() >= at + format::chunk_header_bytes) {
        const std::size_t length =
            stream[at + 1] | std::size_t{stream[at + 2]} << 8 | std::size_t{stream[at + 3]} << 16;
        const std::size_t begin = at + format::chunk_header_bytes;
        if (stream.size() - begin < length) break;
        const auto payload = stream.begin() + static_cast<std::ptrdiff_t>(begin);
        chunks.push_back({stream[at], Bytes(payload, payload + static_cast<std::ptrdiff_t>(length))});
        at = begin + length;
    }
    return chunks;
}

void put_u32(Bytes& out, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

Bytes assemble(const std::vector<Chunk>& chunks) {
    using grainscope::trace::crc32c;
    Bytes out(format::magic.begin(), format::magic.end());
    for (const std::uint16_t number : {format::major_version, format::minor_version}) {
        out.push_back(static_cast<std::uint8_t>(number));
        out.push_back(static_cast<std::uint8_t>(number >> 8));
    }
    put_u32(out, crc32c(std::as_bytes(std::span(out))));
    for (const Chunk& chunk : chunks) {
        const std::size_t length = std::min(chunk.payload.size(), format::longest_payload);
        const std::uint8_t head[] = {chunk.kind, static_cast<std::uint8_t>(length),
                                     static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length >> 16)};
        const auto payload = std::span(chunk.payload).first(length);
        out.insert(out.end(), std::begin(head), std::end(head));
        put_u32(out, crc32c(std::as_bytes(payload), crc32c(std::as_bytes(std::span(head)))));
        out.insert(out.end(), payload.begin(), payload.end());
    }
    return out;
}

class Mutator {
  public:
    explicit Mutator(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t bound) { return bound == 0 ? 0 : static_cast<std::size_t>(random_() % bound); }

    Bytes mutate(const std::vector<Bytes>& corpus) {
        const Bytes& base = corpus[below(corpus.size())];
        if (below(10) == 0) return mutate_raw(base);
        std::vector<Chunk> chunks = parse(base);
        if (chunks.empty()) return mutate_raw(base);
        for (std::size_t rounds = 1 + below(6); rounds != 0; --rounds) mutate_chunks(chunks, corpus);
        return assemble(chunks);
    }

  private:
    std::uint64_t interesting() {
        static constexpr std::uint64_t values[] = {
            0,          1,          2,          15,         16,         17,         63,         64,    127,
            128,        255,        256,        4095,       4096,       4097,       65535,      65536, 65537,
            0x7fffffff, 0x80000000, 0xffffffff, 1ULL << 40, 1ULL << 62, ~0ULL >> 1, 1ULL << 63, ~0ULL};
        return values[below(std::size(values))];
    }

    void put_varint(Bytes& payload, std::size_t at, std::uint64_t value, bool overwrite) {
        Bytes encoded;
        for (; value >= 0x80; value >>= 7) encoded.push_back(static_cast<std::uint8_t>(value | 0x80));
        encoded.push_back(static_cast<std::uint8_t>(value));
        if (overwrite) {
            std::size_t old = at;
            while (old < payload.size() && payload[old] >= 0x80) ++old;
            if (old < payload.size()) ++old;
            payload.erase(payload.begin() + static_cast<std::ptrdiff_t>(at),
                          payload.begin() + static_cast<std::ptrdiff_t>(old));
        }
        payload.insert(payload.begin() + static_cast<std::ptrdiff_t>(at), encoded.begin(), encoded.end());
    }

    void mutate_bytes(Bytes& bytes) {
        const std::size_t at = below(bytes.size() + 1);
        const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(8)) {
            case 0:
                if (at < bytes.size()) bytes[at] ^= static_cast<std::uint8_t>(1U << below(8));
                break;
            case 1:
                if (at < bytes.size()) bytes[at] = static_cast<std::uint8_t>(random_());
                break;
            case 2:
                put_varint(bytes, at, interesting(), true);
                break;
            case 3:
                put_varint(bytes, at, interesting(), false);
                break;
            case 4:
                put_varint(bytes, at, random_() >> below(64), true);
                break;
            case 5:
                bytes.erase(place, place + static_cast<std::ptrdiff_t>(below(bytes.size() - at + 1)));
                break;
            case 6:
                bytes.resize(at);
                break;
            default: {
                const Bytes copy(place, place + static_cast<std::ptrdiff_t>(
                                                    below(std::min<std::size_t>(bytes.size() - at, 64) + 1)));
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size() + 1)), copy.begin(),
                             copy.end());
            }
        }
    }

    void mutate_clock(Bytes& payload) {
        for (std::size_t i = below(2) * 8; i < std::min<std::size_t>(payload.size(), 16); ++i) {
            payload[i] = static_cast<std::uint8_t>(below(4) == 0 ? random_() : payload[i] + 1);
        }
    }

    void mutate_chunks(std::vector<Chunk>& chunks, const std::vector<Bytes>& corpus) {
        if (chunks.empty()) return;
        const std::size_t at = below(chunks.size());
        const auto place = chunks.begin() + static_cast<std::ptrdiff_t>(at);
        switch (below(12)) {
            case 0:
                place->kind = static_cast<std::uint8_t>(below(13));
                break;
            case 1:
                chunks.erase(place);
                break;
            case 2: {
                const Chunk copy = *place;
                for (std::size_t copies = 1 + below(40); copies != 0; --copies) {
                    chunks.insert(chunks.begin() + static_cast<std::ptrdiff_t>(below(chunks.size() + 1)), copy);
                }
                break;
            }
            case 3:
                std::swap(*place, chunks[below(chunks.size())]);
                break;
            case 4: {
                const std::vector<Chunk> other = parse(corpus[below(corpus.size())]);
                if (!other.empty()) chunks.insert(place, other[below(other.size())]);
                break;
            }
            case 5:
                mutate_clock(place->payload);
                break;
            default:
                mutate_bytes(place->payload);
        }
        constexpr std::size_t most_chunks = 2000;
        if (chunks.size() > most_chunks) chunks.resize(most_chunks);
    }

    Bytes mutate_raw(Bytes bytes) {
        for (std::size_t rounds = 1 + below(8); rounds != 0; --rounds) mutate_bytes(bytes);
        return bytes;
    }

    std::mt19937_64 random_;
};

// -- the run ----------------------------------------------------------------------------------------------------------

void load(const std::filesystem::path& path, std::vector<Bytes>& corpus) {
    if (std::filesystem::is_directory(path)) {
        std::vector<std::filesystem::path> files;
        for (const auto& entry : std::filesystem::directory_iterator(path)) files.push_back(entry.path());
        std::sort(files.begin(), files.end());  // the same seed means the same run on every machine
        for (const auto& file : files) load(file, corpus);
        return;
    }
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        std::fprintf(stderr, "cannot read '%s'\n", path.c_str());
        std::exit(3);
    }
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t seed = std::random_device{}();
    long seconds = 0;
    std::vector<Bytes> corpus;
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        const bool has_value = i + 1 < argc;
        if (argument == "--seconds" && has_value) {
            seconds = std::strtol(argv[++i], nullptr, 10);
        } else if (argument == "--seed" && has_value) {
            seed = std::strtoull(argv[++i], nullptr, 10);
        } else if (argument == "--crash-file" && has_value) {
            crash_file = argv[++i];
        } else {
            load(argument, corpus);
        }
    }
    if (corpus.empty()) {
        std::fprintf(stderr, "usage: %s CORPUS... [--seconds N] [--seed N] [--crash-file FILE]\n", argv[0]);
        return 2;
    }
    __sanitizer_set_death_callback(&keep_input);
    std::signal(SIGABRT, &on_signal);
    std::signal(SIGALRM, &on_signal);
    __sanitizer_install_malloc_and_free_hooks(&count_allocation, &count_free);
    std::printf("replaying %zu inputs\n", corpus.size());
    for (const Bytes& input : corpus) try_input(input);
    std::printf("mutating for %ld s, seed %llu\n", seconds, static_cast<unsigned long long>(seed));
    std::fflush(stdout);

    Mutator mutator(seed);
    std::uint64_t tries = 0;
    std::size_t most_memory = 0;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (std::chrono::steady_clock::now() < end) {
        const Bytes input = mutator.mutate(corpus);
        try_input(input);
        most_memory = std::max(most_memory, allocated_most);
        ++tries;
    }
    std::printf("%llu inputs, none did harm; at most %zu KiB for one\n", static_cast<unsigned long long>(tries),
                most_memory >> 10);
    return 0;
}
