#include <grainscope/workloads/upload_intake.h>

#include <algorithm>
#include <span>
#include <utility>

#include <grainscope/io/spawn_blocking.h>
#include <grainscope/runtime/blocking.h>

namespace grainscope::workloads {

using grainscope::detail::async::Turnstile;

/// Items that are written together. Whoever began it writes; the others wait at its turnstile until that is done.
struct UploadIntake::Batch {
    std::vector<StoredItem> items;
    std::vector<std::optional<std::string>> errors;
    Turnstile written{1};
};

CallsUnderWay::One::One(CallsUnderWay& calls) : calls_(&calls) {
    const std::lock_guard lock(calls.mutex_);
    ++calls.count_;
}

CallsUnderWay::One::~One() {
    if (calls_ == nullptr) return;
    // Notified under the lock: whoever waits may destroy both as soon as it is free.
    const std::lock_guard lock(calls_->mutex_);
    if (--calls_->count_ == 0) calls_->ended_.notify_all();
}

void CallsUnderWay::wait_for_their_end() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return count_ == 0; });
}

UploadIntake::UploadIntake(UploadStore& store, const SealingKey& key, const IntakeOptions& options)
    : store_(store), key_(key), options_(options), sealing_(std::max<std::size_t>(1, options.sealers)) {}

UploadIntake::SealedItem UploadIntake::seal_item(std::string name, const std::string& bytes) const {
    const platform::Ticks begun = platform::ticks();
    const auto plain = std::as_bytes(std::span(bytes));
    const Checksum checksum = sha256(plain);
    Sealed sealed = seal(plain, name, key_, options_.level);
    if (options_.gate != nullptr) options_.gate->checkpoint(platform::ticks() - begun, options_.cancel);
    return {.item = {.name = std::move(name),
                     .plain_size = bytes.size(),
                     .checksum = checksum,
                     .sealed = std::move(sealed.bytes),
                     .time = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())},
            .blocking_thread = io::blocking_thread_index()};
}

io::Task<UploadIntake::Taken> UploadIntake::take(std::string name, std::string bytes) {
    SealedItem sealed;
    if (options_.offload) {
        const Turnstile::Permit permit = co_await sealing_.permit();
        auto work = [this, call = CallsUnderWay::One(calls_)](std::string own_name, const std::string& own_bytes) {
            return seal_item(std::move(own_name), own_bytes);
        };
        sealed = co_await io::spawn_blocking(std::move(work), std::move(name), std::move(bytes));
    } else {
        sealed = seal_item(std::move(name), bytes);
    }
    Taken taken{.error = std::nullopt,
                .checksum = sealed.item.checksum,
                .sealed_bytes = sealed.item.sealed.size(),
                .blocking_thread = sealed.blocking_thread};
    taken.error = co_await commit(std::move(sealed.item));
    co_return taken;
}

io::Task<std::optional<std::string>> UploadIntake::commit(StoredItem item) {
    const bool begins = open_ == nullptr;
    if (begins) open_ = std::make_shared<Batch>();
    const std::shared_ptr<Batch> batch = open_;
    const std::size_t place = batch->items.size();
    batch->items.push_back(std::move(item));
    if (batch->items.size() == options_.most_in_a_batch) open_ = nullptr;
    {
        // The one that begins it is the first in; the others come in when it has gone.
        const Turnstile::Permit permit = co_await batch->written.permit();
        if (begins) co_await write(batch);
    }
    co_return batch->errors.empty() ? "the commit did not come to its end" : std::move(batch->errors[place]);
}

io::Task<> UploadIntake::write(std::shared_ptr<Batch> batch) {
    const Turnstile::Permit permit = co_await writing_.permit();  // others join meanwhile
    if (open_ == batch) open_ = nullptr;
    auto put = [this, batch, call = CallsUnderWay::One(calls_)] {
        return blocked(trace::State::blocked_io, [&] { return store_.put(batch->items); });
    };
    batch->errors = co_await io::spawn_blocking(std::move(put));
    ++commits_;
}

}  // namespace grainscope::workloads
