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
// The sum that the loaders prove their rows by, computed here by DuckDB.
const weighted = [...Array(10).keys()]
  .map((c) => `${c + 1} * (class_${c} * 9007199254740992)::HUGEINT`)
  .join(" + ");
const [sum] = await rows(
  `SELECT sum(('0x' || left(hex, 16))::UBIGINT::HUGEINT + ('0x' || right(hex, 16))::UBIGINT::HUGEINT
              + ${weighted})::HUGEINT % 18446744073709551616
   FROM (SELECT *, replace(id_client, '-', '') AS hex FROM ${files})`);
console.log("checksum:", String(sum[0]));
const [range] = await rows(
  `SELECT min(least(class_0, class_9)) >= 0 AND max(greatest(class_0, class_9)) < 1,
          bool_and(regexp_full_match(id_client,
            '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'))
   FROM ${files}`);
console.log("valid:", range.every((x) => x));
