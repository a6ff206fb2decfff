// Finds the messages in one direction of a conversation with PostgreSQL.
// Source: PostgreSQL documentation, "Frontend/Backend Protocol", "Message
// Formats": a byte for the kind and four for the length, which counts itself
// and what follows. Only the client's first message has no kind.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

class message_counter {
  public:
    // Counts all messages, or only those of one kind.
    explicit message_counter(bool from_client, char only = 0)
        : kind_bytes_(!from_client), only_(only) {}

    // How many of these bytes come before the message `number` (from 1) of this
    // direction begins; all of them if it does not begin in here.
    std::size_t bytes_before(std::int64_t number, std::string_view bytes) {
        for (std::size_t at = 0; at < bytes.size();) {
            const bool counts =
                left_ == 0 && head_ == 0
                && (only_ == 0 || (kind_bytes_ == 1 && bytes[at] == only_));
            if (counts && begun_ + 1 == number)
                return at;
            if (left_ > 0) { // within a message: skip what is here of it
                const auto some = std::min(left_, bytes.size() - at);
                left_ -= some;
                at += some;
                continue;
            }
            if (counts)
                ++begun_;
            if (head_++ >= kind_bytes_) // a byte of the length, highest first
                length_ = length_ << 8 | static_cast<unsigned char>(bytes[at]);
            ++at;
            if (head_ == kind_bytes_ + 4) {
                left_ = length_ - 4;
                head_ = length_ = 0;
                kind_bytes_ = 1;
            }
        }
        return bytes.size();
    }

  private:
    std::size_t kind_bytes_;
    char only_;
    std::size_t head_ = 0, length_ = 0, left_ = 0; // of the present message
    std::int64_t begun_ = 0;
};
