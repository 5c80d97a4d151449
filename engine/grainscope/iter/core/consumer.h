// The receiving end of a pipeline, as its adaptors and consumers implement it.
//
// After rayon's plumbing (Consumer, Folder, Reducer), with two differences: a consumer is shared by reference among all
// pieces instead of being split, and a folder learns where its piece begins.
//
// A Consumer makes a Folder for every piece, and combines the results of neighbouring pieces:
//     using Result = ...;
//     Folder folder(Position first) const;
//     Result combine(Result left, Result right) const;
//     bool is_full(Position first) const;           // nobody wants what comes from `first` on
//     static constexpr bool from_the_right = true;  // optional: it looks for the last item, so that what lies to the
//                                                   // right should come first in time; is_full then says whether
//                                                   // nobody wants what lies to the left of what was found
// A Folder takes the items of one piece in order:
//     void feed(Item&&);
//     Result finish() &&;
//     static constexpr bool may_stop;  bool is_full() const;   // asked before every item if may_stop
//     static constexpr int lanes;      void feed_lane(int, Item&&);   // if lanes > 1: items may come to `lanes`
//                                                                     // independent accumulators, so that the loop
//                                                                     // around them can be vectorised
//     static constexpr bool wants_selected;   // its work on an item is worth choosing the items first, many at a time
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace grainscope::detail {

/// Where an item stands: its index in an indexed pipeline; elsewhere a number that grows from left to right.
using Position = std::uint64_t;

/// Room for the positions of a source that does not know how many items it has.
inline constexpr Position unknown_extent = Position{1} << 40;

/// Whether a consumer looks for the last item.
template <class Consumer>
inline constexpr bool searches_from_the_right = false;
template <class Consumer>
requires requires { requires Consumer::from_the_right; }
inline constexpr bool searches_from_the_right<Consumer> = true;

/// A folder that hands on to another.
template <class Next>
struct ForwardingFolder {
    using Result = typename Next::Result;
    static constexpr bool may_stop = Next::may_stop;
    static constexpr bool wants_selected = Next::wants_selected;
    static constexpr int lanes = 0;

    Next next;

    [[nodiscard]] bool is_full() const { return next.is_full(); }
    Result finish() && { return std::move(next).finish(); }
};

/// A folder at the end of a pipeline that never has enough.
template <class R>
struct FinalFolder {
    using Result = R;
    static constexpr bool may_stop = false;
    static constexpr bool wants_selected = false;
    static constexpr int lanes = 0;
    [[nodiscard]] bool is_full() const { return false; }
};

/// A consumer in front of another: `wrap` makes its folder out of the next one's (and the piece's position).
template <class Next, class Wrap>
class WrappingConsumer {
  public:
    using Result = typename Next::Result;
    static constexpr bool from_the_right = searches_from_the_right<Next>;

    WrappingConsumer(const Next& next, Wrap wrap) : next_(next), wrap_(std::move(wrap)) {}
    [[nodiscard]] auto folder(Position first) const { return wrap_(next_.folder(first), first); }
    Result combine(Result left, Result right) const { return next_.combine(std::move(left), std::move(right)); }
    [[nodiscard]] bool is_full(Position first) const {
        if constexpr (requires { wrap_.is_over(); }) {
            if (wrap_.is_over()) return true;
        }
        return next_.is_full(first);
    }

  private:
    const Next& next_;
    Wrap wrap_;
};

/// A `wrap` for adaptors after which nobody wants an item once `over` says so: all pieces end, and those of a pipeline
/// around them (flat_map) do not begin.
template <class Wrap, class Over>
struct EndingWrap {
    Wrap wrap;
    Over over;
    template <class Folder>
    [[nodiscard]] auto operator()(Folder folder, Position first) const {
        return wrap(std::move(folder), first);
    }
    [[nodiscard]] bool is_over() const { return over(); }
};

/// A consumer whose positions lie `offset` to the right (or, wrapping around, to the left).
template <class Next>
class ShiftingConsumer {
  public:
    using Result = typename Next::Result;
    static constexpr bool from_the_right = searches_from_the_right<Next>;

    ShiftingConsumer(const Next& next, Position offset) : next_(next), offset_(offset) {}
    [[nodiscard]] auto folder(Position first) const { return next_.folder(first + offset_); }
    Result combine(Result left, Result right) const { return next_.combine(std::move(left), std::move(right)); }
    [[nodiscard]] bool is_full(Position first) const { return next_.is_full(first + offset_); }

  private:
    const Next& next_;
    Position offset_;
};

/// All pieces inside one item of an outer pipeline (flat_map) stand at that item's place.
template <class Next>
class PinnedConsumer {
  public:
    using Result = typename Next::Result;
    static constexpr bool from_the_right = searches_from_the_right<Next>;

    PinnedConsumer(const Next& next, Position at) : next_(next), at_(at) {}
    [[nodiscard]] auto folder(Position) const { return next_.folder(at_); }
    Result combine(Result left, Result right) const { return next_.combine(std::move(left), std::move(right)); }
    [[nodiscard]] bool is_full(Position) const { return next_.is_full(at_); }

  private:
    const Next& next_;
    Position at_;
};

/// A folder that chooses among items, which may be asked about many of them before it gets those that it chose.
template <class Folder, class Item>
concept ChoosesFirst =
    Folder::wants_selected && !Folder::may_stop &&
    (std::is_lvalue_reference_v<Item> || (std::is_trivially_copyable_v<Item> && sizeof(Item) <= 16)) &&
    requires(Folder & folder, Item&& item) {
    { folder.chooses(item) } -> std::same_as<bool>;
    folder.feed_chosen(std::forward<Item>(item));
};

/// The same as feed_range without a branch on what is chosen, which no processor could predict: all candidates are
/// written down, and the next one takes the place of one that was not chosen.
template <class Reader, class Folder>
inline void feed_chosen_range(Reader& reader, std::size_t first, std::size_t last, Folder& folder) {
    using Item = decltype(reader.at(first));
    constexpr bool by_address = std::is_lvalue_reference_v<Item>;
    constexpr std::size_t at_once = 256;
    std::conditional_t<by_address, std::add_pointer_t<Item>, std::remove_const_t<Item>> chosen[at_once];
    while (first < last) {
        const std::size_t end = first + std::min(at_once, last - first);
        std::size_t count = 0;
        for (; first < end; ++first) {
            Item item = reader.at(first);
            if constexpr (by_address)
                chosen[count] = std::addressof(item);
            else
                chosen[count] = item;
            count += folder.chooses(item) ? 1 : 0;
        }
        for (std::size_t i = 0; i < count; ++i) {
            if constexpr (by_address)
                folder.feed_chosen(*chosen[i]);
            else
                folder.feed_chosen(std::move(chosen[i]));
        }
    }
}

/// Feeds a folder the items [first, last) of a reader.
template <class Reader, class Folder>
inline void feed_range(Reader& reader, std::size_t first, std::size_t last, Folder& folder) {
    if constexpr (ChoosesFirst<Folder, decltype(reader.at(first))>)
        return feed_chosen_range(reader, first, last, folder);
    if constexpr (Folder::lanes > 1) {
        constexpr std::size_t lanes = Folder::lanes;
        for (; last - first >= lanes; first += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                folder.feed_lane(static_cast<int>(lane), reader.at(first + lane));
    }
    for (; first < last; ++first) {
        if constexpr (Folder::may_stop) {
            if (folder.is_full()) return;
        }
        folder.feed(reader.at(first));
    }
}

}  // namespace grainscope::detail
