// generator: a function that gives a value, is suspended, and goes on when the
// next one is asked for; beside a task, which waits for others.
//
//     build/bin/generator --values 10
#include "frames.hpp"

#include "common/cli.hpp"

#include "event_loop.hpp"

//> generator
// (std::generator is C++23.)
class generator {
  public:
    struct promise_type {
        generator get_return_object() { return generator(*this); }
        std::suspend_always initial_suspend() const { return {}; }
        std::suspend_always final_suspend() const noexcept { return {}; }
        std::suspend_always yield_value(std::int64_t next) {
            value = next;
            return {};
        }
        void return_void() const {}
        void unhandled_exception() { throw; } // to who asked
        std::int64_t value = 0;
    };
    explicit generator(promise_type& promise)
        : frame_(handle::from_promise(promise)) {}
    generator(generator&& other) noexcept
        : frame_(std::exchange(other.frame_, {})) {}
    ~generator() {
        if (frame_)
            frame_.destroy();
    }

    std::optional<std::int64_t> next() {
        if (!frame_.done())
            frame_.resume();
        if (frame_.done())
            return std::nullopt;
        return frame_.promise().value;
    }

  private:
    using handle = std::coroutine_handle<promise_type>;
    handle frame_;
};
//< generator

//> fibonacci
static generator fibonacci(std::int64_t values) {
    std::int64_t a = 0, b = 1;
    for (std::int64_t i = 0; i < values; ++i) {
        co_yield a;
        a = std::exchange(b, a + b);
    }
}

static task<void> add_up(std::int64_t values, std::int64_t& sum) {
    generator numbers = fibonacci(values);
    while (const auto number = numbers.next()) {
        sum += *number;
        co_await next_turn(); // a generator cannot do this
    }
}
//< fibonacci

int main(int argc, char** argv) try {
    std::int64_t values = 10;
    cli("generator", "Adds up the Fibonacci numbers of a generator.")
        .number("values", values, 1, 90, "to add")
        .parse(argc, argv);
    fmt::print("a task adds the first {} values of a generator\n", values);
    std::int64_t sum = 0;
    event_loop().run(add_up(values, sum));
    print_coroutine_frames();
    std::int64_t a = 0, b = 1; // their sum is the next but one, less 1
    for (std::int64_t i = 0; i < values; ++i)
        a = std::exchange(b, a + b);
    return finish(sum, b - 1);
} catch (...) {
    return failed("generator");
}
