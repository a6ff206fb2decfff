// random_seeded: three children draw a random number each, and seed the
// generator that they got by fork with a number of their own first.
//
//     build/bin/random_seeded
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <random>
#include <set>

int main(int argc, char** argv) try {
    cli("random_seeded", "Draws different numbers.").parse(argc, argv);
    fmt::print("3 children, a number each\n");
    const std::uint32_t seed = std::random_device{}();
    std::mt19937 generator(seed);
    pipe_queue<std::uint32_t> numbers;
    std::vector<process> children;
    children.reserve(3);
    //> draw
    for (int child = 0; child < 3; ++child)
        children.emplace_back([&, child] {
            generator.seed(seed + std::uint32_t(child)); // new
            numbers.put(std::uint32_t(generator()));
            return 0;
        });
    //< draw
    numbers.close(); // then get() sees when no child is left
    std::set<std::uint32_t> distinct;
    int answers = 0;
    for (; const auto number = numbers.get(); ++answers)
        distinct.insert(*number);
    if (answers < 3)
        throw std::runtime_error("a child is dead");
    return finish<std::size_t>(distinct.size(), 3);
} catch (...) {
    return failed("random_seeded");
}
