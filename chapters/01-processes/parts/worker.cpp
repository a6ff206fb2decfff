#include "../worker.hpp"

#include "common/check.hpp"

#include <cxxabi.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <typeinfo>

std::string error_text() {
    try {
        throw;
    } catch (const std::exception& error) {
        char* name = abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr,
                                         nullptr);
        std::string text = fmt::format("{}: {}", name, error.what());
        std::free(name);
        return text;
    } catch (...) {
        return "an exception that is not of the standard library";
    }
}

pool_worker::pool_worker(const std::function<void(message_stream&)>& serve,
                         int end_signal, std::pair<descriptor, descriptor> ends)
    : stream(std::move(ends.first)), //
      child(
          [&] {
              ::close(stream.socket());
              serve(*new message_stream(std::move(ends.second)));
              return 0; // and it stays open
          },
          end_signal) {
    parents_own.push_back(stream.socket());
    // The parent waits in process_pool::supervise(), and not for this one.
    check(::fcntl(stream.socket(), F_SETFL, O_NONBLOCK), "fcntl");
}
