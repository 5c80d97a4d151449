// The library's sorts on records. par_sort keeps the order of equals, so that sorting by name and then by age gives
// ages in order, and names in order within an age. A projection says what to compare; a key that is dear to make is
// made once for each element by par_sort_by_cached_key.
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

/// Takes its time: names by how they sound, after Russell's "Soundex" (1918), so that Meyer stands beside Maier.
std::string sound_of(const Person& person) {
    std::string sound;
    for (const char letter : person.name) {
        const std::size_t at = std::string("bfpv cgjkqsxz dt l mn r").find(letter);
        if (at == std::string::npos) continue;  // vowels are not heard
        const char code =
            static_cast<char>('1' + std::ranges::count(std::string("bfpv cgjkqsxz dt l mn r").substr(0, at), ' '));
        if (sound.empty() || sound.back() != code) sound += code;
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

int complain(const char* what) {
    std::fprintf(stderr, "sort_records: %s differs from std::stable_sort\n", what);
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    std::vector<Person> people = random_people(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20'000);
    std::vector<Person> expected = people;

    grainscope::par_sort(people, std::less<>(), &Person::name);
    grainscope::par_sort_by(people, [](const Person& a, const Person& b) { return a.age > b.age; });
    if (!people.empty()) std::printf("the oldest: %s, %d\n", people.front().name.c_str(), people.front().age);
    std::ranges::stable_sort(expected, std::less<>(), &Person::name);
    std::ranges::stable_sort(expected, std::greater<>(), &Person::age);
    if (people != expected) return complain("by age and name");

    grainscope::par_sort_by_cached_key(people, sound_of);
    if (!people.empty()) std::printf("the softest: %s\n", people.front().name.c_str());
    std::ranges::stable_sort(expected, std::less<>(), sound_of);
    if (people != expected) return complain("by sound");
    return 0;
}
