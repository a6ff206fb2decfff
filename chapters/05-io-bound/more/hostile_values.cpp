// hostile_values: a text may hold tabs, quotes, line ends, SQL, or nothing at
// all. Sends such texts as parameters, by COPY as text and by COPY as bytes,
// and reads them back.
//
//     tools/with_postgres.sh build/bin/hostile_values --rows 100000
#include "05-io-bound/copy_format.hpp"
#include "05-io-bound/hostile_texts.hpp"
#include "05-io-bound/samples_table.hpp"

using value = std::optional<std::string>;
static constexpr const char* table = "many_hands.hostile";

// Nothing at all, or up to twelve pieces.
static value value_of(std::uint64_t row) {
    std::uint64_t random = splitmix64(1, row);
    if (random % 16 == 0)
        return std::nullopt;
    std::string text;
    for (auto more = random / 16 % 13; more > 0; --more) {
        random = splitmix64(random, more);
        text += hostile_texts[random % hostile_texts.size()];
    }
    return text;
}

static void send_parameters(pg_connection& db, std::uint64_t rows) {
    db.prepare("one", fmt::format("INSERT INTO {} VALUES ($1, $2)", table));
    db.run("BEGIN");
    for (std::uint64_t row = 0; row < rows; ++row) {
        const std::string number = std::to_string(row);
        const value text = value_of(row);
        const std::array columns = {number.c_str(),
                                    text ? text->c_str() : nullptr};
        db.execute("one", columns);
    }
    db.run("COMMIT; DEALLOCATE one");
}

static void send_text(pg_connection& db, std::uint64_t rows) {
    db.copy_begin(fmt::format("COPY {} FROM STDIN", table));
    for (std::uint64_t row = 0; row < rows; ++row) {
        std::string line = fmt::format("{}\t", row);
        append_text(line, value_of(row));
        db.copy_send(line + "\n");
    }
    db.copy_end(static_cast<std::int64_t>(rows));
}

static void send_bytes(pg_connection& db, std::uint64_t rows) {
    db.copy_begin(fmt::format("COPY {} FROM STDIN (FORMAT binary)", table));
    db.copy_send(binary_begin);
    for (std::uint64_t row = 0; row < rows; ++row) {
        const value text = value_of(row);
        std::string bytes;
        append_bytes(bytes, std::uint16_t{2}); // columns
        append_bytes(bytes, std::uint32_t{8}); // bytes of the first
        append_bytes(bytes, row);
        append_bytes(bytes, text ? std::uint32_t(text->size()) : ~0u);
        db.copy_send(bytes + text.value_or(""));
    }
    db.copy_send(binary_end);
    db.copy_end(static_cast<std::int64_t>(rows));
}

static std::int64_t equal_rows(pg_connection& db) {
    const pg_result all =
        db.run(fmt::format("SELECT * FROM {} ORDER BY 1", table));
    std::int64_t equal = 0;
    for (int row = 0; row < all.rows(); ++row) {
        const value sent = value_of(static_cast<std::uint64_t>(row));
        equal += all.text(row, 0) == std::to_string(row)
                 && all.is_null(row, 1) == !sent
                 && all.text(row, 1) == sent.value_or("");
    }
    return equal;
}

int main(int argc, char** argv) try {
    std::int64_t rows = 1000;
    cli("hostile_values", "Sends texts that are hard to carry.")
        .number("rows", rows, 1, 10'000'000, "sent in each of three ways")
        .parse(argc, argv);
    pg_connection db;
    require_our_schema(db);
    fmt::print("{} rows in three ways\n", rows);
    const auto count = static_cast<std::uint64_t>(rows);
    std::int64_t equal = 0;
    for (const auto send : {send_parameters, send_text, send_bytes}) {
        db.run(fmt::format("DROP TABLE IF EXISTS {0}; "
                           "CREATE TABLE {0} (row bigint, text text)",
                           table));
        send(db, count);
        equal += equal_rows(db);
    }
    return finish(equal, 3 * rows);
} catch (...) {
    return failed("hostile_values");
}
