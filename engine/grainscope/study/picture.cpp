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

}  // namespace grainscope::study
