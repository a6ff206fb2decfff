// random_copied: broken on purpose. Three children draw a random number each,
// from copies of one generator: it is the same number three times.
//
//     build/bin/random_copied
#include "01-processes/pipe_queue.hpp"
#include "01-processes/process.hpp"
#include "common/cli.hpp"

#include <random>
#include <set>

int main(int argc, char** argv) try {
    cli("random_copied", "Draws equal numbers; broken on purpose.")
        .parse(argc, argv);
    fmt::print("3 children, a number each\n");
    std::mt19937 generator(std::random_device{}());
    pipe_queue<std::uint32_t> numbers;
    std::vector<process> children;
    children.reserve(3);
    //> draw
    for (int child = 0; child < 3; ++child)
        children.emplace_back([&] {
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
    return finish_broken<std::size_t>(distinct.size(), 3);
} catch (...) {
    return failed("random_copied");
}
