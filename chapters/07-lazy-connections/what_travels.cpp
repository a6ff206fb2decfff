// what_travels: which types may go to a worker. The compiler decides, and so
// this program has nothing to do at run time. Try to send a connection:
//
//     build/bin/what_travels
//     cd chapters/07-lazy-connections && g++ -std=c++20 -I.. -I../..
//         -I$(pg_config --includedir) -DSEND_A_CONNECTION -c what_travels.cpp
#include "process_load.hpp"

// A pointer inside a struct: the compiler sees bytes that can be copied.
struct handle {
    PGconn* connection;
};

int main(int argc, char** argv) try {
    cli("what_travels", "Which types may go to a worker.").parse(argc, argv);
    fmt::print("may a worker be sent ...\n");
    //> types
    fmt::print("a number: {}\n", wire_type<std::int64_t>);
    fmt::print("a text: {}\n", wire_type<std::string>);
    fmt::print("slices of rows: {}\n", wire_type<std::vector<slice>>);
    fmt::print("a view of a text: {}\n", wire_type<std::string_view>);
    fmt::print("libpq's handle: {}\n", wire_type<PGconn*>);
    fmt::print("a connection: {}\n", wire_type<pg_connection>);
    fmt::print("a lazy connection: {}\n", wire_type<lazy_connection>);
    fmt::print("a handle in a struct: {}\n", wire_type<handle>); // a gap
    //< types
#ifdef SEND_A_CONNECTION
    //> refused
    process_pool<pg_connection, std::int64_t> pool(
        [](const pg_connection&) { return std::int64_t{1}; });
    //< refused
#endif
    return finish(wire_type<slice> && !wire_type<pg_connection>, true);
} catch (...) {
    return failed("what_travels");
}
