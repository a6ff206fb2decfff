// A thread for tests that want another one to sleep first.
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>
#include <thread>

// A thread of which we can say whether it sleeps.
class other_thread {
  public:
    template<class Body>
    explicit other_thread(Body body)
        : thread_([this, body = std::move(body)] {
              id_ = static_cast<pid_t>(::syscall(SYS_gettid));
              id_.notify_all();
              body();
          }) {}

    // Until it waits for something, or has ended. What it waits for first is
    // what is tested; should it ever be something else (a lock of malloc's),
    // then a case makes less of a race than it would like to, and still holds.
    const other_thread& until_asleep() const {
        id_.wait(0);
        const std::string path =
            "/proc/self/task/" + std::to_string(id_) + "/stat";
        for (;;) {
            std::string text;
            std::getline(std::ifstream(path), text);
            const auto after = text.rfind(") ");
            if (after == text.npos || text[after + 2] == 'S')
                return *this;
            std::this_thread::sleep_for(std::chrono::microseconds(10));
        }
    }
    void join() { thread_.join(); }

  private:
    std::atomic<pid_t> id_ = 0;
    std::jthread thread_;
};
