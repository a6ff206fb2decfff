// clap_event: the same, but each clap lets the others go on, and the end is an
// event.
//
//     build/bin/clap_event --ms 50
#include "06-coroutines/clap.hpp"

//> clap
static task<void> applause(hands& ours) {
    while (!ours.asleep) {
        ++ours.claps;
        co_await sleep_for(std::chrono::milliseconds(1));
    }
}
//< clap

int main(int argc, char** argv) try {
    return clap_until_asleep(argc, argv, "clap_event", applause, false);
} catch (...) {
    return failed("clap_event");
}
