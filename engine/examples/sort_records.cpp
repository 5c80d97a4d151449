// par_sort_by_cached_key: a key that is dear to make is made once for each element, not for every comparison. All
// par_sort* without "unstable" in their name are stable: people who sound the same keep the order in which they came.
// The key is how a name sounds, after Russell's "Soundex" (1918): Meyer and Maier stand side by side.
//
//     sort_records [n]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <grainscope/grainscope.h>

namespace {

struct Person {
    std::string name;
    int age = 0;
    bool operator==(const Person&) const = default;
};

/// One digit for each consonant that differs from the one before.
std::string sound_of(const Person& person) {
    static const std::string groups = "bfpv cgjkqsxz dt l mn r";
    std::string sound;
    for (const char letter : person.name) {
        const std::size_t at = groups.find(letter);
        if (at == std::string::npos) continue;  // vowels are not heard
        const auto group = std::count(groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(at), ' ');
        const char digit = static_cast<char>('1' + group);
        if (sound.empty() || sound.back() != digit) sound += digit;
    }
    return sound;
}

std::vector<Person> random_people(std::size_t n) {
    std::mt19937 random(1);
    std::vector<Person> people(n);
    for (Person& person : people) {
        for (int syllable = 0; syllable < 3; ++syllable) {
            person.name += "bdfgklmnprst"[random() % 12];
            person.name += "aeiou"[random() % 5];
        }
        person.age = static_cast<int>(random() % 100);
    }
    return people;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Person> people = random_people(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000);
    std::vector<Person> expected = people;

    grainscope::par_sort_by_cached_key(people, sound_of);
    if (!people.empty())
        std::printf("from %s (%d) to %s (%d)\n", people.front().name.c_str(), people.front().age,
                    people.back().name.c_str(), people.back().age);

    std::ranges::stable_sort(expected, std::less<>(), sound_of);
    if (people != expected) {
        std::fprintf(stderr, "sort_records: std::stable_sort puts them in another order\n");
        return 1;
    }
    return 0;
}
