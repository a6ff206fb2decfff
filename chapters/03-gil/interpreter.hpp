// A small interpreter of bytecode: a stack, some variables, and a loop around a
// switch. It runs one instruction after the other while it holds its GIL, and
// this is where the checks stand.
#pragma once

#include "gil_base.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

// What an instruction does with the stack. `n` is its number.
enum class op {
    push,         // puts n on it
    load,         // puts variable n on it
    store,        // takes the top into variable n
    add,          // takes two, puts their sum; so the next two
    subtract,     // the lower minus the upper
    remainder,    // of the lower divided by the upper
    jump_back,    // goes on at instruction n: the end of a loop
    jump_if_zero, // takes the top; goes on at n if it is 0
    call,         // takes the top, calls native function n, puts its result
    end,          // takes the top: the result
};
struct instruction {
    op what;
    std::int64_t number = 0;
};
using bytecode = std::vector<instruction>;

// A function in C++, called with the lock held. One that blocks, or that needs
// no interpreter for long, should release it: see without_gil().
using native = std::function<std::int64_t(std::int64_t)>;

// `Gil` is one of gil.hpp's. An interpreter is used by one thread; several
// interpreters may share a lock.
template<class Gil>
class interpreter {
  public:
    explicit interpreter(Gil& gil, std::vector<native> natives = {})
        : gil_(gil), natives_(std::move(natives)) {}

    // Runs `code` with `argument` in variable 0 and zero in the others. The
    // caller holds the lock, before and after. What a native function throws
    // comes through. Bytecode is trusted, as in CPython; only the size of the
    // stack and the numbers of variables and functions are checked.
    std::int64_t run(const bytecode& code, std::int64_t argument) {
        variables_ = {argument};
        depth_ = 0;
        // clang-format off
        //> loop
        for (std::size_t next = 0;;) {
            if (gil_.every_instruction()) // Python 2 looks here,
                yield_gil(gil_);
            const instruction now = code[next++];
            switch (now.what) {
            case op::push: push(now.number); break;
            case op::load: push(variable(now.number)); break;
            case op::store: variable(now.number) = pop(); break;
            case op::add: two([](auto a, auto b) { return a + b; }); break;
            case op::subtract: two([](auto a, auto b) { return a - b; }); break;
            case op::remainder: two([](auto a, auto b) { return a % b; }); break;
            case op::jump_if_zero:
                if (pop() == 0)
                    next = static_cast<std::size_t>(now.number);
                break;
            case op::jump_back:
                next = static_cast<std::size_t>(now.number);
                if (gil_.at_jump()) // and Python 3 here
                    yield_gil(gil_);
                break;
            case op::call: push(function(now.number)(pop())); break;
            case op::end: return pop();
            }
        }
        //< loop
        // clang-format on
    }

  private:
    void push(std::int64_t value) { stack_.at(depth_++) = value; }
    std::int64_t pop() { return stack_.at(--depth_); }
    template<class Operation>
    void two(const Operation& operation) {
        const std::int64_t upper = pop(), lower = pop();
        push(operation(lower, upper));
    }
    std::int64_t& variable(std::int64_t number) {
        return variables_.at(static_cast<std::size_t>(number));
    }
    const native& function(std::int64_t number) const {
        return natives_.at(static_cast<std::size_t>(number));
    }

    Gil& gil_;
    const std::vector<native> natives_;
    std::array<std::int64_t, 8> variables_{}, stack_{};
    std::size_t depth_ = 0;
};
