// memory_shared: two ways around the wall. Memory that was mapped as shared
// before fork belongs to both; and who may debug a process can read all of
// its memory, without asking it.
//
//     build/bin/memory_shared
#include "common/cli.hpp"
#include "pipe_queue.hpp"
#include "process.hpp"
#include "shared_memory.hpp"

#include <sys/uio.h>

int main(int argc, char** argv) try {
    cli("memory_shared", "Reads what another process wrote.").parse(argc, argv);
    fmt::print("one number in shared memory, one in the child's own\n");
    const auto shared = make_shared_memory<int>();
    int own = 1;
    pipe_queue<char> ready;
    process child([&] {
        *shared = 2;
        own = 3;
        ready.put('r'); // whoever gets this sees the two numbers
        return ::pause();
    });
    ready.close(); // else we would wait for ever for a child that is dead
    if (!ready.get())
        throw std::runtime_error("the child is dead");
    fmt::print("shared: {}\n", *shared);
    fmt::print("own: {}\n", own);

    //> read
    int read = 0;
    const iovec here = {&read, sizeof read}, there = {&own, sizeof own};
    const auto got = ::process_vm_readv(child.pid(), &here, 1, &there, 1, 0);
    //< read
    if (got == sizeof read)
        fmt::print("own_in_the_child: {}\n", read);
    else
        fmt::print("own_in_the_child: not allowed here\n");
    return finish(*shared, 2);
} catch (...) {
    return failed("memory_shared");
}
