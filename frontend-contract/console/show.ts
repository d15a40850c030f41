/** How a value is shown, by what the document says of it. */
import { h, type VNodeChild } from "vue";

import type { Row } from "./api.js";
import { Chart } from "./chart.js";
import { labelOf, entriesOf } from "./choices.js";
import { operation, propertiesOf, resolved, type Column, type Schema } from "./contract.js";
import { can } from "./session.js";
import { Descriptions, DescriptionsItem, Image, Table, TableColumn, Tag } from "./ui.js";
import { said, word } from "./words.js";

const COLOURS: Record<string, string> = { success: "success", warning: "warning", danger: "danger", info: "primary" };
/** So many values of one cell are shown; the others are counted, and read by pointing at them. */
const MOST_TAGS = 12;
const TECHNICAL = new Set(["id", "version"]);

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === "" || (typeof value === "object" && !Object.keys(value).length);
}

export function yuan(fen: number): string {
  return `${fen < 0 ? "-" : ""}¥${(Math.abs(fen) / 100).toLocaleString("zh-CN", { minimumFractionDigits: 2 })}`;
}

/** Whether a text is a number that no program rounds: 1.5. */
export function isDecimal({ type, pattern }: Schema): boolean {
  return type === "string" && /^\^-?\??\[0-9\]\{[\d,]+\}\(\\\./.test(pattern ?? "");
}

function isNumber(given: Schema): boolean {
  const schema = resolved(given);
  return !schema["x-enum"] && (schema.type === "integer" || schema.type === "number" || isDecimal(schema));
}

/** 2026-03-16T01:30:00Z as it is read, in the hospital's time. */
export function moment(text: string): string {
  return new Date(text).toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16);
}

/** Whether a person can read it: ids are nothing to read where the name stands beside or nobody knows one. */
export function isReadable(name: string, schema: Schema, beside: Record<string, Schema>): boolean {
  if (TECHNICAL.has(name) || schema["x-technical"]) return false;
  if (!/_ids?$/.test(name)) return true;
  const said = [name.replace(/_id(s?)$/, "_name$1"), name.replace(/_id$/, "_no")].some((twin) => twin !== name && twin in beside);
  const ref = resolved(schema)["x-ref"];
  if (said || !ref || !can(operation(ref.operation)["x-permission-code"])) return false;
  return true;
}

/** One value; `name` as its property is called. */
export function shown(given: Schema, value: unknown, name = ""): VNodeChild {
  if (isEmpty(value)) return h("span", { class: "faint" }, "—");
  const schema = resolved(given);
  const ref = schema["x-ref"];
  if (Array.isArray(value)) return shownMany(schema, value, name);
  if (schema["x-unit"] === "fen") return yuan(Number(value));
  if (schema["x-enum"]) return enumTag(schema, value);
  if (schema["x-dictionary"]) return entriesOf(schema["x-dictionary"]).find((each) => each.value === value)?.label ?? String(value);
  if (ref) return labelOf(ref, String(value));
  if (typeof value === "boolean") return h(Tag, { type: value ? "success" : "info", effect: "plain" }, () => word(value ? "yes" : "no"));
  if (schema.format === "date-time") return moment(String(value));
  if (schema.format === "time-local") return String(value).slice(0, 5);
  if (isDecimal(schema)) return String(value).replace(/\.?0+$/, (zeros) => (String(value).includes(".") ? "" : zeros));
  if (/(picture|portrait)_url$/.test(name)) return picture(String(value));
  if (schema["x-chart"]) return h(Chart, { drawing: value });
  if (typeof value === "object") return shownObject(schema, value as Row);
  return schema["x-unit"] === "minute" ? `${value} ${word("minute")}` : String(value);
}

function enumTag(schema: Schema, value: unknown): VNodeChild {
  const found = schema["x-enum"]?.find((each) => each.value === value);
  return h(Tag, { type: COLOURS[found?.colour ?? ""] ?? "info", effect: "light" }, () => (found ? said(found) : String(value)));
}

function picture(url: string): VNodeChild {
  return h(Image, { src: url, previewSrcList: [url], previewTeleported: true, fit: "cover", class: "thumb" });
}

function shownMany(schema: Schema, values: unknown[], name: string): VNodeChild {
  const item = resolved(schema.items ?? {});
  if (typeof values[0] === "object") return shownRows(item, values as Row[]);
  const one = { ...item, ...(schema["x-ref"] ? { "x-ref": schema["x-ref"], format: "uuid" } : {}) };
  const more = values.length - MOST_TAGS;
  return h("span", { class: "tags", title: more > 0 ? values.map((value) => words(one, value)).join("、") : undefined }, [
    ...values.slice(0, MOST_TAGS).map((value) => h(Tag, { effect: "plain", type: "info" }, () => plain(one, value, name))),
    more > 0 ? h("span", { class: "faint" }, ` +${more}`) : null,
  ]);
}

function plain(schema: Schema, value: unknown, name: string): VNodeChild {
  return schema["x-enum"]?.some((each) => each.value === value) ? words(schema, value) : shown(schema, value, name);
}

function words(schema: Schema, value: unknown): string {
  const found = schema["x-enum"]?.find((each) => each.value === value);
  return found ? said(found) : String(value);
}

/** Rows within an answer: a small table of what can be read. */
export function shownRows(item: Schema, rows: Row[], buttonsOf?: (row: Row) => VNodeChild): VNodeChild {
  const columns = readable(item, rows);
  return h(Table, { data: rows, size: "small", border: true, class: "inner", scrollbarAlwaysOn: true }, () => [
    ...columns.map(([name, schema]) =>
      h(TableColumn, { key: name, label: said(schema) || name, minWidth: rows.some((row) => typeof row[name] === "object" && !isEmpty(row[name])) ? 260 : 110, align: isNumber(schema) ? "right" : "left" }, {
        default: ({ row }: { row: Row }) => shown(schema, row[name], name),
      }),
    ),
    buttonsOf ? h(TableColumn, { key: "actions", label: word("actions"), minWidth: 140 }, { default: ({ row }: { row: Row }) => h("div", { class: "row-actions" }, [buttonsOf(row)]) }) : null,
  ]);
}

function readable(item: Schema, rows: Row[]): [string, Schema][] {
  const known = propertiesOf(item);
  const names = Object.keys(known).length ? Object.entries(known) : Object.keys(rows[0] ?? {}).map((name): [string, Schema] => [name, {}]);
  return names.filter(([name, schema]) => isReadable(name, schema, known));
}

function shownObject(schema: Schema, value: Row): VNodeChild {
  const known = propertiesOf(schema);
  const more = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  return h("div", { class: "pairs" }, Object.keys({ ...known, ...value }).map((name): [string, unknown] => [name, value[name]]).filter(([name, one]) => !isEmpty(one) && isReadable(name, known[name] ?? {}, known) || !(name in known)).map(
    ([name, one]) => h("div", { key: name }, [h("b", `${(known[name] && said(known[name])) || name}: `), shown(known[name] ?? more, one, name)]),
  ));
}

/** All that can be read of an answer, with words. */
export function shownFields(schema: Schema, value: Row, names: string[], more: (name: string, schema: Schema) => VNodeChild = () => null, onRow: (name: string) => ((row: Row) => VNodeChild) | undefined = () => undefined): VNodeChild {
  const known = propertiesOf(schema);
  const fields = names.filter((name) => known[name] && isReadable(name, known[name], known));
  const isChart = (name: string): boolean => !isEmpty(value[name]) && !!resolved(known[name] as Schema)["x-chart"];
  const isPart = (name: string): boolean => !isChart(name) && !isEmpty(value[name]) && !Array.isArray(value[name]) && typeof value[name] === "object" && Object.values(value[name] as Row).some((one) => !isEmpty(one) && typeof one === "object");
  const below = fields.filter((name) => isRows(value[name]) || isChart(name) || isPart(name));
  const table = resolved(schema)["x-table"];
  if (table) return [shownFields({ properties: Object.fromEntries(Object.entries(known).filter(([name]) => !Object.values(table).includes(name))) }, value, names), shownTable(value, table)];
  return [
    h(Descriptions, { column: 2, border: true, size: "small" }, () =>
      fields.filter((name) => !below.includes(name)).map((name) => {
        const node = known[name] as Schema;
        const wide = typeof value[name] === "object" && !isEmpty(value[name]);
        return h(DescriptionsItem, { key: name, label: titleOf(name, node, known), span: wide ? 2 : 1, labelClassName: "label", className: isNumber(node) ? "figure" : "" }, () => [
          shown(node, value[name], name), more(name, node),
        ]);
      })),
    below.map((name) => isPart(name) ? partOf(titleOf(name, known[name] as Schema, known), known[name] as Schema, value[name]) : isChart(name) ? shown(known[name] as Schema, value[name]) : [h("h4", { key: name }, titleOf(name, known[name] as Schema, known)), shownRows(resolved(resolved(known[name] as Schema).items ?? {}), value[name], onRow(name))]),
  ];
}

/** An object within, under its own heading; of one that the document doesn't describe the names are its own. */
function partOf(title: string, given: Schema, value: Row): VNodeChild {
  const schema = resolved(given);
  const more = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const names = Object.keys({ ...schema.properties, ...value }).filter((name) => !isEmpty(value[name]));
  const known = Object.fromEntries(names.map((name) => [name, schema.properties?.[name] ?? { title: name, ...more }]));
  return h("section", { key: title, class: "part" }, [h("h4", title), shownFields({ properties: known }, value, names)]);
}

/** Rows that are lists of texts, under the columns that the answer names, the sums last. */
function shownTable(value: Row, { columns, rows, totals }: NonNullable<Schema["x-table"]>): VNodeChild {
  const numbers = ["money", "count", "percent"];
  return h(Table, { data: [...value[rows], ...(value[totals].length ? [value[totals]] : [])], size: "small", border: true, stripe: true, maxHeight: 420, class: "inner" }, {
    default: () => value[columns].map((column: Row, place: number) => h(TableColumn, { key: column.name, label: column.label, minWidth: 100, align: numbers.includes(column.kind) ? "right" : "left" }, { default: ({ row }: { row: string[] }) => row[place] })),
    empty: () => word("empty"),
  });
}

function isRows(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === "object";
}

/** The word of a name that stands for an id is the id's: 科室, not 科室名称. */
function titleOf(name: string, schema: Schema, beside: Record<string, Schema>): string {
  return said(beside[name.replace(/_name(s?)$/, "_id$1")] ?? schema) || name;
}

/** A cell of a table, by its column's format. */
export function cell(column: Column, schema: Schema, row: Row): VNodeChild {
  const value = row[column.name];
  if (column.format === "masked" || isEmpty(value)) return shown({}, value);
  if (column.format === "money") return yuan(Number(value));
  if (column.format === "moment") return moment(String(value));
  if (column.format === "time") return String(value).slice(0, 5);
  return shown(schema, value, column.name);
}
