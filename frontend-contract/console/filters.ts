/** What narrows a list: a line of inputs, of which the first are shown until somebody wants more. */
import { defineComponent, h, ref, type Component, type PropType, type VNode } from "vue";

import type { Row } from "./api.js";
import { HOSPITAL, resolved, type Operation, type Schema } from "./contract.js";
import { FieldInput } from "./fields.js";
import { session } from "./session.js";
import { Button, DatePicker, Form, FormItem, Input } from "./ui.js";
import { said, word } from "./words.js";

const AT_FIRST = 4;

/** Two moments or days of one thing. */
interface Range {
  from: string;
  to: string;
  schema: Schema;
}

export const Filters: Component = defineComponent({
  props: {
    of: { type: Object as PropType<Operation>, required: true },
    names: { type: Array as PropType<string[]>, required: true },
    search: Boolean,
  },
  emits: ["find"],
  setup(props, { emit }) {
    const values = ref<Row>({});
    const text = ref("");
    const all = ref(false);
    const schemas = Object.fromEntries(props.of.parameters.map((each) => [each.name, each.schema]));
    const names = props.names.filter((name) => schemas[name]);
    const ranges = names.flatMap((name) => rangeFrom(name, schemas));
    const inRange = new Set(ranges.flatMap((each) => [each.from, each.to]));
    const find = (): void => emit("find", values.value, text.value.trim());
    const set = (given: Row): void => void (values.value = { ...values.value, ...given });
    const reset = (): void => {
      values.value = {};
      text.value = "";
      find();
    };
    const one = (name: string): VNode =>
      h(FormItem, { key: name, label: said(schemas[name] as Schema), "data-field": name }, () =>
        h(FieldInput, { name, schema: schemas[name] as Schema, modelValue: values.value[name], beside: values.value, loose: true, "onUpdate:modelValue": (value: unknown) => set({ [name]: value }) }));
    const shownItems = (): VNode[] => {
      const single = names.filter((name) => !inRange.has(name) && !(name === HOSPITAL && session.hospital));
      return [...single.map(one), ...ranges.map((each) => rangeItem(each, values.value, set))];
    };
    return () => {
      const items = shownItems();
      if (!items.length && !props.search) return null;
      return h(Form, { inline: true, class: "filters", onSubmit: (event: Event) => event.preventDefault() }, () => [
        props.search ? h(FormItem, { key: "search" }, () => h(Input, { modelValue: text.value, placeholder: word("search"), clearable: true, class: "search", "onUpdate:modelValue": (value: string) => (text.value = value), onKeyup: (event: KeyboardEvent) => void (event.key === "Enter" && find()) })) : null,
        ...(all.value ? items : items.slice(0, AT_FIRST)),
        h(FormItem, { key: "find" }, () => [
          h(Button, { type: "primary", onClick: find }, () => word("query")),
          h(Button, { onClick: reset }, () => word("reset")),
          items.length > AT_FIRST ? h(Button, { link: true, onClick: () => (all.value = !all.value) }, () => word(all.value ? "fewer_filters" : "more_filters")) : null,
        ]),
      ]);
    };
  },
});

function rangeFrom(name: string, schemas: Record<string, Schema>): Range[] {
  const to = name === "since" ? "until" : name.replace(/_from$/, "_to");
  const schema = resolved(schemas[name] ?? {});
  return to !== name && schemas[to] && schema.format?.startsWith("date") ? [{ from: name, to, schema }] : [];
}

function rangeItem({ from, to, schema }: Range, values: Row, set: (given: Row) => void): VNode {
  const whole = schema.format === "date-time";
  return h(FormItem, { key: from, label: said(schema), "data-field": from }, () =>
    h(DatePicker, {
      modelValue: values[from] ? [values[from], values[to]] : null, type: whole ? "datetimerange" : "daterange", class: "range",
      valueFormat: whole ? "YYYY-MM-DDTHH:mm:ssZ" : "YYYY-MM-DD", startPlaceholder: word("from"), endPlaceholder: word("to"),
      "onUpdate:modelValue": (pair: [string, string] | null) => set({ [from]: pair?.[0] ?? null, [to]: pair?.[1] ?? null }),
    }));
}
