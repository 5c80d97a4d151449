#include <grainscope/trace/task_tree.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <vector>

namespace grainscope::trace {
namespace {

constexpr std::size_t no_task = std::numeric_limits<std::size_t>::max();

/// A path through the tree, with and without the burden of its forks. In floating point: sums of a hostile recording's
/// times may exceed 64 bits.
struct Path {
    double span = 0, burdened = 0;
    void advance(double time) {
        span += time;
        burdened += time;
    }
};

struct Node {
    const TaskSpan* task = nullptr;
    std::vector<std::size_t> children;  ///< by begin
    std::vector<TimeRange> inside;      ///< by begin, disjoint: stretches of its time that are not its own
    Path path;                          ///< from its begin to the end of all it forked
    Path before;                        ///< its parent's path up to where it was forked
};

Path longer(Path a, Path b) { return {std::max(a.span, b.span), std::max(a.burdened, b.burdened)}; }

bool is_join_half(const TaskSpan& task) { return (task.flags & task_is_spawned) == 0; }
bool is_right_half(const TaskSpan& task) { return is_join_half(task) && (task.flags & task_is_right) != 0; }

class Tree {
  public:
    /// False if the tasks are not one whole tree.
    [[nodiscard]] bool build(const Recording& recording, TimeRange range) {
        for (const WorkerTrack& track : recording.workers) {
            const std::size_t first_of_worker = nodes_.size();
            const auto first = std::ranges::upper_bound(track.tasks, range.begin, {}, &TaskSpan::end);
            for (auto task = first; task != track.tasks.end() && task->end <= range.end; ++task) {
                if (task->begin >= range.begin) nodes_.emplace_back().task = &*task;
            }
            if (nodes_.size() != first_of_worker) find_what_is_inside(track, first_of_worker);
        }
        return !nodes_.empty() && link();
    }

    [[nodiscard]] std::optional<WorkAndSpan> measure() {
        if (!order_children_first()) return std::nullopt;
        double work = 0;
        for (const std::size_t i : order_) work += measure(nodes_[i]);
        const Path root = walk(roots_, nullptr);
        return WorkAndSpan{rounded(work), rounded(root.span), rounded(root.burdened)};
    }

  private:
    static Nanoseconds rounded(double ns) { return static_cast<Nanoseconds>(std::llround(std::min(ns, 0x1p62))); }

    /// Tasks of one worker nest. A task that lies inside another, and a state other than busy, take the innermost task
    /// around them out of its own time.
    void find_what_is_inside(const WorkerTrack& track, std::size_t first_of_worker) {
        struct Interval {
            Nanoseconds begin, end;
            std::size_t node;  ///< no_task: the worker was not busy
        };
        std::vector<Interval> intervals;
        TimeRange extent{std::numeric_limits<Nanoseconds>::max(), 0};
        for (std::size_t i = first_of_worker; i < nodes_.size(); ++i) {
            const TaskSpan& task = *nodes_[i].task;
            intervals.push_back({task.begin, task.end, i});
            extent = {std::min(extent.begin, task.begin), std::max(extent.end, task.end)};
        }
        for (const StateSpan& span : states_in(track, extent)) {
            if (span.state != State::busy) intervals.push_back({span.begin, span.end, no_task});
        }
        // Of intervals that begin together the longer is outside; of equal ones the task that ended later.
        std::ranges::stable_sort(intervals, [](const Interval& a, const Interval& b) {
            if (a.begin != b.begin) return a.begin < b.begin;
            if (a.end != b.end) return a.end > b.end;
            return a.node != no_task && b.node != no_task && a.node > b.node;
        });
        std::vector<Interval> open;
        for (const Interval& interval : intervals) {
            while (!open.empty() && open.back().end <= interval.begin) open.pop_back();
            if (!open.empty() && open.back().node != no_task) {
                nodes_[open.back().node].inside.push_back({interval.begin, std::min(interval.end, open.back().end)});
            }
            open.push_back(interval);
        }
    }

    [[nodiscard]] bool link() {
        by_id_.reserve(nodes_.size());
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i].task->id == 0 || !by_id_.emplace(nodes_[i].task->id, i).second) return false;
        }
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            if (nodes_[i].task->parent == 0) {
                roots_.push_back(i);
                continue;
            }
            const auto parent = by_id_.find(nodes_[i].task->parent);
            if (parent == by_id_.end()) return false;
            nodes_[parent->second].children.push_back(i);
        }
        const auto by_begin = [this](std::size_t a, std::size_t b) {
            return nodes_[a].task->begin < nodes_[b].task->begin;
        };
        std::ranges::stable_sort(roots_, by_begin);
        for (Node& node : nodes_) std::ranges::stable_sort(node.children, by_begin);
        return true;
    }

    /// False if there is a circle. Without recursion: a chain of a million forks is no deeper than a loop.
    [[nodiscard]] bool order_children_first() {
        order_ = roots_;
        for (std::size_t next = 0; next < order_.size(); ++next) {
            const Node& node = nodes_[order_[next]];
            order_.insert(order_.end(), node.children.begin(), node.children.end());
        }
        std::ranges::reverse(order_);
        return order_.size() == nodes_.size();
    }

    /// The task's own time; sets its span. Its children have theirs.
    double measure(Node& node) {
        // The time between the fork and the end of a join is its halves' time, the wait for a stolen half included.
        for (const std::size_t child : node.children) {
            const TaskSpan& half = *nodes_[child].task;
            if (is_join_half(half)) node.inside.push_back({half.begin, half.end});
        }
        for (const std::size_t child : node.children) {
            const TaskSpan& right = *nodes_[child].task;
            if (!is_right_half(right)) continue;
            if (const TaskSpan* left = left_half_of(right); left != nullptr && left->begin < right.end) {
                node.inside.push_back({left->begin, right.end});
            }
        }
        unite(node.inside);
        const double own = own_time(node, node.task->begin, node.task->end);
        node.path = node.children.empty() ? Path{own, own} : walk(node.children, &node);
        return own;
    }

    static void unite(std::vector<TimeRange>& ranges) {
        std::ranges::sort(ranges, {}, &TimeRange::begin);
        std::vector<TimeRange> united;
        for (const TimeRange& range : ranges) {
            if (!united.empty() && range.begin <= united.back().end) {
                united.back().end = std::max(united.back().end, range.end);
            } else {
                united.push_back(range);
            }
        }
        ranges = std::move(united);
    }

    /// The two halves of a join have neighbouring names, the left one first.
    [[nodiscard]] const TaskSpan* left_half_of(const TaskSpan& right) const {
        const auto left = by_id_.find(right.id - 1);
        if (left == by_id_.end()) return nullptr;
        const TaskSpan* const task = nodes_[left->second].task;
        return task->parent == right.parent && is_join_half(*task) ? task : nullptr;
    }

    /// Follows the forker's time from event to event: its own time and what was forked from it. forker is null for the
    /// root, which has no time of its own.
    [[nodiscard]] Path walk(const std::vector<std::size_t>& children, const Node* forker) {
        struct Moment {
            Nanoseconds at;
            bool ends;
            std::size_t child;
        };
        std::vector<Moment> moments;
        moments.reserve(children.size() * 2);
        for (const std::size_t child : children) {
            moments.push_back({nodes_[child].task->begin, false, child});
            moments.push_back({nodes_[child].task->end, true, child});
        }
        // What ends at a moment ends before what begins there, unless it has no length.
        std::ranges::stable_sort(moments, [this](const Moment& a, const Moment& b) {
            if (a.at != b.at) return a.at < b.at;
            const auto late_end = [this](const Moment& m) { return m.ends && nodes_[m.child].task->begin == m.at; };
            return (a.ends && !late_end(a)) > (b.ends && !late_end(b));
        });

        struct Fork {
            std::uint64_t id;
            Path before;  ///< the path up to where it was forked
        };
        std::vector<Fork> forks;  // of children seen, by id
        Path path;
        Nanoseconds now = forker == nullptr ? 0 : forker->task->begin;
        const auto advance_to = [&](Nanoseconds at) {
            if (forker == nullptr || at <= now) return;
            path.advance(own_time(*forker, now, std::min(at, forker->task->end)));
            now = at;
        };
        for (const Moment& moment : moments) {
            advance_to(moment.at);
            Node& child = nodes_[moment.child];
            if (moment.ends) {
                const double burden = is_join_half(*child.task) && !is_right_half(*child.task) ? 0.0 : fork_burden_ns;
                path = longer(
                    path, {child.before.span + child.path.span, child.before.burdened + child.path.burdened + burden});
                continue;
            }
            // Whatever was forked later than this child, but has been seen before it, ran beside it. The left half of
            // its own join has the name before its own.
            const std::uint64_t id = is_right_half(*child.task) ? child.task->id - 1 : child.task->id;
            child.before = path;
            while (forker != nullptr && !forks.empty() && forks.back().id >= id) {
                child.before = forks.back().before;
                forks.pop_back();
            }
            forks.push_back({id, child.before});
        }
        if (forker != nullptr) advance_to(forker->task->end);
        return path;
    }

    /// How much of [begin, end) the task worked itself.
    [[nodiscard]] static double own_time(const Node& node, Nanoseconds begin, Nanoseconds end) {
        if (end <= begin) return 0;
        double own = static_cast<double>(end - begin);
        auto inside = std::ranges::upper_bound(node.inside, begin, {}, &TimeRange::end);
        for (; inside != node.inside.end() && inside->begin < end; ++inside) {
            own -= static_cast<double>(std::min(inside->end, end) - std::max(inside->begin, begin));
        }
        return std::max(own, 0.0);
    }

    std::vector<Node> nodes_;
    std::unordered_map<std::uint64_t, std::size_t> by_id_;
    std::vector<std::size_t> roots_;
    std::vector<std::size_t> order_;
};

bool dropped_in(const WorkerTrack& track, TimeRange range) {
    const auto dropped_by = [&](Nanoseconds at) {
        const auto sample = std::ranges::lower_bound(track.samples, at, {}, &WorkerSample::at);
        if (sample != track.samples.end()) return sample->dropped_events;
        return track.samples.empty() ? 0 : track.samples.back().dropped_events;
    };
    const auto before = std::ranges::upper_bound(track.samples, range.begin, {}, &WorkerSample::at);
    const std::uint64_t at_begin = before == track.samples.begin() ? 0 : (before - 1)->dropped_events;
    return dropped_by(range.end) != at_begin;
}

}  // namespace

std::optional<WorkAndSpan> work_and_span(const Recording& recording, TimeRange range) {
    for (const WorkerTrack& track : recording.workers) {
        if (dropped_in(track, range)) return std::nullopt;
    }
    Tree tree;
    if (!tree.build(recording, range)) return std::nullopt;
    return tree.measure();
}

}  // namespace grainscope::trace
