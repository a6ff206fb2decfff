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
// The sum of hashes that the loaders prove their rows by (row_hash.hpp),
// computed here from what DuckDB read.
const u64 = (n) => BigInt.asUintN(64, n);
const mix = (start) => { // splitmix64 of sample.hpp, n = 0
  let z = u64(start + 0x9e3779b97f4a7c15n);
  z = u64((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = u64((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  return z ^ (z >> 31n);
};
const view = new DataView(new ArrayBuffer(8));
let sum = 0n;
for (const [id, ...classes] of await rows(`SELECT * FROM ${files}`)) {
  let hash = 0xcbf29ce484222325n; // FNV-1a of the id
  for (const c of id) hash = u64((hash ^ BigInt(c.charCodeAt(0))) * 0x100000001b3n);
  for (const value of classes) {
    view.setFloat64(0, value);
    hash = mix(hash ^ view.getBigUint64(0));
  }
  sum = u64(sum + hash);
}
console.log("checksum:", String(sum));
const [range] = await rows(
  `SELECT min(least(class_0, class_9)) >= 0 AND max(greatest(class_0, class_9)) < 1,
          bool_and(regexp_full_match(id_client,
            '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'))
   FROM ${files}`);
console.log("valid:", range.every((x) => x));
