// As much of HTTP as a client and a server of this book need between each
// other: one request a connection, and an answer that ends with it.
// Source: RFC 1945, HTTP/1.0.
#pragma once

#include "loopback.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

inline void send_all(const descriptor& to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = check(
            ::send(to.get(), text.data(), text.size(), MSG_NOSIGNAL), "send");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

// Until the other side hangs up, or there is such an end in the text. Throws
// stopped_by_signal.
inline std::string receive_until(const descriptor& from, std::string_view end) {
    std::string text;
    for (std::array<char, 4096> bytes;;) {
        std::vector<pollfd> ends = {{from.get(), POLLIN, 0}};
        wait_for(ends);
        const ssize_t size =
            check(::recv(from.get(), bytes.data(), bytes.size(), 0), "recv");
        text.append(bytes.data(), static_cast<std::size_t>(size));
        if (size == 0 || (!end.empty() && text.find(end) != text.npos))
            return text;
    }
}

// What a client wants: "/delay/20". Empty if it has said nothing sensible.
inline std::string read_request(const descriptor& client) {
    const std::string text = receive_until(client, "\r\n\r\n");
    const auto first = text.find(' '), second = text.find(' ', first + 1);
    return second == text.npos ? ""
                               : text.substr(first + 1, second - first - 1);
}

struct http_answer {
    int status = 0; // 200: all is well
    std::string body;
};

inline std::string request_for(const std::string& path) {
    return "GET " + path + " HTTP/1.0\r\n\r\n";
}

// What a server has sent until it hung up. Throws if that is no answer.
inline http_answer answer_in(const std::string& text, const std::string& path) {
    const auto body = text.find("\r\n\r\n");
    http_answer answer;
    if (text.starts_with("HTTP/1.") && body != text.npos)
        std::from_chars(text.data() + 9, text.data() + 12, answer.status);
    if (answer.status == 0)
        throw std::runtime_error("no answer for " + path);
    answer.body = text.substr(body + 4);
    return answer;
}

// Waits for the whole answer. Throws if there is none.
inline http_answer http_get(std::uint16_t port, const std::string& path) {
    const descriptor server = connect_to(port);
    send_all(server, request_for(path));
    return answer_in(receive_until(server, ""), path);
}
