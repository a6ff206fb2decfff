// What the kernel knows of the threads of this process.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

// The calling thread's name in the kernel, of at most 15 characters.
void name_this_thread(const std::string& name);

struct thread_info {
    pid_t id;         // what gettid(2) returns in that thread
    std::string name; // its own, or the program's
    char state;       // R runs or wants to, S waits, D waits for the disk
};

// All threads of this process at this moment, the initial one first, then by
// id. Source: proc_pid_task(5), proc_pid_stat(5).
std::vector<thread_info> threads_of_this_process();

// Its state, or '-' if there is no thread of that name.
char state_of(const std::string& name);

// Waits until the kernel says so: a thread needs a moment to get anywhere.
void wait_for_state(const std::string& name, char state);
