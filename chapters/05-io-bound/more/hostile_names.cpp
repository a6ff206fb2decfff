// hostile_names: a table may have any name, even one that looks like a command,
// if the name is written as an identifier in quotes. Forty names that try to
// get out of the quotes; what cannot be a name is refused.
//
//     tools/with_postgres.sh build/bin/hostile_names
#include "05-io-bound/hostile_texts.hpp"
#include "05-io-bound/samples_table.hpp"

// Is there a table with a column, both of that name, after we asked for it?
static bool serves(pg_connection& db, const std::string& name) try {
    const std::string column = db.quoted_name(name),
                      table = "many_hands." + column;
    db.run("CREATE TABLE " + table + " (" + column + " text)");
    const std::array text = {name.c_str()};
    const std::string found =
        db.run("SELECT c.relname FROM pg_class c JOIN pg_attribute a"
               " ON a.attrelid = c.oid WHERE c.relname = $1"
               " AND a.attname = $1 AND relkind = 'r'",
               text)
            .text(0, 0);
    db.run("DROP TABLE " + table);
    return found == name;
} catch (const pg_error& error) {
    if (error.sqlstate != "42602" && error.sqlstate != "22021")
        throw;
    return false; // it is no name, or no text
}

int main(int argc, char** argv) try {
    cli("hostile_names", "Makes tables with odd names.").parse(argc, argv);
    pg_connection db;
    require_our_schema(db);
    db.create("TABLE IF NOT EXISTS many_hands.canary ()");
    std::vector<std::string> names = hostile_texts;
    names.insert(names.end(), {std::string(63, 'x'), std::string(64, 'x'), "",
                               "\xff", "a\xc3", std::string("a\0b", 3)});
    fmt::print("{} names\n", names.size());
    std::size_t served = 0;
    for (const std::string& name : names)
        served += serves(db, name);
    db.run("DROP TABLE many_hands.canary"); // an error if it was gone
    return finish(
        fmt::format("{} served, {} refused", served, names.size() - served),
        std::string("35 served, 5 refused"));
} catch (...) {
    return failed("hostile_names");
}
