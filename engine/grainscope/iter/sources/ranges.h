// Ranges and containers as sources: par_iter, par_iter_mut, into_par_iter.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/iter/core/tryable.h>
#include <grainscope/iter/sources/source.h>

namespace grainscope {

namespace detail {

/// Holds one item or none.
template <class R>
concept OneOrNone = is_std_optional<R> ||(is_expected<R> && !std::is_void_v<typename R::value_type>);

template <class R>
concept PositionedRange = std::ranges::random_access_range<R> && std::ranges::sized_range<R>;

/// The elements of a random-access range that somebody else owns.
template <class Iterator>
class RangeSource : public IndexedSource<RangeSource<Iterator>> {
  public:
    using Item = std::iter_reference_t<Iterator>;

    RangeSource(Iterator begin, std::size_t length) : begin_(begin), length_(length) {}

    [[nodiscard]] std::size_t len() const { return length_; }
    struct Reader {
        Iterator begin;
        Item at(std::size_t i) const { return begin[static_cast<std::iter_difference_t<Iterator>>(i)]; }
    };
    [[nodiscard]] Reader reader() const { return {begin_}; }

  private:
    Iterator begin_;
    std::size_t length_;
};

/// A view that owns what it needs to find its elements.
template <class View>
class ViewSource : public IndexedSource<ViewSource<View>> {
  public:
    using Item = std::ranges::range_reference_t<const View>;

    explicit ViewSource(View view) : view_(std::move(view)) {}

    [[nodiscard]] std::size_t len() const { return static_cast<std::size_t>(std::ranges::size(view_)); }
    struct Reader {
        std::ranges::iterator_t<const View> begin;
        Item at(std::size_t i) const { return begin[static_cast<std::ranges::range_difference_t<const View>>(i)]; }
    };
    [[nodiscard]] Reader reader() const { return {std::ranges::begin(view_)}; }

  private:
    View view_;
};

/// The elements of a container without positions (list, map, set): their addresses are gathered first, O(n).
template <class Reference>
class GatheredSource : public IndexedSource<GatheredSource<Reference>> {
  public:
    static_assert(std::is_reference_v<Reference>,
                  "grainscope: the items of this range are made as it is walked, and it has no positions: par_bridge "
                  "takes any range");
    using Item = Reference;
    using Address = std::remove_reference_t<Reference>*;
    static constexpr bool is_indexed = true;

    template <class R>
    explicit GatheredSource(R& range) : addresses_(std::make_shared<std::vector<Address>>()) {
        if constexpr (requires { range.size(); }) addresses_->reserve(range.size());
        for (auto&& element : range) addresses_->push_back(std::addressof(element));
    }

    [[nodiscard]] std::size_t len() const { return addresses_->size(); }
    struct Reader {
        const Address* begin;
        Item at(std::size_t i) const { return static_cast<Item>(*begin[i]); }
    };
    [[nodiscard]] Reader reader() const { return {addresses_->data()}; }

  private:
    std::shared_ptr<std::vector<Address>> addresses_;
};

/// A container that the pipeline owns; its elements are passed on as rvalues. They are destroyed with the pipeline.
template <class Container>
class OwningSource : public IndexedSource<OwningSource<Container>> {
  public:
    /// A container of proxies (vector<bool>) gives values.
    using Item = std::conditional_t<std::is_reference_v<std::ranges::range_reference_t<Container>>,
                                    std::ranges::range_value_t<Container>&&, std::ranges::range_value_t<Container>>;

    explicit OwningSource(Container container) : container_(std::make_shared<Container>(std::move(container))) {}

    [[nodiscard]] std::size_t len() const { return static_cast<std::size_t>(std::ranges::size(*container_)); }
    struct Reader {
        std::ranges::iterator_t<Container> begin;
        Item at(std::size_t i) const {
            return static_cast<Item>(begin[static_cast<std::ranges::range_difference_t<Container>>(i)]);
        }
    };
    [[nodiscard]] Reader reader() const { return {std::ranges::begin(*container_)}; }

  private:
    std::shared_ptr<Container> container_;
};

/// A container whose elements are passed on as rvalues; it is cleared when the last copy of the pipeline is gone.
template <class Container>
class DrainingSource : public IndexedSource<DrainingSource<Container>> {
  public:
    using Item = std::ranges::range_value_t<Container>&&;

    explicit DrainingSource(Container& container) : container_(&container, [](Container* c) { c->clear(); }) {}

    [[nodiscard]] std::size_t len() const { return static_cast<std::size_t>(std::ranges::size(*container_)); }
    struct Reader {
        std::ranges::iterator_t<Container> begin;
        Item at(std::size_t i) const {
            return static_cast<Item>(begin[static_cast<std::ranges::range_difference_t<Container>>(i)]);
        }
    };
    [[nodiscard]] Reader reader() const { return {std::ranges::begin(*container_)}; }

  private:
    std::shared_ptr<Container> container_;
};

/// The same as OwningSource for containers without positions.
template <class Container>
class OwningGatheredSource
    : public OneToOne<OwningGatheredSource<Container>, GatheredSource<std::ranges::range_value_t<Container>&&>> {
    using Base = GatheredSource<std::ranges::range_value_t<Container>&&>;

  public:
    using Item = std::ranges::range_value_t<Container>&&;

    explicit OwningGatheredSource(std::shared_ptr<Container> container)
        : OneToOne<OwningGatheredSource, Base>(Base(*container)), container_(std::move(container)) {}

    template <class C>
    [[nodiscard]] const C& wrapped(const C& next) const {
        return next;
    }
    [[nodiscard]] auto reader() const { return this->base_.reader(); }

  private:
    std::shared_ptr<Container> container_;
};

/// A set or a map, whose keys only leave it by its nodes.
template <class C>
concept NodeContainer = requires(C& container) {
    container.extract(container.begin());
};

/// What was in the nodes of a set (keys) or map (pairs of key and value).
template <NodeContainer C>
[[nodiscard]] auto taken_out_of(C&& container) {
    const auto take_first = [&] {
        auto node = container.extract(container.begin());
        if constexpr (requires { node.mapped(); })
            return std::pair(std::move(node.key()), std::move(node.mapped()));
        else
            return std::move(node.value());
    };
    std::vector<decltype(take_first())> items;
    items.reserve(container.size());
    while (!container.empty()) items.push_back(take_first());
    return items;
}

/// The value of an optional, or nothing.
template <class Pointer>
class OptionalSource : public IndexedSource<OptionalSource<Pointer>> {
  public:
    using Item = decltype(*std::declval<Pointer>());

    explicit OptionalSource(Pointer value) : value_(value) {}
    [[nodiscard]] std::size_t len() const { return value_ != nullptr ? 1 : 0; }
    struct Reader {
        Pointer value;
        Item at(std::size_t) const { return *value; }
    };
    [[nodiscard]] Reader reader() const { return {value_}; }

  private:
    Pointer value_;
};

/// A value that the pipeline owns, or nothing.
template <class T>
class OwnedOptionalSource : public IndexedSource<OwnedOptionalSource<T>> {
  public:
    using Item = T&&;

    explicit OwnedOptionalSource(std::optional<T> value)
        : value_(std::make_shared<std::optional<T>>(std::move(value))) {}
    [[nodiscard]] std::size_t len() const { return value_->has_value() ? 1 : 0; }
    struct Reader {
        std::optional<T>* value;
        Item at(std::size_t) const { return std::move(**value); }
    };
    [[nodiscard]] Reader reader() const { return {value_.get()}; }

  private:
    std::shared_ptr<std::optional<T>> value_;
};

}  // namespace detail

/// The elements of a range, as `const T&`; the value of a std::optional or std::expected, if there is one. Indexed. A
/// range that is not random-access (a list, a map, a set) is walked
/// once first, O(n) time and memory. The range must live, and keep still, until the consumer has returned; of
/// temporaries only views are taken.
///
///     const std::vector<int> numbers{1, 2, 3};
///     const long sum = grainscope::par_iter(numbers).sum<long>();
template <class R>
[[nodiscard]] auto par_iter(R&& range) {
    using Plain = std::remove_cvref_t<R>;
    if constexpr (ParallelPipeline<R>) {
        return Plain(std::forward<R>(range));
    } else if constexpr (detail::OneOrNone<Plain>) {
        static_assert(std::is_lvalue_reference_v<R>, "grainscope: par_iter of a temporary: use into_par_iter");
        const auto& value = std::as_const(range);
        return detail::OptionalSource(value ? std::addressof(*value) : nullptr);
    } else if constexpr (!std::is_lvalue_reference_v<R> && !std::ranges::borrowed_range<R>) {
        static_assert(std::ranges::view<Plain>, "grainscope: par_iter of a temporary: use into_par_iter");
        static_assert(detail::PositionedRange<const Plain>,
                      "grainscope: par_iter of a view needs random access and a size; par_bridge takes any range");
        return detail::ViewSource<Plain>(std::forward<R>(range));
    } else if constexpr (std::ranges::view<Plain> && std::ranges::contiguous_range<const Plain>) {
        // A view hands out its elements as it likes; here they are looked at.
        const std::ranges::range_value_t<Plain>* begin = std::ranges::data(std::as_const(range));
        return detail::RangeSource(begin, static_cast<std::size_t>(std::ranges::size(std::as_const(range))));
    } else if constexpr (std::ranges::view<Plain> && detail::PositionedRange<const Plain>) {
        auto begin = std::ranges::begin(std::as_const(range));
        return detail::RangeSource(begin, static_cast<std::size_t>(std::ranges::size(std::as_const(range))));
    } else if constexpr (detail::PositionedRange<const Plain>) {
        auto begin = std::ranges::begin(std::as_const(range));
        return detail::RangeSource(begin, static_cast<std::size_t>(std::ranges::size(range)));
    } else {
        return detail::GatheredSource<std::ranges::range_reference_t<const Plain>>(std::as_const(range));
    }
}

/// The elements of a range, as `T&`. Otherwise as par_iter.
///
///     std::vector<int> numbers{1, 2, 3};
///     grainscope::par_iter_mut(numbers).for_each([](int& number) { number *= 2; });
template <class R>
[[nodiscard]] auto par_iter_mut(R&& range) {
    using Plain = std::remove_cvref_t<R>;
    if constexpr (detail::OneOrNone<Plain>) {
        static_assert(std::is_lvalue_reference_v<R>, "grainscope: par_iter_mut of a temporary: use into_par_iter");
        return detail::OptionalSource(range ? std::addressof(*range) : nullptr);
    } else {
        static_assert(std::is_lvalue_reference_v<R> || std::ranges::borrowed_range<R>,
                      "grainscope: par_iter_mut of a temporary: use into_par_iter");
        static_assert(!std::is_same_v<Plain, std::vector<bool>>,
                      "grainscope: par_iter_mut of std::vector<bool>: its elements share words, so that threads would "
                      "meet in them; std::vector<char> has elements of their own");
        if constexpr (detail::PositionedRange<Plain>) {
            return detail::RangeSource(std::ranges::begin(range), static_cast<std::size_t>(std::ranges::size(range)));
        } else {
            return detail::GatheredSource<std::ranges::range_reference_t<Plain>>(range);
        }
    }
}

/// The elements of a container that the pipeline takes over, as `T&&`; they are destroyed with the pipeline. A pipeline
/// is passed through, a view is taken as par_iter takes it. Keys leave sets and maps as `T&&`, too: O(n) once.
///
///     std::vector<std::string> words{"a", "b"};
///     auto sizes = grainscope::into_par_iter(std::move(words)).map([](std::string word) { return word.size(); });
template <class R>
[[nodiscard]] auto into_par_iter(R&& container) {
    using Plain = std::remove_cvref_t<R>;
    if constexpr (ParallelPipeline<R>) {
        return Plain(std::forward<R>(container));
    } else if constexpr (std::ranges::view<Plain> || std::is_array_v<Plain>) {
        return par_iter(std::forward<R>(container));
    } else {
        static_assert(!std::is_lvalue_reference_v<R>,
                      "grainscope: into_par_iter takes a container over: write into_par_iter(std::move(container))");
        if constexpr (detail::OneOrNone<Plain>) {
            using Value = typename Plain::value_type;
            return detail::OwnedOptionalSource<Value>(container ? std::optional<Value>(*std::move(container))
                                                                : std::nullopt);
        } else if constexpr (detail::PositionedRange<Plain>) {
            return detail::OwningSource<Plain>(std::move(container));
        } else if constexpr (detail::NodeContainer<Plain>) {
            return into_par_iter(detail::taken_out_of(std::move(container)));
        } else {
            return detail::OwningGatheredSource<Plain>(std::make_shared<Plain>(std::move(container)));
        }
    }
}

/// The elements of a container that stays, as `T&&`; it is empty when the pipeline is gone, and keeps its room.
///
///     std::vector<std::string> words{"a", "b"};
///     const auto text = grainscope::par_drain(words).collect<std::string>();
template <class Container>
[[nodiscard]] auto par_drain(Container& container) {
    static_assert(detail::PositionedRange<Container>,
                  "grainscope: par_drain needs random access: use into_par_iter(std::exchange(container, {}))");
    return detail::DrainingSource<Container>(container);
}

namespace detail {

/// What stands for a pipeline where one is expected: itself, a container given away, or a range that is looked at.
template <class R>
[[nodiscard]] auto as_pipeline(R&& range) {
    if constexpr (ParallelPipeline<R> || !std::is_lvalue_reference_v<R>) {
        return into_par_iter(std::forward<R>(range));
    } else {
        return par_iter(range);
    }
}

/// The same for what stands inside an item: the elements of what may be changed may be changed.
template <class R>
[[nodiscard]] auto as_inner_pipeline(R&& range) {
    if constexpr (ParallelPipeline<R> || !std::is_lvalue_reference_v<R>) {
        return into_par_iter(std::forward<R>(range));
    } else if constexpr (std::is_const_v<std::remove_reference_t<R>>) {
        return par_iter(range);
    } else {
        return par_iter_mut(range);
    }
}

template <class R>
using AsPipeline = decltype(as_pipeline(std::declval<R>()));
template <class R>
using AsInnerPipeline = decltype(as_inner_pipeline(std::declval<R>()));

}  // namespace detail
}  // namespace grainscope
