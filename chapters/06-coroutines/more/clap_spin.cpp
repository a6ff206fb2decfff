// clap_spin: broken on purpose. "while not hands.asleep: clap()", the last line
// of the talk. The hands have no time to fall asleep.
//
//     build/bin/clap_spin --ms 50
#include "06-coroutines/clap.hpp"

//> clap
static task<void> applause(hands& ours) {
    const stopwatch clock;
    while (!ours.asleep && 1e3 * clock.seconds() < ours.patience_ms)
        ++ours.claps; // and nobody else runs
    co_return;
}
//< clap

int main(int argc, char** argv) try {
    return clap_until_asleep(argc, argv, "clap_spin", applause, true);
} catch (...) {
    return failed("clap_spin");
}
