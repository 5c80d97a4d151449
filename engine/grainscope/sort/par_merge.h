// par_merge: two sorted ranges become one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <grainscope/runtime/cancellation.h>
#include <grainscope/runtime/thread_pool.h>
#include <grainscope/sort/fork.h>
#include <grainscope/sort/merge.h>
#include <grainscope/sort/runtime_fork.h>

namespace grainscope {

namespace sorting {

/// What of `Range` par_merge takes: the elements of a container that the caller gives away are moved, all others
/// copied. A view is no container: std::span over elements that shall be moved comes as a range of move iterators.
template <class Range>
inline constexpr bool gives_away = !std::is_lvalue_reference_v<Range> && !std::ranges::borrowed_range<Range>;

/// One call of par_merge. `less(b, a)` compares an element of the second range with one of the first.
template <class A, class B, class Out, class LessBA, bool moves_a, bool moves_b>
class RankedMerge {
  public:
    RankedMerge(LessBA less, std::size_t grain, const CancellationToken* token)
        : less_(less), grain_(grain), token_(token) {}

    void operator()(A a, std::size_t a_size, B b, std::size_t b_size, Out out) const {
        const std::size_t size = a_size + b_size;
        if (token_ != nullptr) token_->throw_if_cancelled();
        if (size <= grain_) {
            merge_stretch(a, step(a, a_size), b, step(b, b_size), out);
            return;
        }
        const std::size_t half = size / 2;
        const std::size_t from_a = co_rank(half, a, a_size, b, b_size, less_);
        const std::size_t from_b = half - from_a;
        RuntimeFork().join(
            [&] { (*this)(a, from_a, b, from_b, out); },
            [&] { (*this)(step(a, from_a), a_size - from_a, step(b, from_b), b_size - from_b, step(out, half)); });
    }

  private:
    template <class Iterator>
    static Iterator step(Iterator from, std::size_t count) {
        return from + static_cast<std::iter_difference_t<Iterator>>(count);
    }
    static void take_a(A a, Out out) {
        if constexpr (moves_a) {
            *out = std::ranges::iter_move(a);
        } else {
            *out = *a;
        }
    }
    static void take_b(B b, Out out) {
        if constexpr (moves_b) {
            *out = std::ranges::iter_move(b);
        } else {
            *out = *b;
        }
    }

    void merge_stretch(A a, A a_end, B b, B b_end, Out out) const {
        while (a != a_end && b != b_end) {
            if (less_(*b, *a)) {
                take_b(b, out);
                ++b;
            } else {
                take_a(a, out);
                ++a;
            }
            ++out;
        }
        for (; a != a_end; ++a, ++out) take_a(a, out);
        for (; b != b_end; ++b, ++out) take_b(b, out);
    }

    LessBA less_;
    std::size_t grain_;
    const CancellationToken* token_;
};

/// Ranges that may be merged and the place for the result.
template <class A, class B, class Out, class Compare, class ProjectionA, class ProjectionB>
concept ParMergeable =
    std::ranges::random_access_range<A> && std::ranges::sized_range<A> && std::ranges::random_access_range<B> &&
    std::ranges::sized_range<B> && std::ranges::random_access_range<Out> && std::ranges::sized_range<Out> &&
    std::indirect_strict_weak_order<Compare, std::projected<std::ranges::iterator_t<A>, ProjectionA>,
                                    std::projected<std::ranges::iterator_t<B>, ProjectionB>>;

template <class A, class B, class Out, class Compare, class ProjectionA, class ProjectionB>
void merge_ranges(A&& a, B&& b, Out&& out, Compare& comp, ProjectionA& proj_a, ProjectionB& proj_b,
                  const CancellationToken* token) {
    const auto a_size = static_cast<std::size_t>(std::ranges::size(a));
    const auto b_size = static_cast<std::size_t>(std::ranges::size(b));
    const auto out_size = static_cast<std::size_t>(std::ranges::size(out));
    if (out_size != a_size + b_size) {
        throw std::invalid_argument("par_merge: the output has " + std::to_string(out_size) + " elements; merging " +
                                    std::to_string(a_size) + " and " + std::to_string(b_size) + " takes exactly " +
                                    std::to_string(a_size + b_size));
    }
    const auto less = [&](const auto& from_b, const auto& from_a) {
        return static_cast<bool>(std::invoke(comp, std::invoke(proj_b, from_b), std::invoke(proj_a, from_a)));
    };
    const std::size_t grain = std::max<std::size_t>(8192, out_size / (8 * current_num_threads()));
    const RankedMerge<std::ranges::iterator_t<A>, std::ranges::iterator_t<B>, std::ranges::iterator_t<Out>,
                      decltype(less), gives_away<A>, gives_away<B>>
        merge(less, grain, token);
    merge(std::ranges::begin(a), a_size, std::ranges::begin(b), b_size, std::ranges::begin(out));
}

}  // namespace sorting

/// Merges two sorted ranges to `out`, a range of exactly a.size() + b.size() elements that overlaps neither; any other
/// size throws std::invalid_argument. Stable: ties come from a. The elements are assigned to `out`: copied from a and
/// b, or moved from a container that the caller gives away (`std::move(vector)`).
///
/// O(n) comparisons and as many more as log n for each task, no memory. Each task makes its own stretch of the result,
/// which it finds by co-ranking (Siebert and Träff, 2013). What comp, proj and an assignment throw reaches the caller:
/// `out` is then unspecified, and an element of a or b that was moved from is in it, at some place.
///
///     const std::vector<int> evens{0, 2, 4}, odds{1, 3};
///     std::vector<int> all(evens.size() + odds.size());
///     par_merge(evens, odds, all);
template <class A, class B, class Out, class Compare = std::less<>, class ProjectionA = std::identity,
          class ProjectionB = std::identity>
requires sorting::ParMergeable<A, B, Out, Compare, ProjectionA, ProjectionB>
void par_merge(A&& a, B&& b, Out&& out, Compare comp = {}, ProjectionA proj_a = {}, ProjectionB proj_b = {}) {
    sorting::merge_ranges(std::forward<A>(a), std::forward<B>(b), out, comp, proj_a, proj_b, nullptr);
}

/// The same, ending with Cancelled soon after `token` is cancelled; `out` is then unspecified.
template <class A, class B, class Out, class Compare = std::less<>>
requires sorting::ParMergeable<A, B, Out, Compare, std::identity, std::identity>
void par_merge(A&& a, B&& b, Out&& out, Compare comp, const CancellationToken& token) {
    std::identity same;
    sorting::merge_ranges(std::forward<A>(a), std::forward<B>(b), out, comp, same, same, &token);
}

}  // namespace grainscope
