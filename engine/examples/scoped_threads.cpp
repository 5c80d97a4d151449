// thread_scope: threads of the operating system for a few long pieces, or for work that blocks and would hold up a
// pool's workers. They may borrow what lives in the caller, because the scope joins every one of them before it
// returns. Each thread encrypts its part of a text and returns how many letters it changed. The cipher is Caesar's.
//
//     scoped_threads [text]
#include <algorithm>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

char shifted(char c, int by) {
    if (c >= 'a' && c <= 'z') return static_cast<char>('a' + (c - 'a' + by) % 26);
    if (c >= 'A' && c <= 'Z') return static_cast<char>('A' + (c - 'A' + by) % 26);
    return c;
}

/// Shifts all letters, and returns how many there were.
std::size_t shift(std::span<char> text, int by) {
    std::size_t letters = 0;
    for (char& c : text) {
        const char before = c;
        c = shifted(c, by);
        if (c != before) ++letters;
    }
    return letters;
}

std::size_t shift_by_threads(std::string& text, int by, std::size_t threads) {
    return grainscope::thread_scope([&](grainscope::ThreadScope& s) {
        std::vector<grainscope::ScopedThreadHandle<std::size_t>> handles;
        for (const std::span<char> part : grainscope::chunks_mut(text, text.size() / threads + 1))
            handles.push_back(s.spawn([part, by] { return shift(part, by); }));
        std::size_t letters = 0;
        for (auto& handle : handles) letters += handle.join();
        return letters;
    });
}

}  // namespace

int main(int argc, char** argv) {
    const std::string plain =
        argc > 1 ? argv[1] : "Gallia est omnis divisa in partes tres, quarum unam incolunt Belgae.";
    std::string text = plain;
    const std::size_t letters = shift_by_threads(text, 3, 4);
    std::printf("%s\n%zu letters\n", text.c_str(), letters);

    std::string expected = plain;
    if (letters != shift(expected, 3) || text != expected) {
        std::fprintf(stderr, "scoped_threads: one thread writes %s\n", expected.c_str());
        return 1;
    }
    shift_by_threads(text, 23, 4);
    return text == plain ? 0 : 1;
}
