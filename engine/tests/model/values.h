// What cases share besides the code under test: plain values whose races are found, and items that are counted.
#pragma once

#include <utility>

#include "model/explore.h"

namespace grainscope::model {

/// A value that is no atomic: two threads' touches, one of them a write, must be ordered by what they synchronize on.
template <class T>
class Plain {
  public:
    Plain(T value = T()) : value_(std::move(value)) { plain_write(touches_, Where::current()); }
    Plain(const Plain& other) : Plain(other.get()) {}
    Plain& operator=(const Plain& other) {
        set(other.get());
        return *this;
    }
    ~Plain() {
        plain_write(touches_, Where::current());
        touches_.alive = 0;
    }

    [[nodiscard]] const T& get(Where where = Where::current()) const {
        plain_read(touches_, where);
        return value_;
    }
    void set(T value, Where where = Where::current()) {
        plain_write(touches_, where);
        value_ = std::move(value);
    }

  private:
    T value_;
    mutable Touches touches_;
};

/// An item to hand through a queue: it knows whether it was given away, destroyed twice or read where nothing is, and
/// whether its memory was handed over with it.
class Item {
  public:
    explicit Item(int number) : number_(number) {}
    Item(Item&& other) noexcept : number_(other.give_away()) {}
    Item& operator=(Item&& other) noexcept {
        number_.set(other.give_away());
        return *this;
    }
    ~Item() = default;

    [[nodiscard]] int number() const {
        check(number_.get() != gone, "an item is used that was given away");
        return number_.get();
    }
    [[nodiscard]] bool operator==(const Item& other) const { return number() == other.number(); }

  private:
    static constexpr int gone = -1;
    int give_away() {
        const int number = number_.get();
        number_.set(gone);
        return number;
    }
    Plain<int> number_;
};

}  // namespace grainscope::model
