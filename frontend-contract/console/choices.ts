/** What can be chosen: rows of a resource by its options, entries of a dictionary; asked once and kept. */
import { reactive, watch } from "vue";

import { call, type Row } from "./api.js";
import { operation, type Ref } from "./contract.js";
import { session } from "./session.js";

export interface Choice {
  id: string;
  label: string;
  hint: string;
}

const dictionaries: Record<string, { value: string; label: string }[]> = reactive({});
const labels: Record<string, string> = reactive({});
let asked: Promise<void> | null = null;

watch(
  () => [session.language, session.token],
  () => {
    asked = null;
    for (const kept of [dictionaries, labels]) for (const key of Object.keys(kept)) delete kept[key];
  },
);

/** Entries of a dictionary; empty until they have come. */
export function entriesOf(code: string): { value: string; label: string }[] {
  asked ??= call("dictionaries_lookup").then((rows: Row[]) => {
    for (const row of rows) dictionaries[row.code] = row.items;
  }).catch(() => undefined);
  return dictionaries[code] ?? [];
}

/** Rows that may be chosen, by what was typed; `filters` narrow those that the operation knows. */
export async function choicesOf(ref: Ref, search: string, filters: Row = {}): Promise<Choice[]> {
  const known = new Set(operation(ref.operation).parameters.map((each) => each.name));
  const usable = Object.entries({ ...filters, ...ref.filters, search }).filter(([name]) => known.has(name));
  const found: Choice[] = await call(ref.operation, { query: Object.fromEntries(usable) });
  keep(ref, found);
  return found;
}

/** The labels of these ids; each is asked for once. */
export function labelOf(ref: Ref, id: string): string {
  const key = `${ref.operation} ${id}`;
  if (!(key in labels)) {
    labels[key] = "";
    void call(ref.operation, { query: { ids: id } }).then((found: Choice[]) => keep(ref, found)).catch(() => undefined);
  }
  return labels[key] ?? "";
}

function keep(ref: Ref, found: Choice[]): void {
  for (const choice of found) labels[`${ref.operation} ${choice.id}`] = choice.label;
}
