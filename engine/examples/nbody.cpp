// A simulation in steps: all forces first, from positions that nobody changes meanwhile, then all positions. Each
// body's force is added up by one worker in a fixed order, so that the orbits are the same to the last bit on any
// number of threads. The steps are the "leapfrog" of molecular dynamics: Verlet: "Computer Experiments on Classical
// Fluids" (1967).
//
//     nbody [bodies]
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <grainscope/iter/iter.h>

namespace {

struct Vector {
    double x = 0, y = 0;
    friend Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y}; }
    friend Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y}; }
    friend Vector operator*(double s, Vector v) { return {s * v.x, s * v.y}; }
};
struct Body {
    Vector position, velocity;
};
using Bodies = std::vector<Body>;

Vector pull_on(const Body& body, const Bodies& all) {
    Vector sum;
    for (const Body& other : all) {
        const Vector d = other.position - body.position;
        const double squared = d.x * d.x + d.y * d.y + 0.01;  // softened: no pull becomes infinite
        sum = sum + 1 / (squared * std::sqrt(squared)) * d;
    }
    return sum;
}
void move(Body& body, Vector pull, double time) {
    body.velocity = body.velocity + time * pull;
    body.position = body.position + time * body.velocity;
}

void step(Bodies& bodies, double time) {
    const auto pulls = grainscope::par_iter(bodies)
                           .map([&](const Body& body) { return pull_on(body, bodies); })
                           .collect<std::vector>();
    grainscope::par_iter_mut(bodies).zip(pulls).for_each([time](Body& body, Vector pull) { move(body, pull, time); });
}

void step_alone(Bodies& bodies, double time) {
    const Bodies before = bodies;
    for (std::size_t i = 0; i < bodies.size(); ++i) move(bodies[i], pull_on(before[i], before), time);
}

}  // namespace

int main(int argc, char** argv) {
    Bodies bodies(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200);
    std::mt19937 random(1);
    std::uniform_real_distribution<double> place(-10, 10), speed(-1, 1);
    for (Body& body : bodies) body = {{place(random), place(random)}, {speed(random), speed(random)}};
    Bodies expected = bodies;

    for (int i = 0; i < 20; ++i) {
        step(bodies, 0.01);
        step_alone(expected, 0.01);
    }
    const auto distance = [](const Body& body) { return std::hypot(body.position.x, body.position.y); };
    const auto farthest = grainscope::par_iter(bodies).map(distance).max();
    std::printf("of %zu bodies, the farthest is %.3f away\n", bodies.size(), farthest.value_or(0));

    // The compiler may round the two loops differently; no more than that.
    const bool same = grainscope::par_iter(bodies).zip(expected).all([](const Body& a, const Body& b) {
        const Vector d = a.position - b.position;
        return std::hypot(d.x, d.y) < 1e-9;
    });
    if (!same) {
        std::fprintf(stderr, "nbody: one thread finds other orbits\n");
        return 1;
    }
    return 0;
}
