/** The input of a field, chosen by what the document says of its values. */
import { defineComponent, h, type Component, type PropType, type VNode } from "vue";

import type { Row } from "./api.js";
import { entriesOf } from "./choices.js";
import { HOSPITAL, propertiesOf, resolved, type Ref, type Schema } from "./contract.js";
import { ManyParts, Pairs, Parts, PartsOfRow } from "./nested.js";
import { RefSelect } from "./pick.js";
import { session } from "./session.js";
import { isDecimal } from "./show.js";
import { DatePicker, Input, InputNumber, Option, OptionGroup, Select, Switch, TimePicker } from "./ui.js";
import { said, word } from "./words.js";

interface Given {
  name: string;
  schema: Schema;
  value: unknown;
  beside: Row;
  errors: Record<string, string>;
  path: string;
  loose: boolean;
  give: (value: unknown) => void;
}

export const FieldInput: Component = defineComponent({
  props: {
    name: { type: String, required: true },
    schema: { type: Object as PropType<Schema>, required: true },
    // eslint-disable-next-line @typescript-eslint/no-explicit-any
    modelValue: { type: null as unknown as PropType<any>, default: undefined },
    /** Values of the fields beside it: they narrow what can be chosen. */
    beside: { type: Object as PropType<Row>, default: () => ({}) },
    errors: { type: Object as PropType<Record<string, string>>, default: () => ({}) },
    path: { type: String, default: "" },
    /** As a filter: nothing is required, yes and no are two values among three. */
    loose: Boolean,
  },
  emits: ["update:modelValue"],
  setup(props, { emit }) {
    return () =>
      input({
        name: props.name, schema: resolved(props.schema), value: props.modelValue, beside: props.beside,
        errors: props.errors, path: props.path, loose: props.loose,
        give: (value) => emit("update:modelValue", value),
      });
  },
});

function input(given: Given): VNode {
  const { schema } = given;
  if (schema["x-ref"]) return refSelect(given, schema.type === "array");
  if (schema.type === "array") return many(given);
  if (schema["x-enum"]) return select(given, choicesIn(schema));
  if (schema["x-dictionary"]) return select(given, entriesOf(schema["x-dictionary"]));
  if (schema.type === "boolean") return given.loose || schema.nullable ? select(given, yesOrNo()) : toggle(given);
  if (schema.type === "integer" || schema.type === "number") return number(given);
  if (schema.type === "object") return object(given);
  if (schema.format === "binary") return file(given);
  if (isDecimal(schema)) return h(Input, { modelValue: given.value ?? "", inputmode: "decimal", clearable: true, "onUpdate:modelValue": (typed: string) => given.give(typed.trim()) });
  return schema.format?.startsWith("date") || schema.format === "time-local" ? time(given) : text(given);
}

function refSelect({ schema, value, beside, name, give }: Given, multiple: boolean): VNode {
  const source = schema["x-ref"] as Ref;
  const near = Object.entries(source.narrowed_by ?? {}).map(([parameter, field]) => [parameter, beside[field]]).filter(([, one]) => one);
  const filters = { ...(session.hospital && name !== HOSPITAL ? { [HOSPITAL]: session.hospital } : {}), ...Object.fromEntries(near) };
  return h(RefSelect, { modelValue: value as string, source, filters, multiple, "onUpdate:modelValue": give });
}

function many(given: Given): VNode {
  const item = resolved(given.schema.items ?? {});
  if (item["x-ref"]) return refSelect({ ...given, schema: item }, true);
  if (item["x-enum"]) return select(given, choicesIn(item), true);
  if (item.type === "object") return h(ManyParts, { ...common(given), schema: item });
  if (item.type === "integer" && item.maximum !== undefined) {
    const first = item.minimum ?? 0;
    const numbers = Array.from({ length: item.maximum - first + 1 }, (_, place) => first + place);
    return select(given, numbers.map((one) => ({ value: one, label: String(one) })), true);
  }
  return h(Select, {
    modelValue: given.value ?? [], multiple: true, filterable: true, allowCreate: true, defaultFirstOption: true,
    reserveKeyword: false, "onUpdate:modelValue": given.give,
  });
}

function common({ value, errors, path, beside, give }: Given): Row {
  return { modelValue: value, errors, path, beside, "onUpdate:modelValue": give };
}

function object(given: Given): VNode {
  if (given.schema["x-fields"]) return h(PartsOfRow, { ...common(given), from: given.schema["x-fields"] });
  if (Object.keys(propertiesOf(given.schema)).length) return h(Parts, { ...common(given), schema: given.schema });
  return h(Pairs, { ...common(given) });
}

interface Offered {
  value: unknown;
  label: string;
  group?: string;
}

function choicesIn(schema: Schema): Offered[] {
  return (schema["x-enum"] ?? []).map((each) => ({ value: each.value, label: said(each), group: said({ title: each.group, title_en: each.group_en }) }));
}

/** What is in force where a field is left empty. */
function inForce(schema: Schema): string {
  const value = schema["x-default"];
  if (value === undefined) return "";
  const known = schema["x-enum"]?.find((each) => each.value === value);
  const text = known ? said(known) : typeof value === "boolean" ? word(value ? "yes" : "no") : schema["x-unit"] === "fen" ? (Number(value) / 100).toFixed(2) : String(value);
  return `${word("by_default")} ${text}`;
}

function select({ value, give, loose, schema }: Given, choices: Offered[], multiple = false): VNode {
  const option = (each: Offered): VNode => h(Option, { key: String(each.value), value: each.value, label: each.label });
  const groups = [...new Set(choices.map((each) => each.group))];
  const open = loose && !!schema["x-enum"] && !schema.enum && schema.type === "string";
  return h(Select, {
    modelValue: value ?? (multiple ? [] : ""), multiple, clearable: true, filterable: choices.length > 8,
    placeholder: inForce(schema) || word("choose"), collapseTags: loose, allowCreate: open,
    "onUpdate:modelValue": (chosen: unknown) => give(chosen === undefined || chosen === "" ? (schema.enum?.includes("") ? "" : null) : chosen),
  }, () => groups.length < 2 ? choices.map(option) : groups.map((group) => h(OptionGroup, { key: group, label: group }, () => choices.filter((each) => each.group === group).map(option))));
}

function yesOrNo(): { value: boolean; label: string }[] {
  return [{ value: true, label: word("yes") }, { value: false, label: word("no") }];
}

function toggle({ value, give }: Given): VNode {
  return h(Switch, { modelValue: value === true, "onUpdate:modelValue": give });
}

function number({ schema, value, give }: Given): VNode {
  const money = schema["x-unit"] === "fen";
  const scale = money ? 100 : 1;
  const unit = money ? word("yuan") : schema["x-unit"] === "minute" ? word("minute") : "";
  const bound = (limit: number | undefined): Row => (limit === undefined ? {} : { limit: limit / scale });
  return h("span", { class: "number" }, [
    h(InputNumber, {
      modelValue: typeof value === "number" ? value / scale : undefined, precision: money ? 2 : schema.type === "integer" ? 0 : undefined,
      min: bound(schema.minimum).limit, max: bound(schema.maximum).limit, controls: !money, placeholder: inForce(schema),
      "onUpdate:modelValue": (given: number | undefined) => give(given === undefined || given === null ? null : Math.round(given * scale * 1e6) / 1e6),
    }),
    unit ? h("span", { class: "unit" }, unit) : null,
  ]);
}

function file({ value, give }: Given): VNode {
  return h("label", { class: "file" }, [
    h("span", { class: "el-button el-button--small" }, word("choose_file")),
    h("input", { type: "file", onChange: (event: Event) => give((event.target as HTMLInputElement).files?.[0] ?? null) }),
    h("span", value instanceof File ? value.name : ""),
  ]);
}

function time({ schema, value, give }: Given): VNode {
  if (schema.format === "time-local")
    return h(TimePicker, { modelValue: value ?? null, valueFormat: "HH:mm", format: "HH:mm", "onUpdate:modelValue": give });
  const whole = schema.format === "date-time";
  return h(DatePicker, {
    modelValue: value ?? null, type: whole ? "datetime" : "date", valueFormat: whole ? "YYYY-MM-DDTHH:mm:ssZ" : "YYYY-MM-DD",
    format: whole ? "YYYY-MM-DD HH:mm" : "YYYY-MM-DD", "onUpdate:modelValue": give,
  });
}

function text({ schema, value, give, loose, name }: Given): VNode {
  const long = !loose && (schema.maxLength === undefined || schema.maxLength > 200) && schema.type === "string";
  return h(Input, {
    modelValue: value ?? "", clearable: true, maxlength: schema.maxLength, placeholder: inForce(schema),
    ...(name.includes("password") ? { type: "password", showPassword: true, autocomplete: "off" } : long ? { type: "textarea", autosize: { minRows: 1, maxRows: 6 } } : {}),
    "onUpdate:modelValue": (typed: string) => give(typed === "" && "x-default" in schema ? null : typed),
  });
}
