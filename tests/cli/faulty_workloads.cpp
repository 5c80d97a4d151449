// Workloads that go wrong on request. They are linked into a program of the tests' own, never into the product.
#include <stdexcept>
#include <string>

#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {
namespace {

/// From the `fails-at`-th run on (counting from 0, warm-up included) the answer is wrong, or the run throws.
class Faulty final : public Workload {
  public:
    [[nodiscard]] std::expected<void, Failure> prepare(const Values& values, std::uint64_t) override {
        (void)update(values);
        return {};
    }
    [[nodiscard]] bool update(const Values& values) override {
        figures_ = std::get<std::int64_t>(values.at("figures"));
        fails_at_ = std::get<std::int64_t>(values.at("fails-at"));
        how_ = std::get<std::string>(values.at("how"));
        return true;
    }
    void reset(RunContext&) override {}
    void run(backends::Backend&, RunContext&) override {
        fails_ = runs_++ >= fails_at_;
        if (fails_ && how_ == "throws") throw std::runtime_error("the disk is made of cheese");
    }
    [[nodiscard]] std::expected<void, std::string> check() override {
        if (fails_) return std::unexpected("2 + 2 is 4, got 5");
        return {};
    }
    [[nodiscard]] double items() const override { return 1; }
    [[nodiscard]] std::vector<ItemFailure> item_failures() const override {
        if (how_ == "items") return {{"a.jpg", "it is no picture"}, {"b.jpg", "it is empty"}};
        return {};
    }

    /// Of run r (counting from 0): r kilobytes, r microseconds, then plain numbers.
    [[nodiscard]] std::vector<Figure> figures() const override {
        std::vector<Figure> figures;
        const auto run = static_cast<double>(runs_ - 1);
        if (figures_ > 0) figures.push_back({"peak_memory_bytes", "Peak memory", "bytes", 1000 * run});
        if (figures_ > 1) figures.push_back({"latency_ns", "Latency", "ns", 1000 * run});
        for (std::int64_t i = 2; i < figures_; ++i)
            figures.push_back({"plain_" + std::to_string(i), "Plain " + std::to_string(i), "", static_cast<double>(i)});
        return figures;
    }

  private:
    std::int64_t fails_at_ = 0, runs_ = 0, figures_ = 0;
    std::string how_;
    bool fails_ = false;
};

Description describe() {
    Description description{.name = "faulty",
                            .title = "Faulty",
                            .category = "Tests",
                            .summary = "Goes wrong on request",
                            .parameters = {},
                            .backends = {"grainscope", "sequential"}};
    description.parameters.push_back({.name = "fails-at",
                                      .label = "Fails at",
                                      .help = "",
                                      .unit = "",
                                      .default_value = std::int64_t{0},
                                      .minimum = 0,
                                      .maximum = 1e9,
                                      .choices = {}});
    description.parameters.push_back({.name = "figures",
                                      .label = "Figures",
                                      .help = "",
                                      .unit = "",
                                      .default_value = std::int64_t{0},
                                      .minimum = 0,
                                      .maximum = 10,
                                      .choices = {}});
    description.parameters.push_back({.name = "how",
                                      .label = "How",
                                      .help = "",
                                      .unit = "",
                                      .kind = Parameter::Kind::choice,
                                      .default_value = std::string("wrong"),
                                      .choices = {{"wrong", "Wrong"}, {"throws", "Throws"}, {"items", "Items"}}});
    return description;
}

const Registration faulty{describe(), [] { return std::make_unique<Faulty>(); }};

}  // namespace
}  // namespace grainscope::workloads
