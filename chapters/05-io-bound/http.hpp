// As much of HTTP as a client and a server of this book need between each
// other: one request a connection, and an answer that ends with it.
// Source: RFC 1945, HTTP/1.0.
#pragma once

#include "loopback.hpp"

#include <cstdint>
#include <string>
#include <string_view>

void send_all(const descriptor& to, std::string_view text);

// Until the other side hangs up, or there is such an end in the text. Throws
// stopped_by_signal.
std::string receive_until(const descriptor& from, std::string_view end);

// What a client wants: "/delay/20". Empty if it has said nothing sensible.
std::string read_request(const descriptor& client);

struct http_answer {
    int status = 0; // 200: all is well
    std::string body;
};

std::string request_for(const std::string& path);

// What a server has sent until it hung up. Throws if that is no answer.
http_answer answer_in(const std::string& text, const std::string& path);

// Waits for the whole answer. Throws if there is none.
http_answer http_get(std::uint16_t port, const std::string& path);
