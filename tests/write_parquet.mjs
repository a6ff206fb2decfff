// The samples' columns, made by DuckDB on one thread and written as one Parquet
// file, DIRECTORY/duckdb.parquet, compressed as DuckDB does without being told,
// or as the third word says. Prints rows_per_s.
import { DuckDBInstance } from "@duckdb/node-api";

const [directory, rows, compression = "snappy"] = process.argv.slice(2);
const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
const db = await instance.connect();
const classes = Array.from({ length: 10 }, (_, c) => `random() AS class_${c}`);
const start = performance.now();
await db.run(`COPY (SELECT uuid()::VARCHAR AS id_client, ${classes.join(", ")}
  FROM range(${Number(rows)}))
  TO '${directory.replaceAll("'", "''")}/duckdb.parquet'
  (FORMAT parquet, COMPRESSION ${compression})`);
const seconds = (performance.now() - start) / 1000;
console.log("rows_per_s:", (Number(rows) / seconds).toFixed(0));
