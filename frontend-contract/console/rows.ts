/** The rows of a list: asked page by page, ordered and filtered by the API. */
import { computed, reactive } from "vue";

import { call, reasonOf, type Row } from "./api.js";
import { HOSPITAL, operation, pathParameters } from "./contract.js";
import { session } from "./session.js";
import { said } from "./words.js";

/** `only`: what the rows are narrowed to, whatever is filtered. */
export function useRows(id: string, filters: string[], at: () => string[], only: Row = {}) {
  const of = operation(id);
  const has = (name: string): boolean => of.parameters.some((each) => each.name === name);
  /** By page numbers, by cursors, or whole. */
  const paging = has("page") ? "page" : has("cursor") ? "cursor" : "none";
  const state = reactive({
    rows: [] as Row[], count: null as number | null, page: 1, size: 20, ordering: "", search: "", filters: {} as Row, waiting: false, refusal: "",
    cursors: [""], next: "", // of the pages so far, and of the one after them
  });
  const query = computed((): Row => ({
    ...(filters.includes(HOSPITAL) && session.hospital ? { [HOSPITAL]: session.hospital } : {}),
    ...Object.fromEntries(Object.entries(state.filters).filter(([, value]) => value !== null && value !== "")),
    ...(state.search ? { search: state.search } : {}),
    ...(state.ordering ? { ordering: state.ordering } : {}),
    ...only,
  }));
  /** What has to be chosen before there are rows. */
  const missing = (): string[] => of.parameters.filter((each) => each.in === "query" && each.required && query.value[each.name] === undefined).map((each) => said(each.schema));
  let latest = 0;

  async function load(): Promise<void> {
    if (at().length < pathParameters(of).length || at().some((each) => !each) || missing().length) return;
    const mine = ++latest;
    state.waiting = true;
    state.refusal = "";
    try {
      const paged = paging === "page" ? { page: state.page, page_size: state.size } : paging === "cursor" ? { cursor: state.cursors.at(-1), page_size: state.size } : {};
      const answer = await call(id, { at: at(), query: { ...query.value, ...paged } });
      if (mine === latest) take(answer);
    } catch (error) {
      if (mine === latest) Object.assign(state, { rows: [], refusal: reasonOf(error) });
    } finally {
      if (mine === latest) state.waiting = false;
    }
  }

  function take(answer: Row | Row[]): void {
    if (Array.isArray(answer)) return void Object.assign(state, { rows: answer, count: answer.length });
    state.rows = answer.results ?? [];
    state.count = answer.count ?? null;
    state.next = answer.next ? (new URL(answer.next, location.href).searchParams.get("cursor") ?? "") : "";
  }

  return { state, paging, query, missing, load };
}
