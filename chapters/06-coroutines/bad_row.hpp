// Rows through a pipeline, the middle one of which the server refuses: what
// else is lost?
#pragma once

#include "async_load.hpp"

// The prepared INSERT of row `row`, or of one whose first class is no number.
inline void pipeline_row(async_connection& db, sample_source source,
                         std::int64_t row, bool is_bad) {
    const row_as_text values(source, row);
    auto columns = values.columns();
    if (is_bad)
        columns[1] = "no number";
    db.pipeline_execute("insert_sample", columns);
}

struct bad_row_answers {
    std::int64_t accepted = 0, refused = 0, skipped = 0;
};

// Takes the answer to a command, and counts it.
inline task<void> count_answer(async_connection& db, bad_row_answers& answers) {
    try {
        co_await db.pipeline_answer(PGRES_COMMAND_OK);
        ++answers.accepted;
    } catch (const pipeline_skipped&) {
        ++answers.skipped; // it is no error of its own
    } catch (const pg_error& error) {
        if (may_pass(error.sqlstate)) // it is not the row's fault
            throw;
        ++answers.refused;
    }
}

// Prints the figures; the rows that another session finds.
inline std::int64_t survivors(samples_load& table,
                              const bad_row_answers& answers) {
    fmt::print("accepted: {}\nrefused: {}\nskipped: {}\n", answers.accepted,
               answers.refused, answers.skipped);
    print_coroutine_frames();
    return table.rows_there();
}
