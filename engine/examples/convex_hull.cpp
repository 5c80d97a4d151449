// Divide and conquer whose dividing is parallel as well: of the points beyond a line, the farthest is a corner of the
// hull; whatever lies inside the triangle is dropped by a filter, and both sides go on by themselves, by join.
// "Quickhull": Eddy: "A New Convex Hull Algorithm for Planar Sets" (1977).
//
//     convex_hull [points]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

struct Point {
    long x, y;
    auto operator<=>(const Point&) const = default;
};
using Points = std::vector<Point>;

/// How far p lies to the left of the way from a to b (times its length): negative to the right, 0 on it.
long leftness(Point a, Point b, Point p) { return (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x); }

Points left_of(Point a, Point b, const Points& points) {
    return grainscope::par_iter(points).filter([=](Point p) { return leftness(a, b, p) > 0; }).collect<std::vector>();
}

/// The corners between a and b, of which all the points are to the left.
Points corners_beyond(Point a, Point b, const Points& points) {
    // Of equally far ones an outermost: one in the middle would be no corner.
    const auto farther = [=](Point p, Point q) {
        return leftness(a, b, p) != leftness(a, b, q) ? leftness(a, b, p) < leftness(a, b, q) : p < q;
    };
    const auto corner = grainscope::par_iter(points).max_by(farther);
    if (!corner) return {};
    auto [before, after] = grainscope::join([&] { return corners_beyond(a, *corner, left_of(a, *corner, points)); },
                                            [&] { return corners_beyond(*corner, b, left_of(*corner, b, points)); });
    before.push_back(*corner);
    before.insert(before.end(), after.begin(), after.end());
    return before;
}

/// The corners of the convex hull, clockwise from the leftmost.
Points convex_hull(const Points& points) {
    if (points.empty()) return {};
    const auto [first, last] = std::ranges::minmax_element(points);
    if (*first == *last) return {*first};
    const Point left = *first, right = *last;
    auto [above, below] = grainscope::join([&] { return corners_beyond(left, right, left_of(left, right, points)); },
                                           [&] { return corners_beyond(right, left, left_of(right, left, points)); });
    above.insert(above.begin(), left);
    above.push_back(right);
    above.insert(above.end(), below.begin(), below.end());
    return above;
}

/// Andrew: "Another Efficient Algorithm for Convex Hulls in Two Dimensions" (1979): both chains, by one sweep each.
Points hull_by_sweeping(Points points) {
    std::ranges::sort(points);
    Points hull;
    for (int sweep = 0; sweep < 2; ++sweep, std::ranges::reverse(points)) {
        const std::size_t base = hull.size();
        for (const Point p : points) {
            while (hull.size() >= base + 2 && leftness(hull[hull.size() - 2], hull.back(), p) >= 0) hull.pop_back();
            hull.push_back(p);
        }
        hull.pop_back();
    }
    return hull;
}

}  // namespace

int main(int argc, char** argv) {
    Points points(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 50'000);
    std::mt19937 random(1);
    std::normal_distribution<double> spread(0, 10'000);
    for (Point& p : points) p = {std::lround(spread(random)), std::lround(spread(random))};

    const Points hull = convex_hull(points);
    std::printf("%zu of %zu points are corners\n", hull.size(), points.size());
    if (points.size() > 1 && hull != hull_by_sweeping(points)) {
        std::fprintf(stderr, "convex_hull: sweeping finds %zu\n", hull_by_sweeping(points).size());
        return 1;
    }
    return 0;
}
