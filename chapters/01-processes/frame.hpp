// Messages on a stream. A stream, such as a socket, carries bytes and knows
// nothing of where one message ends; a frame says how long it is, and by a
// checksum whether it is one at all.
#pragma once

#include "common/check.hpp"

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

inline constexpr std::size_t longest_frame = 64 << 20;

inline void check_length(std::size_t bytes) {
    if (bytes > longest_frame)
        throw std::length_error(fmt::format(
            "a message of {} bytes, the limit is {}", bytes, longest_frame));
}

struct frame_header {
    std::uint32_t mark = 0x656d7266; // "frme"
    std::uint32_t size = 0;          // of what follows, in bytes
    std::uint64_t checksum = 0;
};

// Every byte changes all bits above it, and by the shift those below: two
// errors do not cancel out as they may in a sum.
inline std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t sum = 0xcbf29ce484222325 + bytes.size();
    for (; !bytes.empty();
         bytes.remove_prefix(std::min<std::size_t>(bytes.size(), sizeof sum))) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data(), std::min(bytes.size(), sizeof word));
        sum = (sum ^ word) * 0x9e3779b97f4a7c15;
        sum ^= sum >> 29;
    }
    return sum;
}

class frame_writer {
  public:
    // Throws length_error if the payload is longer than longest_frame.
    void add(std::string_view payload) {
        check_length(payload.size());
        frame_header header;
        header.size = static_cast<std::uint32_t>(payload.size());
        header.checksum = checksum(payload);
        bytes_.append(reinterpret_cast<const char*>(&header), sizeof header);
        bytes_ += payload;
    }

    // Sends as much as the socket takes; all of it, if that is one that
    // blocks. Returns false if the other side is gone.
    bool flush(int socket) {
        while (!empty()) {
            // NOSIGNAL: the death of the other side is no reason to die.
            const auto sent = ::send(socket, bytes_.data() + sent_,
                                     bytes_.size() - sent_, MSG_NOSIGNAL);
            if (sent >= 0)
                sent_ += static_cast<std::size_t>(sent);
            else if (errno == EAGAIN)
                return true;
            else if (errno != EINTR)
                return false;
        }
        bytes_.clear();
        sent_ = 0;
        return true;
    }
    bool empty() const { return sent_ == bytes_.size(); }

  private:
    std::string bytes_;
    std::size_t sent_ = 0;
};

class frame_reader {
  public:
    // Receives what is there, or waits for something if the socket blocks.
    // Returns the number of bytes, and nothing at the end of the stream.
    std::optional<std::size_t> receive(int socket) {
        bytes_.erase(0, used_); // what next() has given out
        used_ = 0;
        std::array<char, 65536> buffer;
        for (;;) {
            const auto got = ::recv(socket, buffer.data(), buffer.size(), 0);
            if (got > 0) {
                bytes_.append(buffer.data(), static_cast<std::size_t>(got));
                return static_cast<std::size_t>(got);
            }
            if (got == -1 && errno == EAGAIN)
                return 0;
            if (got == 0 || errno != EINTR)
                return {};
        }
    }

    // The next frame's payload, if it is there as a whole; valid until the
    // next receive(). Throws runtime_error if it is no frame of ours: then
    // the stream is lost, because nobody knows where the next one begins.
    std::optional<std::string_view> next() {
        const std::string_view rest = std::string_view(bytes_).substr(used_);
        frame_header header;
        if (rest.size() < sizeof header)
            return {};
        std::memcpy(&header, rest.data(), sizeof header);
        if (header.mark != frame_header().mark)
            throw std::runtime_error("garbage in the place of a message");
        check_length(header.size);
        if (rest.size() < sizeof header + header.size)
            return {};
        const auto payload = rest.substr(sizeof header, header.size);
        if (checksum(payload) != header.checksum)
            throw std::runtime_error("a message with a wrong checksum");
        used_ += sizeof header + header.size;
        return payload;
    }

  private:
    std::string bytes_;
    std::size_t used_ = 0;
};
