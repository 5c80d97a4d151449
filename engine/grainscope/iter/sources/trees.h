// split, walk_tree, walk_tree_prefix, walk_tree_postfix: sources that a closure cuts.
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

/// Nodes still to be visited, the next one at the back: the order of the items is that of the stack from its top down,
/// so that its lower half is what stands to the right.
template <class T, class F, bool children_first>
class TreeSource : public SplittingSource<TreeSource<T, F, children_first>> {
  public:
    using Item = T;

    TreeSource(T root, F children) : root_(std::move(root)), children_(std::move(children)) {}

    struct Visit {
        T node;
        bool children_are_pending;  ///< for children_first: they lie above it
    };
    struct Part {
        std::vector<Visit> stack;
        const F* children;
        /// Gives away the lower half: it is nearest to the root, and holds most.
        std::optional<Part> split() {
            if (stack.size() < 2) return std::nullopt;
            const auto half = stack.begin() + static_cast<std::ptrdiff_t>(stack.size() / 2);
            Part right{{std::make_move_iterator(stack.begin()), std::make_move_iterator(half)}, children};
            stack.erase(stack.begin(), half);
            return right;
        }
        template <class Folder>
        bool feed(Folder& folder, std::size_t n) {
            for (; n > 0 && !stack.empty(); --n) {
                Visit visit = std::move(stack.back());
                stack.pop_back();
                if (children_first && !visit.children_are_pending) {
                    const std::size_t own = stack.size();
                    stack.push_back({std::move(visit.node), true});
                    push_children(std::as_const(stack[own].node));
                    continue;
                }
                if (!children_first) push_children(std::as_const(visit.node));
                if (!feed_one(folder, std::move(visit.node))) return false;
            }
            return !stack.empty();
        }

      private:
        void push_children(const T& node) {
            std::vector<Visit> below;  // the node may lie in the stack, which must keep still meanwhile
            for (auto&& child : (*children)(node)) below.push_back({std::forward<decltype(child)>(child), false});
            stack.insert(stack.end(), std::make_move_iterator(below.rbegin()), std::make_move_iterator(below.rend()));
        }
    };
    [[nodiscard]] Part part() const {
        Part whole{{}, &children_};
        whole.stack.push_back({root_, false});
        return whole;
    }

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

/// All nodes of a tree, each before its children, which come in their order: `children(node)` gives a range of them.
template <class T, class F>
[[nodiscard]] auto walk_tree_prefix(T root, F children) {
    return detail::TreeSource<T, F, false>(std::move(root), std::move(children));
}
/// All nodes of a tree, each behind its children.
template <class T, class F>
[[nodiscard]] auto walk_tree_postfix(T root, F children) {
    return detail::TreeSource<T, F, true>(std::move(root), std::move(children));
}
/// All nodes of a tree, for those whom the order does not concern.
///
///     auto below = [](int n) { return n < 8 ? std::vector{2 * n, 2 * n + 1} : std::vector<int>{}; };
///     const auto nodes = grainscope::walk_tree(1, below).count();
template <class T, class F>
[[nodiscard]] auto walk_tree(T root, F children) {
    return walk_tree_prefix(std::move(root), std::move(children));
}

}  // namespace grainscope
