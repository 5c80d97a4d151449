// collect, collect_into, extend: into a container.
#pragma once

#include <cstddef>
#include <expected>
#include <list>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <grainscope/iter/consumers/reduce.h>
#include <grainscope/iter/core/grown_vector.h>
#include <grainscope/iter/core/parallel_iterator.h>
#include <grainscope/iter/core/referred.h>
#include <grainscope/iter/core/tryable.h>

namespace grainscope::detail {

/// Items that one piece has put into their places. Destroys them unless released.
template <class T>
class PlacedItems {
  public:
    PlacedItems() = default;
    explicit PlacedItems(T* begin) : begin_(begin), end_(begin) {}
    PlacedItems(PlacedItems&& other) noexcept
        : begin_(std::exchange(other.begin_, nullptr)), end_(std::exchange(other.end_, nullptr)) {}
    PlacedItems& operator=(PlacedItems&& other) noexcept {
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
        return *this;
    }
    ~PlacedItems() { std::destroy(begin_, end_); }

    template <class X>
    void put(X&& item) {
        std::construct_at(end_, std::forward<X>(item));
        ++end_;
    }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
    void release() noexcept { begin_ = end_ = nullptr; }
    /// Takes over what follows directly; what follows after a gap (a piece was stopped) is destroyed.
    void join(PlacedItems&& next) {
        if (next.begin_ != end_) return;
        end_ = next.end_;
        next.release();
    }

  private:
    T* begin_ = nullptr;
    T* end_ = nullptr;
};

/// Puts the items of an indexed pipeline where they belong.
template <class T>
class PlaceConsumer {
  public:
    using Result = PlacedItems<T>;
    explicit PlaceConsumer(T* begin) : begin_(begin) {}
    struct Folder : FinalFolder<Result> {
        PlacedItems<T> items;
        template <class X>
        void feed(X&& item) {
            items.put(std::forward<X>(item));
        }
        Result finish() && { return std::move(items); }
    };
    [[nodiscard]] Folder folder(Position first) const { return {{}, PlacedItems<T>(begin_ + first)}; }
    Result combine(Result left, Result right) const {
        left.join(std::move(right));
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return false; }

  private:
    T* begin_;
};

template <class T>
class GatherConsumer {
  public:
    using Result = Gathered<T>;
    struct Folder : FinalFolder<Result> {
        static constexpr bool wants_selected = true;
        Gathering<T> items;
        template <class X>
        void feed(X&& item) {
            items.add(std::forward<X>(item));
        }
        Result finish() && { return std::move(items).take(); }
    };
    [[nodiscard]] Folder folder(Position) const { return {}; }
    Result combine(Result left, Result right) const {
        left.splice(left.end(), right);
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return false; }
};

/// The same for strings: each piece appends to one.
template <class S>
class JoinConsumer {
  public:
    using Result = std::list<S>;
    struct Folder : FinalFolder<Result> {
        S text;
        template <class X>
        void feed(X&& item) {
            text += std::forward<X>(item);
        }
        Result finish() && {
            Result result;
            if (!text.empty()) result.push_back(std::move(text));
            return result;
        }
    };
    [[nodiscard]] Folder folder(Position) const { return {}; }
    Result combine(Result left, Result right) const {
        left.splice(left.end(), right);
        return left;
    }
    [[nodiscard]] bool is_full(Position) const { return false; }
};

/// Appends what was gathered to a vector.
template <class T, class Allocator>
void append_parts(std::vector<T, Allocator>& vector, Gathered<T>& parts) {
    const std::size_t size = size_of(parts);
    if (vector.empty() && parts.size() == 1) {
        if constexpr (std::is_same_v<std::vector<T, Allocator>, std::vector<T>>) {
            vector = std::move(parts.front());
            return;
        }
    }
    reserve_for(vector, size);
    if constexpr (can_grow_in_place<T, Allocator> && std::is_nothrow_move_constructible_v<T>) {
        move_parts(vector, parts, size);
    } else {
        for (auto& part : parts)
            for (auto&& item : part) vector.push_back(std::move(item));
    }
}

/// Appends the items of a pipeline to a vector. Strong guarantee: if a closure throws, the vector is as it was.
template <class T, class Allocator, class P>
void append_to(std::vector<T, Allocator>& vector, const P& pipeline) {
    if constexpr (P::is_indexed && can_grow_in_place<T, Allocator>) {
        const std::size_t length = pipeline.len();
        reserve_for(vector, length);
        PlacedItems<T> items = consume(pipeline, PlaceConsumer<T>(vector.data() + vector.size()));
        adopt_constructed(vector, items.size());
        items.release();
    } else {
        Gathered<T> parts = consume(pipeline, GatherConsumer<T>());
        append_parts(vector, parts);
    }
}

template <class S>
inline constexpr bool is_string = false;
template <class C, class Traits, class A>
inline constexpr bool is_string<std::basic_string<C, Traits, A>> = true;
template <class V>
inline constexpr bool is_vector = false;
template <class T, class A>
inline constexpr bool is_vector<std::vector<T, A>> = true;

/// Moves an item into any container; of equal keys the last stays.
template <class Container, class T>
void put_into(Container& container, T& item) {
    if constexpr (requires { container.push_back(std::move(item)); })
        container.push_back(std::move(item));
    else if constexpr (requires { container.insert_or_assign(std::move(item.first), std::move(item.second)); })
        container.insert_or_assign(std::move(item.first), std::move(item.second));
    else if constexpr (requires { container.insert(std::move(item)); })
        container.insert(std::move(item));
    else
        container.push(std::move(item));
}

/// Appends the items of a pipeline to any container, in their order.
template <class Container, class P>
void extend_container(Container& container, const P& pipeline) {
    using Item = typename P::Item;
    if constexpr (is_vector<Container>) {
        append_to(container, pipeline);
    } else if constexpr (is_string<Container>) {
        if constexpr (std::is_convertible_v<Item, typename Container::value_type>) {
            std::vector<typename Container::value_type> characters;
            append_to(characters, pipeline);
            container.append(characters.begin(), characters.end());
        } else {
            // Each piece makes a string of its own; the pieces are put together once.
            const auto parts = consume(pipeline, JoinConsumer<Container>());
            std::size_t size = container.size();
            for (const auto& part : parts) size += part.size();
            container.reserve(size);
            for (const auto& part : parts) container += part;
        }
    } else {
        auto parts = consume(pipeline, GatherConsumer<Kept<Item>>());
        if constexpr (requires { container.reserve(container.size()); })
            container.reserve(container.size() + size_of(parts));
        for (auto& part : parts) {
            for (auto& item : part) {
                put_into(container, item);
            }
        }
    }
}

/// The successes' values go on; the first failure in time is kept and stops all pieces.
template <class Next, class Failure>
struct SuccessFolder : ForwardingFolder<Next> {
    static constexpr bool may_stop = true;
    Failure& failure;

    template <class X>
    void feed(X&& item) {
        if (item)
            this->next.feed(value_of(std::forward<X>(item)));
        else
            failure.set(std::forward<X>(item));
    }
    [[nodiscard]] bool is_full() const { return failure.is_set() || this->next.is_full(); }
};

/// The values of a pipeline of results.
template <class Base>
class Successes : public OneBase<Successes<Base>, Base> {
  public:
    using Tried = Kept<typename Base::Item>;
    using Item = decltype(value_of(std::declval<typename Base::Item>()));
    static constexpr bool is_indexed = false;

    Successes(Base base, FirstFailure<Tried>& failure)
        : OneBase<Successes, Base>(std::move(base)), failure_(&failure) {}

    template <class C>
    typename C::Result drive(const C& consumer, const Policy& policy) const {
        const auto wrap = [this](auto folder, Position) {
            return SuccessFolder<decltype(folder), FirstFailure<Tried>>{{std::move(folder)}, *failure_};
        };
        const auto is_over = [this] { return failure_->is_set(); };
        return this->base_.drive(WrappingConsumer(consumer, EndingWrap{wrap, is_over}), policy);
    }

  private:
    FirstFailure<Tried>* failure_;
};

template <class Container, class P>
[[nodiscard]] Container collect_as(const P& pipeline) {
    if constexpr (Tryable<Container> && Tryable<typename P::Item>) {
        FirstFailure<Kept<typename P::Item>> failure;
        using Inner = typename Container::value_type;
        if constexpr (std::is_void_v<Inner>) {
            Successes<Referred<P>>(Referred<P>(pipeline), failure).for_each([](const auto&) {});
            if (failure.is_set()) return failure_of<Container>(std::move(failure.get()));
            return Container();
        } else {
            Inner values = collect_as<Inner>(Successes<Referred<P>>(Referred<P>(pipeline), failure));
            if (failure.is_set()) return failure_of<Container>(std::move(failure.get()));
            return Container(std::move(values));
        }
    } else {
        Container container;
        extend_container(container, pipeline);
        return container;
    }
}

template <class D>
struct CollectStep {
    /// All items in a new container, in their order: vectors, strings (from characters or strings), deques, lists,
    /// sets, maps (from pairs; of equal keys the last stays). An indexed pipeline writes each item straight into its
    /// place in a vector. `collect<std::expected<C, E>>()` and `collect<std::optional<C>>()` take results: the values,
    /// or the first failure in time, after which all pieces stop soon.
    ///
    ///     const std::vector<int> numbers{1, 2, 3};
    ///     auto doubled = grainscope::par_iter(numbers).map([](int x) { return 2 * x; }).collect<std::vector>();
    template <class Container>
    [[nodiscard]] Container collect() const {
        return collect_as<Container>(self());
    }
    template <template <class...> class Container>
    [[nodiscard]] auto collect() const {
        using Item = Kept<typename D::Item>;
        if constexpr (requires { typename Container<Item>; })
            return collect_as<Container<Item>>(self());
        else
            return collect_as<Container<std::remove_const_t<typename Item::first_type>, typename Item::second_type>>(
                self());
    }
    /// The same into a container that is there: its old contents are replaced, its room is used.
    template <class Container>
    void collect_into(Container& container) const {
        container.clear();
        extend_container(container, self());
    }
    /// What each piece has gathered, in the items' order, not yet put together: one vector a piece.
    [[nodiscard]] auto collect_vec_list() const { return consume(self(), GatherConsumer<Kept<typename D::Item>>()); }
    /// Appends all items to a container.
    template <class Container>
    void extend(Container& container) const {
        extend_container(container, self());
    }

  private:
    [[nodiscard]] const D& self() const { return static_cast<const D&>(*this); }
};

}  // namespace grainscope::detail
