// Random pipelines and their sequential twins: loops over vectors that share no code with the library.
#pragma once

#include <deque>
#include <list>
#include <string>
#include <utility>
#include <variant>

#include "iter_erased_pipeline.h"
#include "iter_reference.h"

namespace grainscope::iter_testing {

using Indexed = ErasedPipeline<true>;
using Unindexed = ErasedPipeline<false>;

/// By append: GCC 12 warns falsely of "(" + a string (its bug 105651).
inline std::string in_parentheses(std::integral auto number) {
    return std::string(1, '(').append(std::to_string(number)).append(1, ')');
}

/// A pipeline, what it should give, and how it was made.
struct Case {
    std::variant<Indexed, Unindexed> pipeline;
    Numbers twin;
    std::string made;
};

class Grammar {
  public:
    explicit Grammar(std::uint64_t seed) : random_(seed) {}

    std::size_t below(std::size_t n) { return random_() % n; }
    bool chance(std::size_t one_in) { return below(one_in) == 0; }

    /// A source, and so many adaptors around it.
    Case pipeline(std::size_t depth) {
        Case made = source();
        for (; depth > 0; --depth) {
            if (std::holds_alternative<Indexed>(made.pipeline) && !chance(3))
                indexed_step(made, std::get<Indexed>(made.pipeline));
            else
                std::visit([&](const auto& p) { step(made, p); }, std::variant(made.pipeline));
        }
        return made;
    }

  private:
    static constexpr std::size_t most = 5'000;

    template <class P>
    static void replace(Case& old, P pipeline, Numbers twin, const std::string& what) {
        old.pipeline = erased(std::move(pipeline));
        old.twin = std::move(twin);
        old.made += "." + what;
    }
    template <class F>
    static Numbers each(const Numbers& numbers, const F& f) {
        Numbers result;
        for (std::size_t i = 0; i < numbers.size(); ++i) f(i, numbers[i], result);
        return result;
    }

    Case source();
    /// What any pipeline may be followed by.
    template <class P>
    void step(Case& c, const P& p);
    /// What only an indexed pipeline may be followed by.
    void indexed_step(Case& c, const Indexed& p);
    void with_another(Case& c, const Indexed& p);
    /// Associative, not commutative: the left operand stays unless it is 0 modulo 4.
    static std::int64_t blend(std::int64_t a, std::int64_t b) { return a % 4 == 0 ? b : a; }

    std::mt19937_64 random_;
    std::deque<Numbers> kept_;
    std::deque<std::list<std::int64_t>> lists_;
    CancellationToken token_;
};

extern template void Grammar::step(Case&, const Indexed&);
extern template void Grammar::step(Case&, const Unindexed&);

}  // namespace grainscope::iter_testing
