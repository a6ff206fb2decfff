// spinner_coroutine: a task turns a spinner while another one waits, in the
// same thread. Cancelling stops it.
//
//     build/bin/spinner_coroutine --ms 300
#include "spinner.hpp"
#include "task_group.hpp"

//> supervisor
static task<int> slow(std::int64_t ms) {
    co_await sleep_for(std::chrono::milliseconds(ms)); // waits for somebody
    co_return 42;
}

static task<int> supervisor(spinner& state, std::int64_t ms) {
    int answer = 0;
    auto body = [&](task_group& group) -> task<void> {
        group.spawn(spin(state), "spinner");
        answer = co_await slow(ms);
        group.cancel(); // the spinner, where it waits for its next frame
    };
    co_await in_group(body);
    co_return answer;
}
//< supervisor

int main(int argc, char** argv) try {
    spinner state;
    std::int64_t ms = 300;
    cli("spinner_coroutine", "Waits while a task turns a spinner.")
        .number("ms", ms, 1, 60'000, "to wait")
        .number("interval-us", state.interval_us, 100, 10'000'000,
                "between frames")
        .parse(argc, argv);
    fmt::print("{} ms of waiting, a frame every {} us\n", ms,
               state.interval_us);
    const stopwatch clock;
    const int answer = event_loop().run(supervisor(state, ms));
    const double seconds = clock.seconds();
    fmt::print("frames: {}\nframes_per_s: {:.1f}\nlongest_ms: {:.1f}\n",
               state.frames, double(state.frames) / seconds, state.longest_ms);
    print_coroutine_frames();
    return finish(answer, 42);
} catch (...) {
    return failed("spinner_coroutine");
}
