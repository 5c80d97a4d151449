// scope: tasks that spawn tasks, without end until there is nothing left to do; scope returns when the last one has
// ended. Each task fills one run of floor and spawns a task for every run that touches it above and below. Two tasks
// may reach the same run; who first marks its leftmost cell gets it. Smith: "Tint Fill" (SIGGRAPH 1979) fills by runs,
// with a stack where this program has the scope.
//
//     flood_fill [size]
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <grainscope/runtime/scope.h>

namespace {

class Cave {
  public:
    /// A square of floor and boulders, walled in.
    explicit Cave(std::size_t size) : size_(size), is_rock_(size * size), is_wet_(size * size) {
        std::mt19937 random(1);
        for (std::size_t cell = 0; cell < is_rock_.size(); ++cell) {
            const std::size_t row = cell / size, column = cell % size;
            const bool edge = row == 0 || column == 0 || row + 1 == size || column + 1 == size;
            is_rock_[cell] = edge || random() % 10 < 3;
        }
        is_rock_[spring()] = false;
    }
    /// A floor cell in the middle.
    [[nodiscard]] std::size_t spring() const { return size_ * (size_ / 2) + size_ / 2; }
    /// Fills the run that `cell` belongs to, and all that can be reached from there.
    void fill_from(grainscope::Scope& scope, std::size_t cell) {
        if (is_rock_[cell]) return;
        while (!is_rock_[cell - 1]) --cell;
        if (is_wet_[cell].exchange(true)) return;  // somebody else has this run
        for (; !is_rock_[cell]; ++cell) {
            is_wet_[cell] = true;
            for (const std::size_t neighbour : {cell - size_, cell + size_}) {
                if (is_rock_[neighbour] || is_wet_[neighbour]) continue;
                scope.spawn([this, neighbour](grainscope::Scope& s) { fill_from(s, neighbour); });
            }
        }
    }
    [[nodiscard]] std::size_t wet_cells() const {
        return static_cast<std::size_t>(std::ranges::count_if(is_wet_, [](const auto& wet) { return wet.load(); }));
    }
    /// The same number, by one thread with a stack.
    [[nodiscard]] std::size_t reachable_from(std::size_t start) const {
        std::vector<char> seen = is_rock_;
        std::vector<std::size_t> pending{start};
        std::size_t reached = 0;
        while (!pending.empty()) {
            const std::size_t cell = pending.back();
            pending.pop_back();
            if (seen[cell]) continue;
            seen[cell] = true;
            ++reached;
            for (const std::size_t next : {cell - 1, cell + 1, cell - size_, cell + size_}) pending.push_back(next);
        }
        return reached;
    }

  private:
    std::size_t size_;
    std::vector<char> is_rock_;
    std::vector<std::atomic<bool>> is_wet_;
};

}  // namespace

int main(int argc, char** argv) {
    const std::size_t size = std::max<std::size_t>(3, argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200);
    Cave cave(size);
    grainscope::scope([&](grainscope::Scope& s) { cave.fill_from(s, cave.spring()); });
    std::printf("%zu of %zu cells are under water\n", cave.wet_cells(), size * size);

    if (const std::size_t expected = cave.reachable_from(cave.spring()); cave.wet_cells() != expected) {
        std::fprintf(stderr, "flood_fill: one thread fills %zu cells\n", expected);
        return 1;
    }
    return 0;
}
