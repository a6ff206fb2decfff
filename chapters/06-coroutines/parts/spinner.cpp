#include "../spinner.hpp"

#include "../frames.hpp"
#include "../task_group.hpp"
#include "common/check.hpp"
#include "common/stopwatch.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace {
// Writes down how long it lived, however that ends.
class frame_clock {
  public:
    explicit frame_clock(spinner& state) : state_(state) {}
    frame_clock(const frame_clock&) = delete;
    ~frame_clock() {
        state_.longest_ms = std::max(state_.longest_ms, 1e3 * clock_.seconds());
    }

  private:
    spinner& state_;
    const stopwatch clock_;
};
} // namespace

//> spin
task<void> spin(spinner& state) {
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    for (;;) {
        const frame_clock clock(state);
        co_await sleep_for(std::chrono::microseconds(state.interval_us));
        if (terminal)
            fmt::print(stderr, "\r{} thinking\r", "|/-\\"[state.frames % 4]);
        ++state.frames;
    }
}
//< spin

task<bool> beside_spinner(spinner& state, task<bool> work) {
    bool result = false;
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(spin(state), "spinner");
        co_await next_turn(); // it has begun
        result = co_await std::move(work);
        group.cancel();
    };
    co_await in_group(body);
    co_return result;
}

int time_spinner(spinner& state, task<bool> check) {
    const stopwatch clock;
    const bool is_one =
        event_loop::current().run(beside_spinner(state, std::move(check)));
    const double seconds = clock.seconds();
    fmt::print("prime_ms: {:.1f}\nframes: {}\nframes_per_s: {:.1f}\n"
               "longest_ms: {:.1f}\n",
               1e3 * seconds, state.frames, double(state.frames) / seconds,
               state.longest_ms);
    print_coroutine_frames();
    return finish<std::string>(is_one ? "prime" : "not prime", "prime");
}
