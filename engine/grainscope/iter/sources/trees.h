// split, walk_tree: sources that a closure cuts.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>
#include <vector>

#include <grainscope/iter/core/splitting.h>

namespace grainscope {

namespace detail {

template <class T, class F>
class SplitSource : public SplittingSource<SplitSource<T, F>> {
  public:
    using Item = T;

    SplitSource(T data, F splitter) : data_(std::move(data)), splitter_(std::move(splitter)) {}

    struct Part {
        std::optional<T> data;
        const F* splitter;
        std::optional<Part> split() {
            if (!data) return std::nullopt;
            std::pair<T, std::optional<T>> halves = (*splitter)(*std::move(data));
            data.emplace(std::move(halves.first));
            if (!halves.second) return std::nullopt;
            return Part{std::move(halves.second), splitter};
        }
        template <class Folder>
        bool feed(Folder& folder, std::size_t) {
            if (data) feed_one(folder, *std::exchange(data, std::nullopt));
            return false;
        }
    };
    [[nodiscard]] Part part() const { return {data_, &splitter_}; }

  private:
    T data_;
    F splitter_;
};

template <class T, class F>
class TreeSource : public SplittingSource<TreeSource<T, F>> {
  public:
    using Item = T;

    TreeSource(T root, F children) : root_(std::move(root)), children_(std::move(children)) {}

    struct Part {
        std::vector<T> pending;
        const F* children;
        /// Gives away the half that was seen first: it is nearest to the root, and holds most.
        std::optional<Part> split() {
            if (pending.size() < 2) return std::nullopt;
            const auto half = pending.begin() + static_cast<std::ptrdiff_t>(pending.size() / 2);
            Part other{{std::make_move_iterator(pending.begin()), std::make_move_iterator(half)}, children};
            pending.erase(pending.begin(), half);
            return other;
        }
        template <class Folder>
        bool feed(Folder& folder, std::size_t n) {
            for (; n > 0 && !pending.empty(); --n) {
                T node = std::move(pending.back());
                pending.pop_back();
                for (auto&& child : (*children)(std::as_const(node)))
                    pending.push_back(std::forward<decltype(child)>(child));
                if (!feed_one(folder, std::move(node))) return false;
            }
            return !pending.empty();
        }
    };
    [[nodiscard]] Part part() const { return {{root_}, &children_}; }

  private:
    T root_;
    F children_;
};

}  // namespace detail

/// Pieces of `data`, cut by `splitter` as far as work is wanted: it takes a piece and returns the piece, or its left
/// part, and (std::optional) its right part; none means that it cannot be cut. The items are the pieces.
template <class T, class F>
[[nodiscard]] auto par_split_by(T data, F splitter) {
    return detail::SplitSource<T, F>(std::move(data), std::move(splitter));
}
/// The same by rayon's name.
template <class T, class F>
[[nodiscard]] auto split(T data, F splitter) {
    return par_split_by(std::move(data), std::move(splitter));
}

/// All nodes of a tree, in no order: `children(node)` gives a range of the nodes below one.
///
///     auto below = [](int n) { return n < 8 ? std::vector{2 * n, 2 * n + 1} : std::vector<int>{}; };
///     const auto nodes = grainscope::walk_tree(1, below).count();
template <class T, class F>
[[nodiscard]] auto walk_tree(T root, F children) {
    return detail::TreeSource<T, F>(std::move(root), std::move(children));
}

}  // namespace grainscope
