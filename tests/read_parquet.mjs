// Reads DIRECTORY/*.parquet with DuckDB and prints what is in them, one
// "name: value" a line; tests/parquet.sh compares it with what was written.
import { DuckDBInstance } from "@duckdb/node-api";

const instance = await DuckDBInstance.create(":memory:");
const db = await instance.connect();
const files = `'${process.argv[2].replaceAll("'", "''")}/*.parquet'`;
const rows = async (sql) => (await db.runAndReadAll(sql)).getRows();

const columns = await rows(`DESCRIBE SELECT * FROM ${files}`);
console.log("columns:", columns.map((c) => `${c[0]} ${c[1]}`).join(", "));
const [counts] = await rows(
  `SELECT count(*), count(DISTINCT id_client), count(DISTINCT filename)
   FROM read_parquet(${files}, filename = true)`);
console.log("rows:", String(counts[0]));
console.log("ids:", String(counts[1]));
console.log("files:", String(counts[2]));
const [groups] = await rows(
  `SELECT count(DISTINCT file_name || row_group_id) FROM parquet_metadata(${files})`);
console.log("row_groups:", String(groups[0]));
// The sum that the loaders prove their rows by, computed here from what DuckDB
// read.
const view = new DataView(new ArrayBuffer(8));
let sum = 0n;
for (const [id, ...classes] of await rows(`SELECT * FROM ${files}`)) {
  const hex = id.replaceAll("-", "");
  sum += BigInt(`0x${hex.slice(0, 16)}`) + BigInt(`0x${hex.slice(16)}`);
  classes.forEach((value, c) => {
    view.setFloat64(0, value);
    sum += BigInt(c + 1) * view.getBigUint64(0);
  });
}
console.log("checksum:", String(BigInt.asUintN(64, sum)));
const [range] = await rows(
  `SELECT min(least(class_0, class_9)) >= 0 AND max(greatest(class_0, class_9)) < 1,
          bool_and(regexp_full_match(id_client,
            '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'))
   FROM ${files}`);
console.log("valid:", range.every((x) => x));
