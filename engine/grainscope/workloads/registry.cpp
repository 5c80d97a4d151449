#include <algorithm>
#include <stdexcept>

#include <grainscope/backends/nearest_name.h>
#include <grainscope/workloads/workload.h>

namespace grainscope::workloads {

Registry& Registry::instance() {
    static Registry registry;  // built by the first Registration, whichever file it stands in
    return registry;
}

void Registry::add(Entry entry) {
    const auto place =
        std::ranges::lower_bound(entries_, entry.description.name, {},
                                 [](const Entry& present) -> const std::string& { return present.description.name; });
    if (place != entries_.end() && place->description.name == entry.description.name)
        throw std::logic_error("two workloads are called \"" + entry.description.name + "\"");
    entries_.insert(place, std::move(entry));
}

std::span<const Registry::Entry> Registry::entries() const { return entries_; }

const Registry::Entry* Registry::find(std::string_view name) const {
    const auto place = std::ranges::find(entries_, name,
                                         [](const Entry& entry) -> std::string_view { return entry.description.name; });
    return place == entries_.end() ? nullptr : &*place;
}

std::string Registry::nearest(std::string_view name) const {
    std::vector<std::string> names;
    for (const Entry& entry : entries_) names.push_back(entry.description.name);
    return backends::nearest_name(name, names);
}

Registration::Registration(Description description, std::function<std::unique_ptr<Workload>()> create) {
    Registry::instance().add({std::move(description), std::move(create)});
}

}  // namespace grainscope::workloads
