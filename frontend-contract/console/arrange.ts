/** What of a list's operations belongs to its rows, and what to the rows of the lists below a row. */
import type { Row } from "./api.js";
import { filtersOf, modelOf, operation, pathParameters, propertiesOf, resolved, rowsOf, type Action, type Group, type List, type Operation, type Related } from "./contract.js";
import { word } from "./words.js";

/** The fields under their headings; those that stand under none come last. */
export function grouped(fields: string[], groups: Group[]): Group[] {
  const shown = groups.map((group) => ({ ...group, fields: group.fields.filter((name) => fields.includes(name)) })).filter((group) => group.fields.length);
  const rest = fields.filter((name) => !shown.some((group) => group.fields.includes(name)));
  const other = { title: shown.length ? word("other") : "", title_en: shown.length ? word("other") : "", fields: rest };
  return rest.length ? [...shown, other] : shown;
}

export interface Below {
  related: Related;
  /** The list of the related rows with the buttons that are its own; null where it is read whole. */
  list: List | null;
  /** Buttons above what is read whole: their path is its own. */
  actions: Action[];
}

export interface Layout {
  toolbar: Action[];
  uploads: Action[];
  exports: Action[];
  rowActions: Action[];
  bulk: Action[];
  detail: List["detail"];
  related: Below[];
  /** Files that are read of one row. */
  files: Related[];
  /** The operation that shows masked values whole. */
  sensitive: string | null;
  /** The field of ids by which the whole list is replaced. */
  replaced: string | null;
}

export function arranged(list: List): Layout {
  const below = list.related.map((related) => belowOf(related, list));
  const taken = new Set(below.flatMap((each) => [...(each.list?.toolbar ?? []), ...(each.list?.row_actions ?? []), ...each.actions].map((one) => one.operation)));
  const depth = pathParameters(operation(list.operation)).length + 1;
  const own = list.row_actions.filter((each) => !taken.has(each.operation));
  const put = list.toolbar.find((each) => each.method === "PUT");
  const hidden = maskedBy(list);
  const sensitive = list.related.find((each) => hidden.has(each.operation))?.operation ?? null;
  return {
    toolbar: list.toolbar, uploads: list.uploads, exports: list.exports, bulk: list.bulk_actions, detail: list.detail,
    rowActions: own.filter((each) => pathParameters(operation(each.operation)).length <= depth),
    related: below.filter((each) => each.related.operation !== sensitive && !operation(each.related.operation).files.length),
    files: list.related.filter((each) => operation(each.operation).files.length),
    sensitive,
    replaced: put ? (Object.entries(propertiesOf(operation(put.operation).body)).find(([, node]) => resolved(node).type === "array")?.[0] ?? null) : null,
  };
}

/** The operations that show what a row shows masked: buttons beside the values, no list of their own. */
function maskedBy(list: List): Set<string> {
  const answers = [rowsOf(operation(list.operation)), list.detail ? operation(list.detail.operation).answer : null];
  const nodes = answers.flatMap((schema) => Object.values(propertiesOf(schema)));
  return new Set(nodes.flatMap((node) => node["x-masked"]?.operation ?? []));
}

/** A related list takes the actions whose path goes on from its own. */
function belowOf(related: Related, list: List): Below {
  if (related.filter) return { related, list: narrowed(related), actions: [] };
  const path = operation(related.operation).path;
  if (!related.columns) return { related, list: null, actions: list.row_actions.filter((each) => operation(each.operation).path === path) };
  const mine = list.row_actions.filter((each) => `${operation(each.operation).path}/`.startsWith(`${path}/`));
  const onRow = (each: Action): boolean => operation(each.operation).path.slice(path.length).startsWith("/{");
  return {
    related, actions: [],
    list: {
      operation: related.operation, title: related.title, title_en: related.title_en, columns: related.columns, moving: {}, search: false,
      filters: filtersOf(operation(related.operation)), toolbar: mine.filter((each) => !onRow(each)), row_actions: [...related.row_actions, ...mine.filter(onRow)], bulk_actions: [],
      exports: [], uploads: [], detail: null, related: [],
    },
  };
}

/** The list of another page without the parameter that is known, and without the name that stands beside it. */
function narrowed(related: Related): List {
  const model = modelOf(operation(related.operation));
  const name = related.filter.replace(/_id$/, "_name");
  return {
    ...model, title: related.title, title_en: related.title_en,
    columns: model.columns.filter((each) => each.name !== name), filters: model.filters.filter((each) => each !== related.filter),
  };
}

/** The value by which paths name a row: that of the parameter after the list, or its id. */
export function rowId(row: Row, layout: Layout, list: Operation): string {
  const after = [layout.detail?.operation, ...layout.rowActions.map((each) => each.operation)].find(Boolean);
  const name = after ? pathParameters(operation(after))[pathParameters(list).length]?.name : undefined;
  return String((name && row[name]) ?? row.id ?? "");
}
