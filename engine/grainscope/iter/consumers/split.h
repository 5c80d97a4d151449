// partition, partition_map, unzip: into two containers.
#pragma once

#include <utility>
#include <variant>
#include <vector>

#include <grainscope/iter/consumers/collect.h>

namespace grainscope::detail {

/// Gathers into two sides; `Route` hands each item to one or both.
template <class L, class R, class Route>
class TwoWayConsumer {
  public:
    using Result = std::pair<Gathered<L>, Gathered<R>>;
    explicit TwoWayConsumer(const Route& route) : route_(route) {}
    struct Folder : FinalFolder<Result> {
        Gathering<L> left;
        Gathering<R> right;
        const Route& route;
        template <class X>
        void feed(X&& item) {
            route(std::forward<X>(item), left, right);
        }
        Result finish() && { return Result(std::move(left).take(), std::move(right).take()); }
    };
    [[nodiscard]] Folder folder(Position) const { return {{}, {}, {}, route_}; }
    Result combine(Result a, Result b) const {
        a.first.splice(a.first.end(), b.first);
        a.second.splice(a.second.end(), b.second);
        return a;
    }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
    const Route& route_;
};

template <class Container, class T>
[[nodiscard]] Container from_parts(Gathered<T> parts) {
    Container container;
    if constexpr (is_vector<Container>) {
        append_parts(container, parts);
        return container;
    }
    if constexpr (requires { container.reserve(std::size_t{}); }) container.reserve(size_of(parts));
    for (auto& part : parts)
        for (auto& item : part) put_into(container, item);
    return container;
}

template <class D>
struct SplitStep {
    /// The items for which f is true, and the others, each in their order: std::vectors, or containers C.
    template <class C = void, class F>
    [[nodiscard]] auto partition(F f) const {
        using T = Kept<typename D::Item>;
        using Side = std::conditional_t<std::is_void_v<C>, std::vector<T>, C>;
        const auto route = [&f](auto&& item, Gathering<T>& yes, Gathering<T>& no) {
            auto& side = call_with_item(f, std::as_const(item)) ? yes : no;
            side.add(std::forward<decltype(item)>(item));
        };
        auto parts = consume(self(), TwoWayConsumer<T, T, decltype(route)>(route));
        return std::pair(from_parts<Side>(std::move(parts.first)), from_parts<Side>(std::move(parts.second)));
    }
    /// f gives a std::variant<L, R>: all L, and all R, each in their order.
    template <class F>
    [[nodiscard]] auto partition_map(F f) const {
        using Either = std::remove_cvref_t<CallResult<F, typename D::Item>>;
        using L = std::variant_alternative_t<0, Either>;
        using R = std::variant_alternative_t<1, Either>;
        const auto route = [&f](auto&& item, Gathering<L>& lefts, Gathering<R>& rights) {
            Either either = call_with_item(f, std::forward<decltype(item)>(item));
            if (either.index() == 0)
                lefts.add(std::get<0>(std::move(either)));
            else
                rights.add(std::get<1>(std::move(either)));
        };
        auto parts = consume(self(), TwoWayConsumer<L, R, decltype(route)>(route));
        return std::pair(from_parts<std::vector<L>>(std::move(parts.first)),
                         from_parts<std::vector<R>>(std::move(parts.second)));
    }
    /// Items that are pairs: all firsts, and all seconds, in their order.
    template <class A = void, class B = void, class Self = D>
    [[nodiscard]] auto unzip() const {
        using Pair = Kept<typename Self::Item>;
        using L = Kept<typename Pair::first_type>;
        using R = Kept<typename Pair::second_type>;
        using Firsts = std::conditional_t<std::is_void_v<A>, std::vector<L>, A>;
        using Seconds = std::conditional_t<std::is_void_v<B>, std::vector<R>, B>;
        const auto route = [](auto&& item, Gathering<L>& firsts, Gathering<R>& seconds) {
            firsts.add(std::get<0>(std::forward<decltype(item)>(item)));
            seconds.add(std::get<1>(std::forward<decltype(item)>(item)));
        };
        auto parts = consume(self(), TwoWayConsumer<L, R, decltype(route)>(route));
        return std::pair(from_parts<Firsts>(std::move(parts.first)), from_parts<Seconds>(std::move(parts.second)));
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }
};

}  // namespace grainscope::detail
