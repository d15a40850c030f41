/** Inputs made of inputs: an object, a list of objects, and names with values. */
import { defineComponent, h, onMounted, ref, type Component, type PropType, type VNode } from "vue";

import { call, type Row } from "./api.js";
import { propertiesOf, resolved, type Group, type Schema } from "./contract.js";
import { FieldInput } from "./fields.js";
import { isEmpty } from "./show.js";
import { Button, FormItem, Input } from "./ui.js";
import { said, word } from "./words.js";

const shared = {
  errors: { type: Object as PropType<Record<string, string>>, default: () => ({}) },
  path: { type: String, default: "" },
  /** The values around it. */
  beside: { type: Object as PropType<Row>, default: () => ({}) },
};

/** The fields of a form or of a part of one, each with what the API says against it. */
export function fieldsOf(schema: Schema, names: string[], values: Row, errors: Record<string, string>, path: string, give: (values: Row) => void, around: Row = {}): VNode[] {
  const known = propertiesOf(schema);
  const needed = resolved(schema).required ?? [];
  const asked = (node: Schema): boolean => !node.readOnly && Object.entries(node["x-when"] ?? {}).every(([name, some]) => some.includes(around[name]));
  return names.filter((name) => known[name] && asked(known[name])).map((name) => {
    const at = path ? `${path}.${name}` : name;
    return h(FormItem, { key: name, label: said(known[name] as Schema) || name, required: needed.includes(name), error: errors[at] ?? "", "data-field": at }, () => [
      h(FieldInput, {
        name, schema: known[name] as Schema, modelValue: values[name], beside: { ...around, ...values }, errors, path: at,
        "onUpdate:modelValue": (value: unknown) => give({ ...values, [name]: value }),
      }),
      helpOf(known[name] as Schema),
    ]);
  });
}

/** What who fills a field in should know. */
export function helpOf(node: Schema): VNode | null {
  const text = said({ title: node["x-help"], title_en: node["x-help-en"] });
  return text ? h("div", { class: "help" }, text) : null;
}

/** The parts of an object under the headings that the document gives them. */
function sectionsOf(schema: Schema): Group[] {
  const found: Group[] = [];
  for (const [name, node] of Object.entries(propertiesOf(schema))) {
    const title = node["x-group"] ?? "";
    const section = found.find((each) => each.title === title);
    if (section) section.fields.push(name);
    else found.push({ title, title_en: node["x-group-en"] ?? "", fields: [name] });
  }
  return found;
}

export const Parts: Component = defineComponent({
  props: { schema: { type: Object as PropType<Schema>, required: true }, modelValue: { type: Object as PropType<Row | null>, default: null }, ...shared },
  emits: ["update:modelValue"],
  setup(props, { emit }) {
    /** Where others may come, what is empty is no key at all. */
    const give = (values: Row): void => emit("update:modelValue", resolved(props.schema).additionalProperties ? Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value))) : values);
    return () =>
      h("div", { class: "parts" }, sectionsOf(props.schema).map((section) => [
        said(section) ? h("h4", { class: "heading wide" }, said(section)) : null,
        fieldsOf(props.schema, section.fields, props.modelValue ?? {}, props.errors, props.path, give, props.beside),
      ]));
  },
});

/** Objects one below the other; `schema` is that of one of them. */
export const ManyParts: Component = defineComponent({
  props: { schema: { type: Object as PropType<Schema>, required: true }, modelValue: { type: Array as PropType<Row[] | null>, default: null }, ...shared },
  emits: ["update:modelValue"],
  setup(props, { emit }) {
    const rows = (): Row[] => props.modelValue ?? [];
    const names = Object.keys(propertiesOf(props.schema));
    const give = (place: number, values: Row): void => emit("update:modelValue", rows().map((row, other) => (other === place ? values : row)));
    return () =>
      h("div", { class: "many" }, [
        ...rows().map((row, place) =>
          h("div", { key: place, class: "parts" }, [
            ...fieldsOf(props.schema, names, row, props.errors, `${props.path}.${place}`, (values) => give(place, values), props.beside),
            h(Button, { link: true, type: "danger", onClick: () => emit("update:modelValue", rows().filter((_, other) => other !== place)) }, () => word("remove")),
          ]),
        ),
        h(Button, { size: "small", onClick: () => emit("update:modelValue", [...rows(), startOf(props.schema)]) }, () => word("add")),
      ]);
  },
});

/** What the document gives a new object from the start. */
export function startOf(schema: Schema): Row {
  const known = Object.entries(propertiesOf(schema)).map(([name, node]): [string, unknown] => [name, resolved(node).default]);
  return Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== ""));
}

/** An object whose names nobody knows before: names and values. A value is read as JSON where it is JSON. */
export const Pairs: Component = defineComponent({
  props: { modelValue: { type: Object as PropType<Row | null>, default: null }, ...shared },
  emits: ["update:modelValue"],
  setup(props, { emit }) {
    const pairs = (): [string, unknown][] => Object.entries(props.modelValue ?? {});
    const give = (place: number, name: string, value: unknown): void =>
      emit("update:modelValue", Object.fromEntries(pairs().map((pair, other) => (other === place ? [name, value] : pair))));
    return () =>
      h("div", { class: "many" }, [
        ...pairs().map(([name, value], place) =>
          h("div", { key: place, class: "pair" }, [
            h(Input, { modelValue: name, placeholder: word("name"), "onUpdate:modelValue": (text: string) => give(place, text, value) }),
            h(Input, { modelValue: typeof value === "string" ? value : JSON.stringify(value), placeholder: word("value"), "onUpdate:modelValue": (text: string) => give(place, name, asValue(text)) }),
            h(Button, { link: true, type: "danger", onClick: () => emit("update:modelValue", Object.fromEntries(pairs().filter((_, other) => other !== place))) }, () => word("remove")),
          ]),
        ),
        h(Button, { size: "small", onClick: () => emit("update:modelValue", { ...(props.modelValue ?? {}), "": "" }) }, () => word("add")),
        ...Object.entries(props.errors).filter(([at]) => at.startsWith(`${props.path}.`)).map(([at, text]) => h("div", { key: at, class: "el-form-item__error wide" }, `${at.slice(props.path.length + 1)}: ${text}`)),
      ]);
  },
});

/** Texts of which a row of an operation says what they are; which row, a field beside them says. */
export const PartsOfRow: Component = defineComponent({
  props: { from: { type: Object as PropType<NonNullable<Schema["x-fields"]>>, required: true }, modelValue: { type: Object as PropType<Row | null>, default: null }, ...shared },
  emits: ["update:modelValue"],
  setup(props, { emit }) {
    const rows = ref<Row[]>([]);
    onMounted(async () => void (rows.value = await call(props.from.operation).catch(() => [])));
    const parts = (): Row[] => {
      const wanted = props.from.by.map((name) => props.beside[name]).find(Boolean);
      return rows.value.find((row) => row[props.from.key] === wanted)?.[props.from.fields].filter((part: Row) => part.kind !== props.from.without) ?? [];
    };
    return () => {
      const known = parts().flatMap((part) => part.names.map((name: string, place: number): [string, Schema] => [name, partOf(part, place)]));
      const schema = { type: "object", properties: Object.fromEntries(known), required: parts().filter((part) => part.is_required).flatMap((part) => part.names) };
      return h("div", { class: "parts" }, fieldsOf(schema, Object.keys(schema.properties), props.modelValue ?? {}, props.errors, props.path, (values) => emit("update:modelValue", Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)))), props.beside));
    };
  },
});

/** The schema of one of the texts that a part is given as: a range of days is given as two. */
function partOf(part: Row, place: number): Schema {
  const title = part.names.length > 1 ? `${part.label} · ${word(place ? "to" : "from")}` : part.label;
  const choices = part.choices.map((each: Row) => ({ value: each.value, zh: each.label, en: each.label, colour: "" }));
  return {
    type: "string", title, maxLength: 64, ...(part.kind === "day_range" ? { format: "date" } : {}), ...(choices.length ? { "x-enum": choices } : {}),
    ...(part.resource ? { "x-ref": { operation: `${part.resource}_options_list`, narrowed_by: { hospital_id: "hospital_id" } } } : {}),
  };
}

function asValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
