#include "../http.hpp"

#include <sys/socket.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <vector>

void send_all(const descriptor& to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = check(
            ::send(to.get(), text.data(), text.size(), MSG_NOSIGNAL), "send");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string receive_until(const descriptor& from, std::string_view end) {
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

std::string read_request(const descriptor& client) {
    const std::string text = receive_until(client, "\r\n\r\n");
    const auto first = text.find(' '), second = text.find(' ', first + 1);
    return second == text.npos ? ""
                               : text.substr(first + 1, second - first - 1);
}

std::string request_for(const std::string& path) {
    return "GET " + path + " HTTP/1.0\r\n\r\n";
}

http_answer answer_in(const std::string& text, const std::string& path) {
    const auto body = text.find("\r\n\r\n");
    http_answer answer;
    if (text.starts_with("HTTP/1.") && body != text.npos)
        std::from_chars(text.data() + 9, text.data() + 12, answer.status);
    if (answer.status == 0)
        throw std::runtime_error("no answer for " + path);
    answer.body = text.substr(body + 4);
    return answer;
}

http_answer http_get(std::uint16_t port, const std::string& path) {
    const descriptor server = connect_to(port);
    send_all(server, request_for(path));
    return answer_in(receive_until(server, ""), path);
}
