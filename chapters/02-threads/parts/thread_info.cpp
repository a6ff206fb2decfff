#include "../thread_info.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

void name_this_thread(const std::string& name) {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
}

std::vector<thread_info> threads_of_this_process() {
    std::vector<thread_info> threads;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/self/task")) {
        // "4711 (name) S ...", and a name may hold blanks and parentheses.
        std::ifstream file(entry.path() / "stat");
        std::string stat;
        std::getline(file, stat, '\0'); // no exception if it has just ended
        const auto first = stat.find('('), last = stat.rfind(')');
        if (last == stat.npos || last + 2 >= stat.size())
            continue; // it has ended since
        threads.push_back({std::stoi(stat),
                           stat.substr(first + 1, last - first - 1),
                           stat[last + 2]});
    }
    std::sort(threads.begin(), threads.end(),
              [initial = ::getpid()](const auto& a, const auto& b) {
                  return std::pair(a.id != initial, a.id)
                         < std::pair(b.id != initial, b.id);
              });
    return threads;
}

char state_of(const std::string& name) {
    for (const thread_info& thread : threads_of_this_process())
        if (thread.name == name)
            return thread.state;
    return '-';
}

void wait_for_state(const std::string& name, char state) {
    while (state_of(name) != state)
        std::this_thread::yield();
}
