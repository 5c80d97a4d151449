// What can be launched. A workload is one file in this folder: it describes its parameters, makes its data, runs, and
// checks its own answer. It registers itself; no other file names it.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <grainscope/backends/backend.h>
#include <grainscope/backends/crew.h>
#include <grainscope/runtime/cancellation.h>
#include <grainscope/trace/channel_board.h>
#include <grainscope/trace/data_board.h>
#include <grainscope/workloads/diagram.h>

namespace grainscope::workloads {

/// A parameter's value. Counts are std::int64_t.
using Value = std::variant<std::int64_t, double, bool, std::string>;
using Values = std::map<std::string, Value, std::less<>>;

struct Choice {
    std::string name;   ///< what the command line takes
    std::string label;  ///< what the window shows
};

/// One knob. `name` is for the command line, `label` and `unit` for people.
struct Parameter {
    enum class Kind { integer, real, boolean, choice, file };
    /// What a file is for, so that a window can ask for the right one: opened ones exist, saved ones need not.
    enum class Path { open_file, save_file, open_folder, save_folder, open_file_or_folder };
    std::string name;
    std::string label;
    std::string help;
    std::string unit;
    Kind kind = Kind::integer;
    Path path = Path::open_file;  ///< file
    Value default_value;
    double minimum = 0, maximum = 0;  ///< integer and real
    bool logarithmic = false;         ///< a slider for it has a logarithmic scale
    bool live = true;                 ///< may change while a run loops
    bool tunable = false;             ///< a threshold: worth a sweep
    std::vector<Choice> choices;
};

/// What the slots of a run's board stand for, and in what shape they lie: a row of bars, or a grid of pixels.
struct Picture {
    enum class Shape { bars, grid };
    /// The board has columns * rows slots, row by row, and no more than trace::format::most_slots.
    struct Extent {
        std::size_t columns = 512;
        std::size_t rows = 1;
        [[nodiscard]] std::size_t slots() const { return columns * rows; }
        friend bool operator==(const Extent&, const Extent&) = default;
    };
    Shape shape = Shape::bars;
    /// What the window says beside it, and the words for a slot and for what its height or brightness tells.
    std::string remark = "each bar in the colour of the worker that last moved it";
    std::string position = "position";
    std::string value = "value";
    std::function<Extent(const Values&)> extent;  ///< of the picture of these values; null: one row of 512
    [[nodiscard]] Extent extent_of(const Values& values) const { return extent ? extent(values) : Extent(); }
};

struct Description {
    std::string name;      ///< "quicksort"
    std::string title;     ///< "Quicksort"
    std::string category;  ///< "Sorting"
    std::string summary;   ///< one sentence
    std::vector<Parameter> parameters;
    std::vector<std::string> backends;  ///< those it can run on, whether or not this build has them
    Picture picture = {};
    /// The stages and channels of a run of these values on so many threads; null: it has none.
    std::function<Diagram(const Values&, std::size_t threads)> diagram = {};
    /// How many threads a run of these values has where nobody says; null: one a core.
    std::function<std::size_t(const Values&)> default_threads = {};
    /// The kinds of threads of a run of these values on the backend `grainscope`, which is a backends::CrewBackend
    /// then; null: so many workers and nothing else.
    std::function<backends::Crew(const Values&, std::size_t threads)> crew = {};
};

/// One line for the user: what was wrong, and what would be right.
struct Failure {
    enum class Kind { command_line, file, memory, failed };  ///< exit status 2, 3, 1, 1
    Kind kind = Kind::failed;
    std::string message;
};

/// An item of the user's that failed by itself; the run stands.
struct ItemFailure {
    std::string item;
    std::string error;
};

/// What a run tells besides its time.
struct Figure {
    std::string name;   ///< for scripts, with its unit: "peak_memory_bytes"
    std::string label;  ///< for people: "Peak memory"
    std::string unit;   ///< "bytes", "ns", "" for a number
    double value = 0;
};

/// The gate that a demonstration passes at the end of every task: here it is slowed down, paused, stepped or cancelled.
/// `checkpoint` is one relaxed load when nothing is asked of it.
class Gate;

/// What a run may touch besides its data.
struct RunContext {
    CancellationToken cancel;                 ///< leaves poll it
    trace::DataBoard* board = nullptr;        ///< null: nobody watches
    trace::ChannelBoard* channels = nullptr;  ///< null: nobody watches, or the run has no diagram
    Gate* gate = nullptr;                     ///< null: an ordinary timed run
};

/// One prepared workload. The runner calls prepare once, then for every repetition reset (untimed), run (timed) and
/// check (untimed).
class Workload {
  public:
    virtual ~Workload() = default;
    /// Makes or reads the data. May take its time; no backend is running.
    [[nodiscard]] virtual std::expected<void, Failure> prepare(const Values& values, std::uint64_t seed) = 0;
    /// A parameter changed that does not change the data (Parameter::live). Returns false if prepare is needed again.
    [[nodiscard]] virtual bool update(const Values& values) = 0;
    /// Puts the data back to its beginning, and the board to its first picture.
    virtual void reset(RunContext& context) = 0;
    virtual void run(backends::Backend& backend, RunContext& context) = 0;
    /// Whether the answer is right; false with a line that says what was wrong.
    [[nodiscard]] virtual std::expected<void, std::string> check() = 0;
    /// How many items one run works through (for items_per_second).
    [[nodiscard]] virtual double items() const = 0;
    /// Writes the user's output file (`-p output=`), if one was asked for. Called once, after the last repetition.
    [[nodiscard]] virtual std::expected<void, Failure> write_output() { return {}; }
    [[nodiscard]] virtual std::vector<ItemFailure> item_failures() const { return {}; }
    /// Of the last run that ended.
    [[nodiscard]] virtual std::vector<Figure> figures() const { return {}; }
    /// What the user should know about how the last run was done, a line each: a limit of the system that capped it.
    [[nodiscard]] virtual std::vector<std::string> remarks() const { return {}; }
};

/// The list of all workloads in this program, by name.
class Registry {
  public:
    struct Entry {
        Description description;
        std::function<std::unique_ptr<Workload>()> create;
    };
    static Registry& instance();
    void add(Entry entry);
    [[nodiscard]] std::span<const Entry> entries() const;
    [[nodiscard]] const Entry* find(std::string_view name) const;
    /// The known name nearest to a misspelt one (edit distance), for error messages.
    [[nodiscard]] std::string nearest(std::string_view name) const;

  private:
    std::vector<Entry> entries_;
};

/// `static const Registration quicksort{description(), [] { return std::make_unique<Quicksort>(); }};`
struct Registration {
    Registration(Description description, std::function<std::unique_ptr<Workload>()> create);
};

/// Checks names, types and ranges and fills in defaults; the message names the nearest parameter or the range.
[[nodiscard]] std::expected<Values, Failure> parse_values(const Description& description,
                                                          std::span<const std::pair<std::string, std::string>> given);
/// One value of one parameter, from text ("10M", "1e7", "true", "median3").
[[nodiscard]] std::expected<Value, Failure> parse_value(const Parameter& parameter, std::string_view text);
[[nodiscard]] std::string to_string(const Value& value);

}  // namespace grainscope::workloads
