/** Buttons: who may press them and when, what is asked before, what is told after. */
import { h, ref, type Ref as VueRef, type VNode, type VNodeChild } from "vue";

import { call, download, intention, orTold, reasonOf, type Row } from "./api.js";
import { operation, pageOf, propertiesOf, resolved, type Action, type Operation, type Schema } from "./contract.js";
import { ActionForm, asksFor, knownOf } from "./form.js";
import { can, wayTo } from "./session.js";
import { isEmpty, shown, shownFields, shownRows } from "./show.js";
import { agreed, Button, Dialog, Dropdown, DropdownItem, DropdownMenu, tell } from "./ui.js";
import { said, word } from "./words.js";

/** Where an action is about to happen. */
export interface Place {
  at: string[];
  row: Row | null;
  read: (() => Promise<Row>) | null;
  /** The query of the list, for what exports it. */
  query?: Row;
}

export interface Runner {
  run: (action: Action, place: Place) => Promise<void>;
  dialogs: () => VNodeChild;
}

export function applies(action: Action, row: Row | null): boolean {
  return can(action.permission) && (!row || fits(action.when, row));
}

/** Whether a row is as it is said: one of the values, null for none, a star for any. */
export function fits(when: Record<string, unknown[]>, row: Row): boolean {
  return Object.entries(when).every(([name, values]) => !(name in row) || values.includes(isEmpty(row[name]) ? null : row[name]) || (values.includes("*") && !isEmpty(row[name])));
}

/** As the one row that an operation takes in its body. */
function inBody(action: Action, row: Row): Row {
  const name = action.ids ?? "";
  return { ...row, [name]: resolved(propertiesOf(operation(action.operation).body)[name] ?? {}).type === "array" ? [row.id] : row.id };
}

/** `after`: the rows may have changed. `known`: components that the page shows anyway, so that their answer is no news. */
export function useActions(after: () => void, known: () => (Schema | null)[]): Runner {
  const open: VueRef<{ action: Action; place: Place } | null> = ref(null);
  const result: VueRef<{ action: Action; answer: unknown } | null> = ref(null);
  const running = new Set<string>();

  async function run(action: Action, from: Place): Promise<void> {
    const of = operation(action.operation);
    const one = action.ids && from.row?.id ? { ...from, at: [], row: inBody(action, from.row), read: null } : from;
    const place = action.alone && from.row ? { ...from, at: [String(from.row.id)] } : one;
    if (of.files.length && !asksFor(action, place.at, null, place.query)) return attempt(() => download(of.id, { at: place.at, query: knownOf(of, place.query) }));
    const row = place.read && action.form.length && action.method === "PATCH" ? ((await orTold(place.read())) ?? place.row) : place.row;
    if (of.files.length || asksFor(action, place.at, row)) return void (open.value = { action, place: { ...place, row } });
    const question = said({ title: action.confirm, title_en: action.confirm_en });
    const words = { ok: word("ok"), cancel: word("cancel") };
    if (question && !(await agreed(question, said(action), words, action.danger))) return;
    const mine = [of.id, ...place.at].join(" ");
    if (running.has(mine)) return; // pressed twice
    running.add(mine);
    await attempt(async () => {
      const version = "version" in propertiesOf(of.body) ? { version: row?.version } : {};
      const ids = action.ids ? { [action.ids]: row?.[action.ids] } : {};
      finished(action, await call(of.id, { at: place.at, body: of.body ? { ...version, ...ids } : null, key: intention() }), place.at);
    });
    running.delete(mine);
  }

  async function attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
    } catch (error) {
      tell(reasonOf(error), "error");
      after();
    }
  }

  function finished(action: Action, answer: unknown, at: string[]): void {
    open.value = null;
    if (action.then) void orTold(download(action.then, { at }));
    if (isNews(action, answer, known())) result.value = { action, answer };
    else tell(word("done"));
    if (action.method !== "GET") after();
  }

  return {
    run,
    dialogs: () => [
      open.value ? h(ActionForm, { key: open.value.action.operation, action: open.value.action, ...open.value.place, schema: known().find(Boolean), onDone: (answer: unknown) => open.value && finished(open.value.action, answer, open.value.place.at), onClose: () => (open.value = null) }) : null,
      result.value ? resultDialog(result.value.action, result.value.answer, () => (result.value = null)) : null,
    ],
  };
}

/** Shown to the person: what was read, and what stands on no row, such as a password that is told once. */
function isNews(action: Action, answer: unknown, known: (Schema | null)[]): boolean {
  if (answer === null || typeof answer !== "object") return false;
  if (action.method === "GET") return true;
  const names = new Set(known.flatMap((schema) => Object.keys(propertiesOf(schema))));
  return names.size === 0 || Object.keys(answer).some((name) => !names.has(name) && !Array.isArray(answer));
}

function resultDialog(action: Action, answer: unknown, close: () => void): VNode {
  const page = (answer as Row).id ? pageOf(operation(action.operation)) : "";
  const made = page && wayTo(page).length ? page : "";
  const wide = "x-table" in resolved(operation(action.operation).answer ?? {});
  return h(Dialog, { modelValue: true, title: said(action), width: wide ? "86%" : "760px", appendToBody: true, onClose: close }, {
    default: () => answerOf(operation(action.operation), answer),
    footer: () => [
      h(Button, { type: made ? undefined : "primary", onClick: close }, () => word("close")),
      made ? h(Button, { type: "primary", "data-open": made, onClick: () => { close(); location.hash = `#/${made}/${(answer as Row).id}`; } }, () => word("open")) : null,
    ],
  });
}

/** An answer as a person reads it. */
export function answerOf(of: Operation, answer: unknown): VNodeChild {
  const schema = of.answer ? resolved(of.answer) : {};
  if (Array.isArray(answer)) return typeof answer[0] === "object" ? shownRows(schema.items ?? {}, answer as Row[]) : shown(schema, answer);
  const rows = (answer as Row).results;
  if (Array.isArray(rows)) return shownRows(schema.properties?.results?.items ?? {}, rows);
  return shownFields(schema, answer as Row, Object.keys(answer as Row));
}

/** The first buttons, the others behind “more”. */
export function buttons(actions: Action[], place: Place, runner: Runner, most: number, link: boolean): VNodeChild {
  const usable = actions.filter((each) => applies(each, place.row));
  const first = usable.length > most + 1 ? usable.slice(0, most) : usable;
  const rest = usable.slice(first.length);
  const press = (action: Action): void => void runner.run(action, place);
  return [
    ...first.map((action, place) =>
      h(Button, { key: action.operation, link, size: link ? "small" : undefined, type: action.danger ? "danger" : link || place === 0 ? "primary" : undefined, "data-action": action.operation, onClick: (event: Event) => { event.stopPropagation(); press(action); } }, () => said(action))),
    rest.length ? h(Dropdown, { key: "more", trigger: "click", class: "more" }, {
      default: () => h(Button, { link, size: link ? "small" : undefined, class: "more-button", onClick: (event: Event) => event.stopPropagation() }, () => word("more")),
      dropdown: () => h(DropdownMenu, null, () => rest.map((action) => h(DropdownItem, { key: action.operation, "data-action": action.operation, class: action.danger ? "danger" : "", onClick: () => press(action) }, () => said(action)))),
    }) : null,
  ];
}
