// chunks, fold_chunks, fold_chunks_with: several items become one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include <grainscope/iter/adaptors/map.h>
#include <grainscope/iter/core/parallel_iterator.h>

namespace grainscope::detail {

/// Every `size` items become what `Fold` makes of them.
template <class Base, class Fold>
class Chunked : public ReadAround<Chunked<Base, Fold>, Base> {
  public:
    using Item = typename Fold::Value;

    Chunked(Base base, std::size_t size, Fold fold)
        : ReadAround<Chunked, Base>(std::move(base)), size_(size), fold_(std::move(fold)) {}

    [[nodiscard]] std::size_t len() const { return chunks_of(this->base_.len()); }
    /// The limits that were set before this step count items, not chunks.
    [[nodiscard]] Policy policy() const {
        Policy policy = this->base_.policy();
        policy.min_length = chunks_of(policy.min_length);
        policy.max_length = policy.max_length / size_;
        policy.grain = chunks_of(policy.grain);
        return policy;
    }
    [[nodiscard]] auto reader() const {
        return Reader<decltype(this->base_.reader())>{this->base_.reader(), size_, this->base_.len(), &fold_};
    }

  private:
    template <class Inner>
    struct Reader {
        Inner inner;
        std::size_t size;
        std::size_t length;
        const Fold* fold;
        Item at(std::size_t i) {
            const std::size_t first = i * size;
            const std::size_t last = first + std::min(size, length - first);
            return (*fold)(inner, first, last);
        }
    };

    [[nodiscard]] std::size_t chunks_of(std::size_t items) const {
        return items / size_ + (items % size_ != 0 ? 1 : 0);
    }

    std::size_t size_;
    Fold fold_;
};

template <class T>
struct ChunkIntoVector {
    using Value = std::vector<T>;
    template <class Reader>
    Value operator()(Reader& reader, std::size_t first, std::size_t last) const {
        Value chunk;
        chunk.reserve(last - first);
        for (; first < last; ++first) chunk.emplace_back(reader.at(first));
        return chunk;
    }
};

template <class Make, class F>
struct ChunkIntoFold {
    using Value = std::decay_t<std::invoke_result_t<const Make&>>;
    Make make;
    F f;
    template <class Reader>
    Value operator()(Reader& reader, std::size_t first, std::size_t last) const {
        Value value = make();
        for (; first < last; ++first) fold_item(f, value, reader.at(first));
        return value;
    }
};

template <class D>
struct ChunksStep {
    /// Every n items as a std::vector of values; the last one may be shorter. Needs an indexed pipeline. Throws
    /// std::invalid_argument for n = 0.
    [[nodiscard]] auto chunks(std::size_t n) && { return chunked(static_cast<D&&>(*this), n); }
    [[nodiscard]] auto chunks(std::size_t n) const& { return chunked(static_cast<const D&>(*this), n); }
    /// Every n items folded: f(value, item), from identity(), as by fold. Needs an indexed pipeline. Throws
    /// std::invalid_argument for n = 0.
    template <class Identity, class F>
    [[nodiscard]] auto fold_chunks(std::size_t n, Identity identity, F f) && {
        return folded(static_cast<D&&>(*this), n, std::move(identity), std::move(f));
    }
    template <class Identity, class F>
    [[nodiscard]] auto fold_chunks(std::size_t n, Identity identity, F f) const& {
        return folded(static_cast<const D&>(*this), n, std::move(identity), std::move(f));
    }
    /// The same from a copy of `value`.
    template <class T, class F>
    [[nodiscard]] auto fold_chunks_with(std::size_t n, T value, F f) && {
        return folded(static_cast<D&&>(*this), n, CopyOf<T>{std::move(value)}, std::move(f));
    }
    template <class T, class F>
    [[nodiscard]] auto fold_chunks_with(std::size_t n, T value, F f) const& {
        return folded(static_cast<const D&>(*this), n, CopyOf<T>{std::move(value)}, std::move(f));
    }

  private:
    template <class P>
    static auto chunked(P&& pipeline, std::size_t n) {
        static_assert(D::is_indexed, "grainscope: chunks needs an indexed pipeline");
        if (n == 0) throw std::invalid_argument("chunks: the size must be at least 1");
        using Fold = ChunkIntoVector<Kept<typename D::Item>>;
        return Chunked<D, Fold>(std::forward<P>(pipeline), n, Fold{});
    }
    template <class P, class Identity, class F>
    static auto folded(P&& pipeline, std::size_t n, Identity identity, F f) {
        static_assert(D::is_indexed, "grainscope: fold_chunks needs an indexed pipeline");
        if (n == 0) throw std::invalid_argument("fold_chunks: the size must be at least 1");
        using Fold = ChunkIntoFold<Identity, F>;
        return Chunked<D, Fold>(std::forward<P>(pipeline), n, Fold{std::move(identity), std::move(f)});
    }
};

}  // namespace grainscope::detail
