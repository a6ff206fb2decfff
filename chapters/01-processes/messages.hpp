// Messages on a stream. A stream, such as a socket, carries bytes and knows
// nothing of where one message ends; so each is preceded by its length.
#pragma once

#include "common/descriptor.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

inline constexpr std::uint64_t longest_message = 64 << 20;

inline void check_length(std::uint64_t bytes) {
    if (bytes > longest_message)
        throw std::length_error(fmt::format(
            "a message of {} bytes, the limit is {}", bytes, longest_message));
}

class message_stream {
  public:
    explicit message_stream(descriptor socket) : socket_(std::move(socket)) {}
    int socket() const { return socket_.get(); }

    // To be sent by the next flush(). Throws length_error if it is too long.
    void add(std::string_view message) {
        check_length(message.size());
        if (sent_ > out_.size() / 2) { // or out_ could grow for ever
            out_.erase(0, sent_);
            sent_ = 0;
        }
        const std::uint64_t length = message.size();
        out_.append(reinterpret_cast<const char*>(&length), sizeof length);
        out_ += message;
    }
    // Sends as much as the socket takes, all if it blocks. False: nobody reads.
    bool flush() {
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
    // For poll(): what to wait for.
    short events() const {
        return out_.empty() ? POLLIN : short{POLLIN | POLLOUT};
    }

    // Receives what is there, or waits for something if the socket blocks.
    // Returns how many bytes (0: none yet), and nothing at the stream's end.
    std::optional<std::size_t> receive() {
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
    // The next message, if it is there as a whole; valid until the next
    // receive(). Throws length_error if what comes cannot be one.
    std::optional<std::string_view> next() {
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

  private:
    descriptor socket_;
    std::string out_, in_;
    std::size_t sent_ = 0, used_ = 0; // so much of out_, of in_
};
