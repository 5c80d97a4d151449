#include <grainscope/backends/crew_backend.h>

#include <stdexcept>

namespace grainscope::backends {

namespace {

/// Blocking threads of a runtime whose crew has none: for what its own tasks need, such as the names of hosts.
constexpr std::size_t unseen_blocking_threads = 4;

template <class Part>
Part& existing(const std::unique_ptr<Part>& part, const char* name) {
    if (part == nullptr) throw std::logic_error(std::string("this crew has no ") + name);
    return *part;
}

}  // namespace

std::vector<RowGroup> row_groups(const Crew& crew) {
    std::vector<RowGroup> groups;
    for (auto [name, rows] : {std::pair{"IO thread", crew.io_threads},
                              {"blocking thread", crew.blocking_threads},
                              {"worker", crew.workers},
                              {"thread", crew.brief_threads}})
        if (rows > 0) groups.push_back({name, rows});
    return groups;
}

void JoinedSubject::add(trace::Subject& subject, std::size_t rows) {
    subjects_.push_back(&subject);
    for (std::size_t i = 0; i < rows; ++i) rows_.push_back({&subject, i});
}

trace::WorkerReading JoinedSubject::read_worker(std::size_t index, trace::Ticks now) const {
    return rows_[index].subject->read_worker(rows_[index].index, now);
}

void JoinedSubject::set_trace_level(trace::Level level) {
    for (trace::Subject* subject : subjects_) subject->set_trace_level(level);
}

trace::EventRing* JoinedSubject::ring(std::size_t index) { return rows_[index].subject->ring(rows_[index].index); }

CrewBackend::CrewBackend(const Crew& crew, std::size_t threads) : crew_(crew), threads_(threads) {
    if (crew.blocking_threads > 0 && crew.io_threads == 0)
        throw std::logic_error("a crew with blocking threads has an IO thread that they report to");
    if (crew.io_threads > 0) {
        const std::size_t blocking = crew.blocking_threads > 0 ? crew.blocking_threads : unseen_blocking_threads;
        runtime_ = std::make_unique<io::Runtime>(
            io::RuntimeOptions{.io_threads = crew.io_threads, .blocking_threads = blocking});
        subject_.add(runtime_->trace_subject(), crew.io_threads + crew.blocking_threads);
    }
    if (crew.workers > 0) {
        pool_ = std::make_unique<ThreadPool>(ThreadPoolBuilder().num_threads(crew.workers).build());
        subject_.add(pool_->trace_subject(), crew.workers);
    }
    if (crew.brief_threads > 0) {
        brief_rows_ = std::make_unique<BriefRows>(crew.brief_threads);
        subject_.add(*brief_rows_, crew.brief_threads);
    }
}

std::size_t CrewBackend::worker_index() const noexcept {
    if (pool_ == nullptr) return 0;
    return first_worker_row() + pool_->current_thread_index().value_or(0);
}

io::Runtime& CrewBackend::runtime() { return existing(runtime_, "IO threads"); }
ThreadPool& CrewBackend::pool() { return existing(pool_, "workers"); }
BriefRows& CrewBackend::brief_rows() { return existing(brief_rows_, "threads of its own"); }

CrewBackend& crew_of(Backend& backend) {
    if (auto* crew = dynamic_cast<CrewBackend*>(&backend)) return *crew;
    throw std::logic_error("this backend has workers alone");
}

}  // namespace grainscope::backends
