// Pipelines that have forgotten their types, so that a test can compose them at run time: each adaptor is instantiated
// once, around a base that is reached through virtual functions, and hands on to a consumer that is so, too. Both ways
// of a pipeline are kept: items that pass by, and items read by position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

#include <grainscope/iter/iter.h>

namespace grainscope::iter_testing {

struct ErasedResult {
    virtual ~ErasedResult() = default;
};
template <class T>
struct ResultOf : ErasedResult {
    explicit ResultOf(T made) : value(std::move(made)) {}
    T value;
};

struct ErasedFolder {
    virtual ~ErasedFolder() = default;
    virtual void feed(std::int64_t item) = 0;
    [[nodiscard]] virtual bool is_full() const = 0;
    virtual std::unique_ptr<ErasedResult> finish() = 0;
};

template <bool rightmost>
class ErasedConsumer {
  public:
    using Result = std::unique_ptr<ErasedResult>;
    static constexpr bool from_the_right = rightmost;

    struct Folder {
        using Result = ErasedConsumer::Result;
        static constexpr bool may_stop = true;
        static constexpr bool wants_selected = false;
        static constexpr int lanes = 0;
        std::unique_ptr<ErasedFolder> erased;
        void feed(std::int64_t item) { erased->feed(item); }
        [[nodiscard]] bool is_full() const { return erased->is_full(); }
        Result finish() && { return erased->finish(); }
    };
    virtual ~ErasedConsumer() = default;
    [[nodiscard]] virtual Folder folder(detail::Position first) const = 0;
    [[nodiscard]] virtual Result combine(Result left, Result right) const = 0;
    [[nodiscard]] virtual bool is_full(detail::Position first) const = 0;
};

template <class C>
class ConsumerOf final : public ErasedConsumer<detail::searches_from_the_right<C>> {
    using Base = ErasedConsumer<detail::searches_from_the_right<C>>;
    using Made = ResultOf<typename C::Result>;

  public:
    explicit ConsumerOf(const C& consumer) : consumer_(consumer) {}
    [[nodiscard]] typename Base::Folder folder(detail::Position first) const override {
        return {std::make_unique<FolderOf>(consumer_.folder(first))};
    }
    [[nodiscard]] typename Base::Result combine(typename Base::Result left,
                                                typename Base::Result right) const override {
        return std::make_unique<Made>(consumer_.combine(taken(std::move(left)), taken(std::move(right))));
    }
    [[nodiscard]] bool is_full(detail::Position first) const override { return consumer_.is_full(first); }
    static typename C::Result taken(typename Base::Result result) {
        return std::move(static_cast<Made&>(*result).value);
    }

  private:
    struct FolderOf final : ErasedFolder {
        using Inner = decltype(std::declval<const C&>().folder(0));
        explicit FolderOf(Inner made) : inner(std::move(made)) {}
        void feed(std::int64_t item) override { inner.feed(std::move(item)); }
        [[nodiscard]] bool is_full() const override { return inner.is_full(); }
        std::unique_ptr<ErasedResult> finish() override { return std::make_unique<Made>(std::move(inner).finish()); }
        Inner inner;
    };
    const C& consumer_;
};

struct ErasedReader {
    virtual ~ErasedReader() = default;
    [[nodiscard]] virtual std::int64_t at(std::size_t i) = 0;
};

/// What an erased pipeline can do; what needs an index is asked of indexed ones only.
struct ErasedModel {
    using Result = std::unique_ptr<ErasedResult>;
    using Policy = detail::Policy;
    virtual ~ErasedModel() = default;
    [[nodiscard]] virtual Policy policy() const = 0;
    [[nodiscard]] virtual bool is_cancelled() const = 0;
    [[nodiscard]] virtual detail::Position extent() const = 0;
    virtual void prepare() const = 0;
    virtual Result drive(const ErasedConsumer<false>&, const Policy&) const = 0;
    virtual Result drive(const ErasedConsumer<true>&, const Policy&) const = 0;
    virtual Result window(const ErasedConsumer<false>&, const Policy&, std::size_t, std::size_t) const = 0;
    virtual Result window(const ErasedConsumer<true>&, const Policy&, std::size_t, std::size_t) const = 0;
    [[nodiscard]] virtual std::size_t len() const = 0;
    [[nodiscard]] virtual std::unique_ptr<ErasedReader> reader() const = 0;
};

template <class P>
class ModelOf final : public ErasedModel {
  public:
    explicit ModelOf(P pipeline) : pipeline_(std::move(pipeline)) {}
    [[nodiscard]] Policy policy() const override { return pipeline_.policy(); }
    [[nodiscard]] bool is_cancelled() const override { return pipeline_.is_cancelled(); }
    [[nodiscard]] detail::Position extent() const override { return pipeline_.extent(); }
    void prepare() const override { pipeline_.prepare(); }
    Result drive(const ErasedConsumer<false>& c, const Policy& p) const override { return pipeline_.drive(c, p); }
    Result drive(const ErasedConsumer<true>& c, const Policy& p) const override { return pipeline_.drive(c, p); }
    Result window(const ErasedConsumer<false>& c, const Policy& p, std::size_t first, std::size_t last) const override {
        return windowed(c, p, first, last);
    }
    Result window(const ErasedConsumer<true>& c, const Policy& p, std::size_t first, std::size_t last) const override {
        return windowed(c, p, first, last);
    }
    [[nodiscard]] std::size_t len() const override {
        if constexpr (P::is_indexed) return pipeline_.len();
        return 0;
    }
    [[nodiscard]] std::unique_ptr<ErasedReader> reader() const override {
        if constexpr (P::is_indexed)
            return std::make_unique<ReaderOf<decltype(pipeline_.reader())>>(pipeline_.reader());
        return nullptr;
    }

  private:
    template <class R>
    struct ReaderOf final : ErasedReader {
        explicit ReaderOf(R made) : inner(std::move(made)) {}
        [[nodiscard]] std::int64_t at(std::size_t i) override { return inner.at(i); }
        R inner;
    };
    template <class C>
    Result windowed(const C& c, const Policy& p, std::size_t first, std::size_t last) const {
        if constexpr (P::is_indexed) return pipeline_.drive_window(c, p, first, last);
        return nullptr;
    }
    P pipeline_;
};

/// A pipeline of std::int64_t of any make.
template <bool indexed>
class ErasedPipeline : public ParallelIterator<ErasedPipeline<indexed>> {
  public:
    using Item = std::int64_t;
    static constexpr bool is_indexed = indexed;

    explicit ErasedPipeline(std::shared_ptr<const ErasedModel> model) : model_(std::move(model)) {}
    [[nodiscard]] detail::Policy policy() const { return model_->policy(); }
    [[nodiscard]] bool is_cancelled() const { return model_->is_cancelled(); }
    [[nodiscard]] detail::Position extent() const { return model_->extent(); }
    void prepare() const { model_->prepare(); }
    template <class C>
    typename C::Result drive(const C& consumer, const detail::Policy& policy) const {
        return through(consumer, [&](const auto& erased) { return model_->drive(erased, policy); });
    }
    template <class C>
    typename C::Result drive_window(const C& consumer, const detail::Policy& policy, std::size_t first,
                                    std::size_t last) const requires(indexed) {
        return through(consumer, [&](const auto& erased) { return model_->window(erased, policy, first, last); });
    }
    [[nodiscard]] std::size_t len() const requires(indexed) { return model_->len(); }
    struct Reader {
        std::unique_ptr<ErasedReader> erased;
        [[nodiscard]] std::int64_t at(std::size_t i) const { return erased->at(i); }
    };
    [[nodiscard]] Reader reader() const requires(indexed) { return {model_->reader()}; }

  private:
    template <class C, class F>
    static typename C::Result through(const C& consumer, const F& f) {
        using Erased = ErasedConsumer<detail::searches_from_the_right<C>>;
        if constexpr (std::is_same_v<C, Erased>) {
            return f(consumer);
        } else {
            const ConsumerOf<C> erased(consumer);
            return ConsumerOf<C>::taken(f(static_cast<const Erased&>(erased)));
        }
    }
    std::shared_ptr<const ErasedModel> model_;
};

template <class P>
[[nodiscard]] auto erased(P pipeline) {
    return ErasedPipeline<P::is_indexed>(std::make_shared<ModelOf<P>>(std::move(pipeline)));
}

}  // namespace grainscope::iter_testing
