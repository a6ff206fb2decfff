#include "catch.hpp"

#include "05-io-bound/message_counter.hpp"
#include "05-io-bound/scalability_law.hpp"
#include "05-io-bound/slow_server.hpp"

// A message of the protocol: its kind, its length, and so many bytes.
static std::string message(char kind, std::size_t bytes) {
    std::string text(1, kind);
    for (int shift = 24; shift >= 0; shift -= 8)
        text += static_cast<char>((bytes + 4) >> shift);
    return text + std::string(bytes, 'x');
}

TEST_CASE("messages are found, however they are cut into pieces") {
    for (const bool from_client : {true, false}) {
        // A client's first message has no kind.
        std::string first = message('R', 300);
        if (from_client)
            first.erase(0, 1);
        const std::vector<std::string> messages = {
            first, message('Q', 0), message('D', 1), message('Z', 70'000)};
        std::string all;
        std::vector<std::size_t> begins;
        for (const std::string& one : messages) {
            begins.push_back(all.size());
            all += one;
        }
        for (std::size_t number = 1; number <= 5; ++number)
            for (const std::size_t piece :
                 {std::size_t{1}, std::size_t{2}, std::size_t{7}, all.size()}) {
                message_counter counter(from_client);
                std::size_t at = 0;
                while (at < all.size()) {
                    const auto here = std::min(piece, all.size() - at);
                    const auto before = counter.bytes_before(
                        static_cast<std::int64_t>(number),
                        std::string_view(all).substr(at, here));
                    at += before;
                    if (before < here)
                        break;
                }
                CHECK(at == (number <= 4 ? begins[number - 1] : all.size()));
            }
    }
}

TEST_CASE("messages of one kind are found among others") {
    const std::string all = message('C', 5) + message('D', 67) // a C inside
                            + message('C', 1) + message('Z', 0);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, all.size()})
        for (const auto& [number, begins] :
             {std::pair(1, std::size_t{0}), {2, 10 + 72}, {3, all.size()}}) {
            message_counter counter(false, 'C');
            std::size_t at = 0;
            while (at < all.size()) {
                const auto here = std::min(piece, all.size() - at);
                const auto before = counter.bytes_before(
                    number, std::string_view(all).substr(at, here));
                at += before;
                if (before < here)
                    break;
            }
            CHECK(at == begins);
        }
}

TEST_CASE("the scalability law is found again in what it says") {
    for (const auto& [one, contention, coherence] :
         {std::array{250.0, 0.01, 0.0002}, std::array{4000.0, 0.2, 0.001},
          std::array{10.0, 0.0, 0.0}, std::array{7.0, 0.3, 0.0}}) {
        const scalability_law law{one, contention, coherence};
        std::vector<std::pair<double, double>> points;
        for (const double n : {1.0, 8.0, 32.0, 96.0})
            points.emplace_back(n, law.at(n));
        const scalability_law found = fit_scalability(points);
        for (const double n : {1.0, 3.0, 48.0, 200.0})
            CHECK(found.at(n) == Approx(law.at(n)).epsilon(1e-6));
        if (coherence > 0)
            CHECK(found.best() == Approx(law.best()).epsilon(1e-3));
    }
    CHECK(scalability_law{1, 0.1, 0.009}.best() == Approx(10));
    CHECK(std::isinf(scalability_law{1, 0.1, 0}.best()));
    CHECK(scalability_law{1, 1.5, 0.01}.best() == 1); // one is the best
    CHECK(scalability_law{1, 0.5, 2}.best() == 1);
}

TEST_CASE("the law has no negative terms, whatever is measured") {
    // Faster than by the number: more than two by two, more than four by four.
    const scalability_law found =
        fit_scalability({{1, 10}, {2, 25}, {4, 60}, {8, 130}});
    CHECK(found.contention >= 0);
    CHECK(found.coherence >= 0);
    CHECK(found.one > 10);
    // Eight are more than eight times as fast as one, and in the end it falls.
    const scalability_law falls =
        fit_scalability({{1, 270}, {8, 2250}, {32, 6000}, {96, 5000}});
    CHECK(falls.at(96) < falls.at(48));
    CHECK(falls.best() == Approx(45.7).epsilon(0.02));
}

TEST_CASE("paths of the slow server") {
    CHECK(number_after("/delay/20", "/delay/") == 20);
    CHECK(number_after("/status/503", "/delay/") == -1);
    CHECK(number_after("/delay/", "/delay/") == -1);
    CHECK(number_after("/delay/x", "/delay/") == -1);
    CHECK(number_after("/delay/7x", "/delay/") == -1);
    CHECK(number_after("/delay/99999999999", "/delay/") == -1);
}
