// What each thread did, and when: a lane for each thread, drawn in letters.
#pragma once

#include "common/check.hpp"
#include "gil_base.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What a thread does: it has the lock, it wants it, or it needs none.
enum class doing { holds, waits, elsewhere };

// The changes of one thread, which alone writes them.
struct lane {
    using clock = std::chrono::steady_clock;
    std::string name;
    std::vector<std::pair<clock::time_point, doing>> changes;

    void now(doing what) { changes.emplace_back(clock::now(), what); }
};

// A GIL as one thread sees it, who notes what it does.
template<class Gil>
class traced {
  public:
    traced(Gil& gil, lane& own) : gil_(gil), lane_(own) {}

    void acquire() {
        lane_.now(doing::waits);
        gil_.acquire();
        lane_.now(doing::holds);
    }
    // Noted before it lets go, or another might hold it earlier.
    void release(release_for reason) {
        lane_.now(reason == release_for::others ? doing::waits
                                                : doing::elsewhere);
        gil_.release(reason);
    }
    bool every_instruction() { return gil_.every_instruction(); }
    bool at_jump() const { return gil_.at_jump(); }

  private:
    Gil& gil_;
    lane& lane_;
};

class timeline {
  public:
    timeline(std::int64_t lanes, std::chrono::milliseconds length)
        : lanes_(static_cast<std::size_t>(lanes)), end_(start_ + length) {}

    bool over() const { return lane::clock::now() >= end_; }
    lane& lane_of(std::int64_t number, std::string name) {
        lane& own = lanes_.at(static_cast<std::size_t>(number));
        own.name = std::move(name);
        return own;
    }

    // A letter for each piece of time, by what the thread did for most of it:
    // # holds the lock, . waits for it, a blank elsewhere.
    void draw(std::int64_t columns) const {
        const auto piece = (end_ - start_) / columns;
        for (const lane& of : lanes_) {
            std::string letters;
            for (std::int64_t c = 0; c < columns; ++c)
                letters +=
                    most_of(of, start_ + c * piece, start_ + (c + 1) * piece);
            fmt::print("{:<12}|{}|\n", of.name, letters);
        }
        fmt::print("{:<12}one letter: {:.2f} ms; # holds the lock, . waits "
                   "for it\n",
                   "", std::chrono::duration<double>(piece).count() * 1e3);
    }

    // How many threads have held it at all.
    std::int64_t holders() const {
        return std::count_if(lanes_.begin(), lanes_.end(), [](const lane& of) {
            return std::any_of(
                of.changes.begin(), of.changes.end(),
                [](const auto& c) { return c.second == doing::holds; });
        });
    }

    // How often a thread began to hold it while another one did: never, if the
    // lock is one.
    std::int64_t overlaps() const {
        std::vector<std::pair<lane::clock::time_point, int>> all;
        for (const lane& of : lanes_) {
            bool held = false;
            for (const auto& [when, what] : of.changes)
                if (held != (what == doing::holds)) {
                    held = !held;
                    all.emplace_back(when, held ? 1 : -1);
                }
        }
        std::sort(all.begin(), all.end()); // at the same time: -1 first
        std::int64_t found = 0, holders = 0;
        for (const auto& [when, change] : all) {
            found += change == 1 && holders > 0;
            holders += change;
        }
        return found;
    }

  private:
    using time = lane::clock::time_point;

    time until(const lane& of, std::size_t change) const {
        return change + 1 < of.changes.size()
                   ? std::min(end_, of.changes[change + 1].first)
                   : end_;
    }
    char most_of(const lane& of, time from, time to) const {
        std::array<lane::clock::duration, 3> spent{};
        for (std::size_t i = 0; i < of.changes.size(); ++i) {
            const auto begun = std::max(from, of.changes[i].first);
            const auto ended = std::min(to, until(of, i));
            if (begun < ended)
                spent[static_cast<std::size_t>(of.changes[i].second)] +=
                    ended - begun;
        }
        const auto most = std::max_element(spent.begin(), spent.end());
        return *most == lane::clock::duration::zero()
                   ? ' '
                   : "#. "[most - spent.begin()];
    }

    std::vector<lane> lanes_;
    const time start_ = lane::clock::now(), end_;
};
