// Freeing memory that other threads may still be reading: eras, with a lower and an upper end for every reader.
//
// Wen, Izraelevitz, Cai, Beadle, Scott: "Interval-Based Memory Reclamation" (PPoPP 2018), the two-ended scheme (2GE).
// What is bounded by what, and why it is safe, is in README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include <grainscope/platform/atomic.h>
#include <grainscope/platform/fence.h>

namespace grainscope::detail {

/// A moment, in steps of some dozens of retirements. Grows for ever.
using Era = std::uint64_t;

/// The first base of everything that is freed through a RetireList.
struct Retired {
    using Release = void(Retired&) noexcept;

    /// Notes the present as the time of birth: everything that this object will point to must have been born already.
    explicit Retired(Release* release_function) noexcept;

    Retired* next = nullptr;
    Era birth;
    Era retired = 0;
    Release* release;
};

/// What one thread tells the others about its reading.
struct alignas(cache_line) Reader {
    static constexpr Era idle = std::numeric_limits<Era>::max();

    Atomic<Era> lower{idle};          ///< objects that were retired before this era are of no interest; idle: none is
    Atomic<Era> upper{0};             ///< objects that were born after this era have not been seen
    std::size_t depth = 0;            ///< how many Guards of this thread are alive
    std::size_t number = 0;           ///< threads that run at the same time have different ones, the smallest there are
    class RetireList* due = nullptr;  ///< wants to be looked through when the last Guard is gone
    Atomic<bool> taken{false};
    bool of_an_ending_thread = false;  ///< given back with the last Guard: nobody else will
    Reader* next = nullptr;            ///< in the list of all; never changes once it is in there
};

extern Atomic<Era> era;
extern thread_local constinit Reader* this_reader [[gnu::tls_model("initial-exec")]];

/// This thread's reader, for its first use. Throws std::bad_alloc.
Reader& acquire_reader();
void leave_last_guard(Reader& reader) noexcept;

/// While it lives, nothing is freed that its thread reaches by `protect`. For one operation of a structure; cheap: a
/// load, two stores and no fence where light fences are free. May be nested.
class Guard {
  public:
    Guard() : reader_(this_reader != nullptr ? *this_reader : acquire_reader()) {
        if (reader_.depth++ != 0) return;
        const Era now = era.load(seq_cst);  // a stale era only protects more
        reader_.upper.store(now, relaxed);  // published by the next line: who sees the lower end sees an upper one
        publish(reader_.lower, now);
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() {
        if (--reader_.depth != 0) return;
        reader_.lower.store(Reader::idle, release);  // pairs with the load in is_in_use: this thread's reads are over
        if (reader_.due != nullptr || reader_.of_an_ending_thread) [[unlikely]]
            leave_last_guard(reader_);
    }

    /// The value of a link in a live object. What it points to stays until the Guard is gone, and so does what that
    /// points to by pointers that never change.
    template <class T>
    [[nodiscard]] T protect(const Atomic<T>& link) const noexcept {
        for (;;) {
            // Sequentially consistent: after this reader's ends were published, as RetireList::scan needs it.
            const T value = link.load(seq_cst);
            const Era now = era.load(acquire);  // pairs with no store: it may not be read before the link
            if (now == reader_.upper.load(relaxed)) [[likely]]  // written by this thread alone
                return value;
            publish(reader_.upper, now);
        }
    }
    [[nodiscard]] Reader& reader() const noexcept { return reader_; }

  private:
    static void publish(Atomic<Era>& end, Era value) noexcept {
        if (platform::fences_are_asymmetric()) [[likely]] {
            end.store(value, release);  // pairs with the load in is_in_use
            platform::light_fence();    // pairs with the heavy_fence in scan
        } else {
            end.store(value, seq_cst);
        }
    }

    Reader& reader_;
};

/// What a structure has taken out of itself and cannot free yet. Its parts are for different threads.
class alignas(cache_line) RetireList {
  public:
    RetireList() = default;
    RetireList(const RetireList&) = delete;
    RetireList& operator=(const RetireList&) = delete;
    /// Releases all that is left: the structure is being destroyed, nobody reads it.
    ~RetireList();

    /// Takes over an object that no new reader can find any more. Under a Guard. Allocates nothing.
    void retire(Retired& object, const Guard& guard) noexcept;

    /// How many objects wait. For tests and telemetry.
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.load(relaxed); }  // a number by itself

    /// Frees what nobody can be reading. What readers may still hold stays for the next time.
    void scan() noexcept;

    /// So many retirements make an era, and so many, beyond those that had to stay, a scan.
    static constexpr std::size_t retirements_an_era = 32;
    static constexpr std::size_t retirements_a_scan = 128;

  private:
    void push(Retired& first, Retired& last) noexcept;

    Atomic<Retired*> head_{nullptr};
    Atomic<std::size_t> waiting_{0};
    Atomic<std::size_t> limit_{retirements_a_scan};
};

inline Retired::Retired(Release* release_function) noexcept
    : birth(era.load(acquire)),  // not after the object's publication, which is a release
      release(release_function) {}

}  // namespace grainscope::detail
