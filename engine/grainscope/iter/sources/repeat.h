// repeat, repeat_n: one value again and again.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>

#include <grainscope/iter/adaptors/zip.h>
#include <grainscope/iter/core/splitting.h>
#include <grainscope/iter/sources/ranges.h>
#include <grainscope/iter/sources/source.h>

namespace grainscope {

namespace detail {

template <class T>
class RepeatSource : public IndexedSource<RepeatSource<T>> {
  public:
    using Item = T;

    RepeatSource(T value, std::size_t length) : value_(std::move(value)), length_(length) {}
    [[nodiscard]] std::size_t len() const { return length_; }
    struct Reader {
        const T* value;
        T at(std::size_t) const { return *value; }
    };
    [[nodiscard]] Reader reader() const { return {&value_}; }

  private:
    T value_;
    std::size_t length_;
};

/// Without end: half of it is all of it.
template <class T>
class EndlessSource : public SplittingSource<EndlessSource<T>> {
  public:
    using Item = T;

    explicit EndlessSource(T value) : value_(std::move(value)) {}

    struct Part {
        const T* value;
        [[nodiscard]] std::optional<Part> split() const { return *this; }
        template <class Folder>
        bool feed(Folder& folder, std::size_t n) {
            for (; n > 0; --n)
                if (!feed_one(folder, T(*value))) return false;
            return true;
        }
    };
    [[nodiscard]] Part part() const { return {&value_}; }

    /// The value n times. Indexed.
    [[nodiscard]] auto take(std::size_t n) const { return RepeatSource<T>(value_, n); }
    /// The value with every item of an indexed pipeline. Indexed.
    template <class R>
    [[nodiscard]] auto zip(R&& other) const {
        auto pipeline = as_pipeline(std::forward<R>(other));
        const std::size_t length = pipeline.len();
        return take(length).zip(std::move(pipeline));
    }

  private:
    T value_;
};

}  // namespace detail

/// n copies of a value. Indexed.
template <class T>
[[nodiscard]] auto repeat_n(T value, std::size_t n) {
    return detail::RepeatSource<T>(std::move(value), n);
}

/// Copies of a value, without end: for take, zip, take_any, and consumers that stop early; others never return.
///
///     const auto ones = grainscope::par_repeat(1).take(1000).sum();
template <class T>
[[nodiscard]] auto par_repeat(T value) {
    return detail::EndlessSource<T>(std::move(value));
}
/// The same by rayon's name.
template <class T>
[[nodiscard]] auto repeat(T value) {
    return par_repeat(std::move(value));
}

}  // namespace grainscope
