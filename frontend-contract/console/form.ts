/** The form of an operation in a dialog: what its path, its query and its body need. */
import { computed, defineComponent, h, nextTick, ref, watch, type Component, type PropType, type VNodeChild } from "vue";

import { ApiError, call, download, intention, orTold, reasonOf, type Request, type Row } from "./api.js";
import { grouped } from "./arrange.js";
import { filtersOf, HOSPITAL, operation, pathParameters, propertiesOf, resolved, type Action, type Operation, type Schema } from "./contract.js";
import { fieldsOf, startOf } from "./nested.js";
import { can, workplace } from "./session.js";
import { shownFields } from "./show.js";
import { Alert, Button, Dialog, Form, tell } from "./ui.js";
import { said, word } from "./words.js";

/** What a person fills in: unknown parts of the path, the query of a reading, the body. */
interface Asked {
  path: Schema;
  query: Schema;
  body: Schema;
}

/** `given`: the query that is known already, as of the list that is exported; what more it needs is asked. */
function askedOf(of: Operation, at: string[], given?: Row): Asked {
  const path = Object.fromEntries(pathParameters(of).slice(at.length).map((each) => [each.name, each.schema]));
  const names = of.method === "GET" && !(given && of.files.length) ? filtersOf(of) : [];
  const query = of.parameters.filter((each) => each.in === "query" && (each.required || names.includes(each.name)));
  const inPath = { properties: path, required: Object.keys(path) };
  return {
    path: inPath, body: of.body ?? {},
    query: { properties: Object.fromEntries(query.map((each) => [each.name, each.schema])), required: query.filter((each) => each.required).map((each) => each.name) },
  };
}

/** Whether anything has to be filled in before the operation can be called. */
export function asksFor(action: Action, at: string[], row: Row | null, given?: Row): boolean {
  if (action.preview || (action.shows.length && row)) return true;
  const of = operation(action.operation);
  const { path, query, body } = askedOf(of, at, given);
  if (of.files.length && given) return (query.required ?? []).some((name) => !given[name]);
  return [path, query].some((each) => (each.required ?? []).length > 0) || Object.keys(propertiesOf(body)).some((name) => name !== "version" && !(name === action.ids && row));
}

export const ActionForm: Component = defineComponent({
  props: {
    action: { type: Object as PropType<Action>, required: true },
    at: { type: Array as PropType<string[]>, default: () => [] },
    row: { type: Object as PropType<Row | null>, default: null },
    /** What the row is. */
    schema: { type: Object as PropType<Schema | null>, default: null },
    /** Reads the row again; null where nothing reads it. */
    read: { type: Function as PropType<(() => Promise<Row>) | null>, default: null },
    /** What the page says already. */
    query: { type: Object as PropType<Row>, default: undefined },
  },
  emits: ["done", "close"],
  setup(props, { emit }) {
    const of = operation(props.action.operation);
    const asked = askedOf(of, props.at, props.query);
    const edits = of.method === "PATCH" || of.method === "PUT";
    const known = propertiesOf(asked.body);
    const names = Object.keys(known).filter((name) => name !== "version" && !(edits && "x-fixed" in (known[name] as Schema)));
    const many = props.action.ids && props.row ? props.row : null;
    const before = ref<Row>({ ...beginOf(asked.body, edits ? props.row : null, names), ...(many ? beginOf(asked.body, many, names) : {}) });
    const values = ref<Row>({ ...before.value, ...beginAt(asked.path), ...beginAt(asked.query), ...knownOf(of, props.query) });
    const version = ref(props.row?.version);
    const shows = props.action.shows.filter((name) => props.row && name in props.row);
    const seen = ref<Row | null>(null);
    const place = computed(() => (props.action.ids ? [String(props.row?.id ?? "")] : [...props.at, ...Object.keys(propertiesOf(asked.path)).map((name) => String(values.value[name] ?? ""))]));
    const ahead = props.action.preview && can(operation(props.action.preview)["x-permission-code"]) ? operation(props.action.preview) : null;
    watch(() => place.value.join(), async () => void (seen.value = ahead && place.value.filter(Boolean).length === pathParameters(ahead).length ? ((await orTold(call(ahead.id, { at: place.value }))) ?? null) : null), { immediate: true });
    const errors = ref<Record<string, string>>({});
    const general = ref("");
    const waiting = ref(false);
    const key = ref(intention());

    async function submit(): Promise<void> {
      waiting.value = true;
      errors.value = {};
      general.value = "";
      try {
        const request = requestOf(of, asked, props.at, bodyOf(), values.value, key.value);
        request.query = { ...knownOf(of, props.query), ...request.query };
        emit("done", of.files.length ? await download(of.id, request) : await call(of.id, request));
      } catch (error) {
        await refused(error);
        await nextTick();
        document.querySelector(".el-dialog .refusal, .el-dialog .is-error")?.scrollIntoView({ block: "center" });
      } finally {
        waiting.value = false;
      }
    }

    function bodyOf(): Row | null {
      if (!of.body) return null;
      const whole = Object.entries(values.value).filter(([name, value]) => names.includes(name) && (edits ? !same(value, before.value[name]) : value !== null && value !== "" && value !== undefined));
      const versioned = "version" in propertiesOf(of.body) && version.value !== undefined ? { version: version.value } : {};
      return { ...Object.fromEntries(whole.map(([name, value]) => [name, edits && value === null ? emptied(asked.body, name) : edits ? changed(known[name] as Schema, before.value[name], value) : value])), ...versioned };
    }

    async function refused(error: unknown): Promise<void> {
      general.value = reasonOf(error);
      if (!(error instanceof ApiError)) return;
      // what was refused was not done: the next try is another intention; a failed or running one may yet be done
      if (error.problem.status < 500 && error.code !== "request_in_progress") key.value = intention();
      if (error.code === "stale_version") await readAgain();
      errors.value = Object.fromEntries(error.problem.errors.map((each) => [each.field, each.message]));
      const beside = new Set([asked.path, asked.query].flatMap((each) => Object.keys(propertiesOf(each))).concat(Object.keys(values.value), names).filter((name) => !(many && name === props.action.ids)));
      const shownBeside = error.problem.errors.filter((each) => beside.has(each.field.split(".")[0] ?? ""));
      if (shownBeside.length && shownBeside.length === error.problem.errors.length) general.value = error.problem.detail || error.problem.title;
    }

    /** What the person has changed stays; the rest is as it is now. */
    async function readAgain(): Promise<void> {
      general.value = word("stale");
      tell(word("stale"), "warning");
      if (!props.read) return;
      const now = await props.read();
      const fresh = beginOf(asked.body, now, names);
      const mine = Object.entries(values.value).filter(([name, value]) => !same(value, before.value[name]))
        .map(([name, value]) => [name, isLoose(known[name] ?? {}) ? { ...fresh[name], ...changed(known[name] as Schema, before.value[name], value) } : value]);
      before.value = fresh;
      values.value = { ...values.value, ...fresh, ...Object.fromEntries(mine) };
      version.value = now.version;
    }

    const template = props.action.template;
    const give = (given: Row): void => void (values.value = given);
    const confirm = computed(() => said({ title: props.action.confirm, title_en: props.action.confirm_en }));
    const body = (): VNodeChild => [
      confirm.value ? h(Alert, { type: props.action.danger ? "warning" : "info", title: confirm.value, closable: false, showIcon: true }) : null,
      general.value ? h(Alert, { class: "refusal", type: "error", title: general.value, closable: false, showIcon: true }) : null,
      template && can(template.permission) ? h(Button, { link: true, type: "primary", "data-action": template.operation, onClick: () => void orTold(download(template.operation, { at: props.at })) }, () => said(template)) : null,
      props.row && props.schema && shows.length ? shownFields(props.schema, props.row, shows) : null,
      ahead && seen.value ? shownFields(ahead.answer ?? {}, seen.value, Object.keys(seen.value)) : null,
      h(Form, { labelPosition: "top", class: "grid", onSubmit: (event: Event) => event.preventDefault() }, () =>
        [
          ...[asked.path, asked.query].map((schema) => fieldsOf(schema, Object.keys(propertiesOf(schema)), values.value, errors.value, "", give)),
          ...grouped(names.filter((name) => !(many && name === props.action.ids)), props.action.groups).map((group) => [
            said(group) ? h("h4", { class: "heading" }, said(group)) : null,
            fieldsOf(asked.body, group.fields, values.value, errors.value, "", give, props.row ?? {}),
          ]),
        ],
      ),
    ];
    return () =>
      h(Dialog, {
        modelValue: true, title: said(props.action), width: names.length > 4 || names.some((name) => isLoose(known[name] as Schema)) ? "760px" : "520px", appendToBody: true, closeOnClickModal: false,
        onClose: () => emit("close"),
      }, {
        default: body,
        footer: () => [
          h(Button, { onClick: () => emit("close") }, () => word("cancel")),
          h(Button, { type: props.action.danger ? "danger" : "primary", loading: waiting.value, onClick: submit }, () => word("ok")),
        ],
      });
  },
});

/** The values that a form opens with: those of the row, or the document's defaults and the hospital one works at. */
function beginOf(body: Schema, row: Row | null, names: string[]): Row {
  if (!row) return { ...startOf(body), ...(HOSPITAL in propertiesOf(body) && (resolved(body).required ?? []).includes(HOSPITAL) ? { [HOSPITAL]: workplace() } : {}) };
  const known = names.filter((name) => name in row && !String(row[name]).includes("****"));
  return Object.fromEntries(known.map((name) => [name, row[name]]));
}

function beginAt(schema: Schema): Row {
  return HOSPITAL in (schema.properties ?? {}) ? { [HOSPITAL]: workplace() } : {};
}

/** What the operation takes of a query. */
export function knownOf(of: Operation, query: Row = {}): Row {
  return Object.fromEntries(Object.entries(query).filter(([name]) => of.parameters.some((each) => each.in === "query" && each.name === name)));
}

function requestOf(of: Operation, asked: Asked, at: string[], body: Row | null, values: Row, key: string): Request {
  const query = Object.fromEntries(Object.keys(propertiesOf(asked.query)).map((name) => [name, values[name]]));
  return { at: [...at, ...Object.keys(propertiesOf(asked.path)).map((name) => String(values[name] ?? ""))], query, body, key };
}

/** What an emptied field is sent as: null where the document allows it. */
function emptied(body: Schema, name: string): unknown {
  const node = resolved(propertiesOf(body)[name] ?? {});
  return node.nullable || node.type !== "string" ? null : "";
}

/** An object of which any part may be sent. */
function isLoose(node: Schema): boolean {
  const whole = resolved(node);
  return whole.type === "object" && !whole.additionalProperties && Object.keys(whole.properties ?? {}).length > 0 && !whole.required?.length;
}

/** What is sent of a value that was changed: of such an object the parts that differ. */
function changed(node: Schema, before: Row | undefined, value: Row): Row {
  if (!isLoose(node)) return value;
  return Object.fromEntries(Object.entries(value ?? {}).filter(([name, one]) => !same(one, before?.[name])));
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
