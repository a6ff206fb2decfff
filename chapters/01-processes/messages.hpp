// Messages on a stream. A stream, such as a socket, carries bytes and knows
// nothing of where one message ends; so each is preceded by its length.
#pragma once

#include "common/descriptor.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

inline constexpr std::uint64_t longest_message = 64 << 20;

// Throws length_error for a message that is longer.
void check_length(std::uint64_t bytes);

// Two ends of one connection: what is sent into the one comes out of the other.
// Streams; for messages see socketpair(2).
std::pair<descriptor, descriptor> socket_pair();

class message_stream {
  public:
    explicit message_stream(descriptor socket) : socket_(std::move(socket)) {}
    int socket() const { return socket_.get(); }

    // To be sent by the next flush(). Throws length_error if it is too long.
    void add(std::string_view message);
    // Sends as much as the socket takes, all if it blocks. False: nobody reads.
    bool flush();
    // For poll(): what to wait for.
    short events() const;

    // Receives what is there, or waits for something if the socket blocks.
    // Returns how many bytes (0: none yet), and nothing at the stream's end.
    std::optional<std::size_t> receive();
    // The next message, if it is there as a whole; valid until the next
    // receive(). Throws length_error if what comes cannot be one.
    std::optional<std::string_view> next();

  private:
    descriptor socket_;
    std::string out_, in_;
    std::size_t sent_ = 0, used_ = 0; // so much of out_, of in_
};
