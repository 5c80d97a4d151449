// What the sorts know about their elements and how they compare them.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>

namespace grainscope::sorting {

/// Elements that are cheaper to copy than to branch on: the branch-free partition, merge and small sort are for them.
template <class T>
inline constexpr bool copies_freely =
    std::is_trivially_copyable_v<T>&& std::is_copy_constructible_v<T>&& std::is_copy_assignable_v<T> && sizeof(T) <= 16;

/// Elements that are only bytes and few of them: a copy is as good as the element, so a stable sort may keep two of
/// them for a while. Wider than trivially copyable: std::pair and std::tuple of numbers assign member by member and
/// still belong here.
template <class T>
inline constexpr bool is_plain =
    std::is_trivially_copy_constructible_v<T>&& std::is_trivially_destructible_v<T>&& std::is_copy_assignable_v<T> &&
    sizeof(T) <= 64;

/// A comparator behind a projection, as one predicate. Holds references: it lives as long as the sort's options.
template <class Compare, class Projection>
class ProjectedLess {
  public:
    ProjectedLess(Compare& compare, Projection& projection) : compare_(&compare), projection_(&projection) {}

    template <class T>
    bool operator()(const T& a, const T& b) const {
        return static_cast<bool>(std::invoke(*compare_, std::invoke(*projection_, a), std::invoke(*projection_, b)));
    }

  private:
    Compare* compare_;
    Projection* projection_;
};

/// Drops the indirection where there is nothing to refer to, so that the loops see a plain comparison.
template <class Compare, class Projection>
requires(std::is_empty_v<Compare>&& std::is_default_constructible_v<Compare>&& std::is_empty_v<Projection>&&
             std::is_default_constructible_v<Projection>) class ProjectedLess<Compare, Projection> {
  public:
    ProjectedLess(Compare&, Projection&) {}

    template <class T>
    bool operator()(const T& a, const T& b) const {
        return static_cast<bool>(std::invoke(Compare{}, std::invoke(Projection{}, a), std::invoke(Projection{}, b)));
    }
};

}  // namespace grainscope::sorting
