// Closures of adaptors that throw, at every call: the exception reaches the caller, every object is destroyed exactly
// once, and the pool goes on.
#include <memory>
#include <optional>
#include <vector>

#include "iter_counted.h"

namespace grainscope {
namespace {

using namespace iter_testing;

TEST(IterExceptions, OutOfTheClosuresOfAdaptors) {
    const auto drain = [](const auto& pipeline) { pipeline.for_each([](const auto&) {}); };
    throws_everywhere("map", [&](Fuse& f) { drain(values().map([&](Counted c) { return f.burn(), c; })); });
    throws_everywhere("filter",
                      [&](Fuse& f) { drain(values().filter([&](const Counted& c) { return f.burn(), is_even(c); })); });
    throws_everywhere("filter_map", [&](Fuse& f) {
        drain(values().filter_map([&](Counted c) { return f.burn(), std::optional(std::move(c)); }));
    });
    throws_everywhere("flat_map", [&](Fuse& f) {
        drain(values().flat_map([&](const Counted& c) { return f.burn(), std::vector<Counted>(2, c); }));
    });
    throws_everywhere("inside flat_map", [&](Fuse& f) {
        drain(values().flat_map(
            [&](const Counted&) { return par_range(0, 3).map([&](int i) { return f.burn(), Counted(i); }); }));
    });
    throws_everywhere("flat_map_iter", [&](Fuse& f) {
        drain(values().flat_map_iter([&](const Counted& c) { return f.burn(), std::vector<Counted>(2, c); }));
    });
    throws_everywhere("inspect", [&](Fuse& f) { drain(values().inspect([&](const Counted&) { f.burn(); })); });
    throws_everywhere("update", [&](Fuse& f) { drain(values().update([&](Counted&) { f.burn(); })); });
    throws_everywhere("map_init", [&](Fuse& f) {
        drain(
            values().map_init([&] { return f.burn(), Counted(0); }, [&](Counted&, Counted c) { return f.burn(), c; }));
    });
    throws_everywhere("take_any_while",
                      [&](Fuse& f) { drain(values().take_any_while([&](const Counted&) { return f.burn(), true; })); });
    throws_everywhere("skip_any_while", [&](Fuse& f) {
        drain(values().skip_any_while([&](const Counted& c) { return f.burn(), is_even(c); }));
    });
    throws_everywhere("positions", [&](Fuse& f) {
        drain(values().positions([&](const Counted& c) { return f.burn(), is_even(c); }));
    });
    throws_everywhere("cloned", [&](Fuse& f) {
        const std::vector<Counted> kept(size, Counted(1));
        Counted::copying = &f;
        const std::unique_ptr<void, void (*)(void*)> after(&f, [](void*) { Counted::copying = nullptr; });
        drain(par_iter(kept).with_max_len(2).cloned());
    });
}

TEST(IterExceptions, OutOfWhatMakesOneItemOfMany) {
    const auto keep = [](const auto& pipeline) { static_cast<void>(pipeline.template collect<std::vector>()); };
    throws_everywhere("fold", [&](Fuse& f) {
        keep(values().fold([&] { return f.burn(), Counted(0); },
                           [&](Counted a, const Counted& b) { return f.burn(), Counted(a.checked() + b.checked()); }));
    });
    throws_everywhere("try_fold", [&](Fuse& f) {
        keep(values().try_fold([&] { return f.burn(), Counted(0); },
                               [&](Counted a, const Counted&) { return f.burn(), std::optional(std::move(a)); }));
    });
    throws_everywhere("fold_chunks", [&](Fuse& f) {
        keep(values().fold_chunks(
            3, [&] { return f.burn(), Counted(0); }, [&](Counted a, const Counted&) { return f.burn(), a; }));
    });
    throws_everywhere("chunks", [&](Fuse& f) { keep(values().inspect([&](const Counted&) { f.burn(); }).chunks(5)); });
    throws_everywhere("inclusive_scan", [&](Fuse& f) {
        keep(values().inclusive_scan(
            [&](const Counted& a, const Counted& b) { return f.burn(), Counted(a.checked() + b.checked()); }));
    });
    throws_everywhere("below a scan", [&](Fuse& f) {
        keep(values()
                 .inspect([&](const Counted&) { f.burn(); })
                 .exclusive_scan(Counted(0), [](const Counted& a, const Counted&) { return a; }));
    });
    throws_everywhere("intersperse", [&](Fuse& f) {
        const auto pipeline = values().intersperse(Counted(-1));
        Counted::copying = &f;
        const std::unique_ptr<void, void (*)(void*)> after(&f, [](void*) { Counted::copying = nullptr; });
        keep(pipeline);
    });
}

TEST(IterExceptions, OutOfPipelinesMadeOfTwo) {
    const auto keep = [](const auto& pipeline) { static_cast<void>(pipeline.template collect<std::vector>()); };
    const auto burning = [](Fuse& f) { return values().inspect([&f](const Counted&) { f.burn(); }); };
    throws_everywhere("zip", [&](Fuse& f) { keep(burning(f).zip(burning(f))); });
    throws_everywhere("chain", [&](Fuse& f) { keep(burning(f).chain(burning(f))); });
    throws_everywhere("unindexed chain", [&](Fuse& f) { keep(burning(f).filter(is_even).chain(burning(f))); });
    throws_everywhere("interleave", [&](Fuse& f) { keep(burning(f).interleave(burning(f))); });
    throws_everywhere("rev, step_by, skip", [&](Fuse& f) { keep(burning(f).rev().step_by(2).skip(1)); });
    throws_everywhere("blocks", [&](Fuse& f) { keep(burning(f).by_uniform_blocks(5)); });
}

}  // namespace
}  // namespace grainscope
