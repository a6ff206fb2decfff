#include "../messages.hpp"

#include <fmt/core.h>
#include <sys/socket.h>

#include <cstring>
#include <stdexcept>

void check_length(std::uint64_t bytes) {
    if (bytes > longest_message)
        throw std::length_error(fmt::format(
            "a message of {} bytes, the limit is {}", bytes, longest_message));
}

std::pair<descriptor, descriptor> socket_pair() {
    int ends[2];
    check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
          "socketpair");
    return {descriptor(ends[0]), descriptor(ends[1])};
}

void message_stream::add(std::string_view message) {
    check_length(message.size());
    if (sent_ > out_.size() / 2) { // or out_ could grow for ever
        out_.erase(0, sent_);
        sent_ = 0;
    }
    const std::uint64_t length = message.size();
    out_.append(reinterpret_cast<const char*>(&length), sizeof length);
    out_ += message;
}

bool message_stream::flush() {
    while (sent_ < out_.size()) {
        // NOSIGNAL: the death of the other side is no reason to die.
        const auto sent = ::send(socket(), out_.data() + sent_,
                                 out_.size() - sent_, MSG_NOSIGNAL);
        if (sent >= 0)
            sent_ += static_cast<std::size_t>(sent);
        else if (errno == EAGAIN)
            return true;
        else if (errno != EINTR)
            return false;
    }
    out_.clear();
    sent_ = 0;
    return true;
}

short message_stream::events() const {
    return out_.empty() ? POLLIN : short{POLLIN | POLLOUT};
}

std::optional<std::size_t> message_stream::receive() {
    in_.erase(0, used_); // what next() has given out
    used_ = 0;
    char buffer[65536];
    ssize_t got = 0;
    do
        got = ::recv(socket(), buffer, sizeof buffer, 0);
    while (got == -1 && errno == EINTR);
    if (got == -1 && errno == EAGAIN)
        return 0;
    if (got <= 0)
        return {};
    in_.append(buffer, static_cast<std::size_t>(got));
    return static_cast<std::size_t>(got);
}

std::optional<std::string_view> message_stream::next() {
    const std::string_view rest = std::string_view(in_).substr(used_);
    std::uint64_t length = 0;
    if (rest.size() < sizeof length)
        return {};
    std::memcpy(&length, rest.data(), sizeof length);
    check_length(length);
    if (rest.size() < sizeof length + length)
        return {};
    used_ += sizeof length + length;
    return rest.substr(sizeof length, length);
}
