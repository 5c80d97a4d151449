// The steps of random pipelines that any pipeline may be followed by. In a file of their own for the compiler's sake.
#include <memory>
#include <optional>

#include "iter_random_pipelines.h"

namespace grainscope::iter_testing {

template <class P>
void Grammar::step(Case& c, const P& p) {
    const auto n = static_cast<std::int64_t>(1 + below(5));
    const std::string arg = in_parentheses(n);
    const std::size_t many = below(3);
    const std::size_t length = below(20);
    switch (below(14)) {
        case 0:
            return replace(c, p.map([n](auto x) { return n * x + 1; }),
                           each(c.twin, [n](auto, auto x, auto& out) { out.push_back(n * x + 1); }), "map" + arg);
        case 1:
            return replace(c, p.filter([n](auto x) { return x % (n + 1) != 0; }),
                           each(c.twin,
                                [n](auto, auto x, auto& out) {
                                    if (x % (n + 1) != 0) out.push_back(x);
                                }),
                           "filter" + arg);
        case 2:
            return replace(c, p.filter_map([n](auto x) { return x > n ? std::optional(x - n) : std::nullopt; }),
                           each(c.twin,
                                [n](auto, auto x, auto& out) {
                                    if (x > n) out.push_back(x - n);
                                }),
                           "filter_map" + arg);
        case 3: {
            if (c.twin.size() > most) return;
            return replace(c, p.flat_map([many, length](auto x) { return repeat_n(x, many).with_max_len(length); }),
                           each(c.twin, [many](auto, auto x, auto& out) { out.insert(out.end(), many, x); }),
                           "flat_map");
        }
        case 4: {
            if (c.twin.size() > most) return;
            return replace(c, p.flat_map_iter([many](auto x) { return Numbers(many, x); }),
                           each(c.twin, [many](auto, auto x, auto& out) { out.insert(out.end(), many, x); }),
                           "flat_map_iter");
        }
        case 5:
            return replace(c, p.inspect([](auto) {}).update([n](auto& x) { x ^= n; }),
                           each(c.twin, [n](auto, auto x, auto& out) { out.push_back(x ^ n); }), "update" + arg);
        case 6:
            return replace(c,
                           p.map_init([n] { return std::make_unique<std::int64_t>(n); },
                                      [](auto& state, auto x) { return x - *state; }),
                           each(c.twin, [n](auto, auto x, auto& out) { out.push_back(x - n); }), "map_init" + arg);
        case 7: {
            const Case other = pipeline(below(2));
            if (c.twin.size() + other.twin.size() > most) return;
            Numbers both = c.twin;
            both.insert(both.end(), other.twin.begin(), other.twin.end());
            return std::visit([&](const auto& q) { replace(c, p.chain(q), both, "chain[" + other.made + "]"); },
                              other.pipeline);
        }
        case 8:
            return replace(c,
                           p.fold([] { return Numbers(); },
                                  [](Numbers part, auto x) {
                                      part.push_back(x);
                                      return part;
                                  })
                               .flatten(),
                           c.twin, "fold.flatten");
        case 9:
            return replace(c, p.take_any(c.twin.size()).skip_any(0), c.twin, "take_any");
        case 10:
            return replace(c, p.map([](auto x) { return std::optional(x); }).while_some(), c.twin, "while_some");
        case 11:
            return replace(c, p.with_max_len(length).with_grain(many), c.twin, "cut short");
        case 12:
            return replace(c, p.with_min_len(length), c.twin, "with_min_len");
        default:
            return replace(c, p.with_cancellation(token_), c.twin, "with_cancellation");
    }
}
template void Grammar::step(Case&, const Indexed&);
template void Grammar::step(Case&, const Unindexed&);

}  // namespace grainscope::iter_testing
