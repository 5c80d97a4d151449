#include <grainscope/study/picture.h>

#include <nlohmann/json.hpp>

namespace grainscope::study {

std::string picture_json(const workloads::Picture& picture, const workloads::Values& values) {
    using Json = nlohmann::ordered_json;
    const workloads::Picture::Extent extent = picture.extent_of(values);
    const bool grid = picture.shape == workloads::Picture::Shape::grid;
    const Json json{{"shape", grid ? "grid" : "bars"}, {"columns", extent.columns},    {"rows", extent.rows},
                    {"remark", picture.remark},        {"position", picture.position}, {"value", picture.value}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string diagram_json(const workloads::Diagram& diagram) {
    using Json = nlohmann::ordered_json;
    Json stages = Json::array(), channels = Json::array();
    for (const auto& stage : diagram.stages) {
        stages.push_back(
            {{"name", stage.name}, {"first_row", stage.first_row}, {"rows", stage.rows}, {"selects", stage.selects}});
    }
    for (const auto& channel : diagram.channels) {
        channels.push_back({{"name", channel.name},
                            {"from", channel.from ? Json(*channel.from) : Json()},
                            {"to", channel.to},
                            {"capacity", channel.capacity ? Json(*channel.capacity) : Json()}});
    }
    const Json json{{"stages", std::move(stages)}, {"channels", std::move(channels)}, {"message", diagram.message}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string rows_json(const std::vector<backends::RowGroup>& groups) {
    using Json = nlohmann::ordered_json;
    Json json = Json::array();
    for (const backends::RowGroup& group : groups) json.push_back({{"name", group.name}, {"rows", group.rows}});
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace grainscope::study
