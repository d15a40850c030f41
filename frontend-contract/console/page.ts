/** A page of the manifest: its lists as tabs, what is read whole, and the actions that no list has. */
import { computed, defineComponent, h, ref, watch, type Component, type VNode, type VNodeChild } from "vue";

import { buttons, useActions } from "./actions.js";
import type { Row } from "./api.js";
import { hospitals, operation, pages, pathParameters, resolved, type Action, type List, type Operation } from "./contract.js";
import { Reading } from "./detail.js";
import { FieldInput } from "./fields.js";
import { ListView } from "./list.js";
import { can, session, workplace } from "./session.js";
import { Empty, FormItem, TabPane, Tabs } from "./ui.js";
import { said, word } from "./words.js";

export const PageView: Component = defineComponent({
  props: { name: { type: String, required: true }, row: { type: String, default: "" } },
  setup(props) {
    const page = pages[props.name] ?? { lists: [], actions: [] };
    const lists = page.lists.filter((each) => can(operation(each.operation)["x-permission-code"]));
    const readings = page.actions.filter((each) => each.method === "GET" && can(each.permission) && !operation(each.operation).files.length);
    const shown = props.row ? (lists.find((each) => each.detail) ?? null) : null;
    const tab = ref(shown?.operation ?? lists[0]?.operation ?? readings[0]?.operation ?? "");
    const turn = ref(0);
    const runner = useActions(() => (turn.value += 1), () => []);
    const read = readings.map((each) => operation(each.operation).path);
    /** What goes on from the path of what is read whole stands above it. */
    const above = (action: Action): string | undefined => read.find((path) => `${operation(action.operation).path}/`.startsWith(`${path}/`));
    const others = page.actions.filter((each) => !readings.includes(each) && !above(each));
    const listPane = (list: List): VNode => h(ListView, { key: `${list.operation} ${turn.value}`, list, shows: list === shown ? props.row : "" });
    const readingPane = (action: Action): VNode => h(Asking, {
      key: `${action.operation} ${turn.value}`, action,
      actions: page.actions.filter((each) => !readings.includes(each) && above(each) === operation(action.operation).path),
    });
    const panes = (): VNode[] => [
      ...lists.map((each) => h(TabPane, { key: each.operation, name: each.operation, label: said(each), lazy: true }, () => listPane(each))),
      ...readings.map((each) => h(TabPane, { key: each.operation, name: each.operation, label: said(each), lazy: true }, () => readingPane(each))),
    ];
    const content = (): VNodeChild => {
      if (lists.length + readings.length === 0) return others.length ? null : h(Empty, { description: word("empty") });
      if (lists.length + readings.length === 1) return lists[0] ? listPane(lists[0]) : readingPane(readings[0] as Action);
      return h(Tabs, { modelValue: tab.value, "onUpdate:modelValue": (name: string) => (tab.value = name) }, panes);
    };
    return () => h("div", { class: "page", "data-page": props.name }, [
      h("div", { class: "toolbar" }, h("div", [buttons(others, { at: [], row: null, read: null }, runner, 5, false)])),
      content(),
      runner.dialogs(),
    ]);
  },
});

/** What is read whole: the parts of its path and its query are asked for above it, the hospital one works at is known. */
const Asking: Component = defineComponent({
  props: { action: { type: Object as () => Action, required: true }, actions: { type: Array as () => Action[], default: () => [] } },
  setup(props) {
    const of = operation(props.action.operation);
    const inPath = pathParameters(of);
    const asked = [...inPath, ...of.parameters.filter((each) => each.in === "query")];
    const values = ref<Row>(begun(of));
    const complete = computed(() => asked.every((each) => !(each.required || each.in === "path") || values.value[each.name]));
    watch(() => session.hospital, () => (values.value = { ...values.value, ...begun(of) }));
    const query = (): Row => Object.fromEntries(asked.filter((each) => each.in === "query").map((each) => [each.name, values.value[each.name]]));
    const inputs = (): VNodeChild => asked.map(({ name, schema }) =>
      h(FormItem, { key: name, label: said(schema), "data-field": name }, () =>
        h(FieldInput, { name, schema, modelValue: values.value[name], beside: values.value, loose: true, "onUpdate:modelValue": (value: unknown) => (values.value = { ...values.value, [name]: value }) })));
    return () => h("div", { class: "asking" }, [
      h("div", { class: "filters" }, [inputs()]),
      complete.value
        ? h(Reading, { key: `${JSON.stringify(values.value)}${session.language}`, operation: of.id, at: inPath.map((each) => String(values.value[each.name])), query: query(), actions: props.actions })
        : h(Empty, { description: word("choose_first"), imageSize: 80 }),
    ]);
  },
});

function isHospital(of: Operation, name: string): boolean {
  const parameter = of.parameters.find((each) => each.name === name);
  return !!parameter && resolved(parameter.schema)["x-ref"]?.operation === hospitals()?.operation;
}

function begun(of: Operation): Row {
  const names = of.parameters.filter((each) => isHospital(of, each.name)).map((each) => each.name);
  return Object.fromEntries(names.map((name) => [name, workplace()]));
}
