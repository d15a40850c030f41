/** A row in full: its fields, its buttons, and the lists below it. */
import { defineComponent, h, onMounted, ref, watch, type Component, type PropType, type Ref as VueRef, type VNode, type VNodeChild } from "vue";

import { answerOf, applies, buttons, useActions, type Place } from "./actions.js";
import { call, download, orTold, reasonOf, type Row } from "./api.js";
import { grouped, type Below, type Layout } from "./arrange.js";
import { operation, propertiesOf, rowsOf, type Action, type Group, type List, type Related, type Schema } from "./contract.js";
import { isMoving, ListView } from "./list.js";
import { can } from "./session.js";
import { shownFields } from "./show.js";
import { Alert, busy, Button, Drawer, TabPane, Tabs } from "./ui.js";
import { said, word } from "./words.js";

/** So many lists below a row stand side by side. */
const MOST_TABS = 8;

export const Detail: Component = defineComponent({
  props: {
    list: { type: Object as PropType<List>, required: true },
    layout: { type: Object as PropType<Layout>, required: true },
    place: { type: Object as PropType<Place>, required: true },
  },
  emits: ["close", "changed"],
  setup(props, { emit }) {
    const row = ref<Row>(props.place.row ?? {});
    const waiting = ref(false);
    const refusal = ref("");
    const tab = ref("");
    const group = ref("");
    const chosen: Record<string, VueRef<string>> = {};
    const whole = ref<Row>({});
    const of = props.layout.detail ? operation(props.layout.detail.operation) : null;
    const schema = of?.answer ?? rowsOf(operation(props.list.operation)) ?? {};
    const runner = useActions(() => {
      emit("changed");
      void read();
    }, () => [schema, rowsOf(operation(props.list.operation))]);

    async function read(): Promise<void> {
      if (!of) return;
      waiting.value = true;
      try {
        row.value = await call(of.id, { at: props.place.at });
        whole.value = {};
      } catch (error) {
        refusal.value = reasonOf(error);
      } finally {
        waiting.value = false;
      }
    }
    onMounted(read);
    // the list follows what changes by itself, and the row of it follows the list
    watch(() => props.place.row, (now, before) => void (now !== before && isMoving(props.list, row.value) && read()));

    /** Masked values in full, which the API notes in its log. */
    async function reveal(id: string): Promise<void> {
      whole.value = (await orTold(call(id, { at: props.place.at }))) ?? whole.value;
    }
    const eye = (name: string, node: Schema): VNodeChild => {
      const id = node["x-masked"]?.operation;
      if (!id || !row.value[name] || name in whole.value || !can(operation(id)["x-permission-code"])) return null;
      return h(Button, { link: true, type: "primary", size: "small", "data-reveal": name, onClick: () => void reveal(id) }, () => word("reveal"));
    };
    const groups = (): Group[] => grouped(props.layout.detail?.fields ?? Object.keys(propertiesOf(schema)), props.layout.detail?.groups ?? []);
    /** Buttons on the rows within the answer. */
    const onPart = (name: string): ((part: Row) => VNodeChild) | undefined => {
      const actions = (props.layout.detail?.parts[name] ?? []).filter((each) => can(each.permission));
      return actions.length ? (part) => buttons(actions, { at: [], row: part, read: null }, runner, 2, true) : undefined;
    };
    const fields = (): VNodeChild => groups().map((group) => [
      said(group) ? h("h4", { class: "heading" }, said(group)) : null, shownFields(schema, { ...row.value, ...whole.value }, group.fields, eye, onPart),
    ]);
    const place = (): Place => ({ ...props.place, row: row.value });
    const files = (): VNodeChild => props.layout.files.filter((each) => can(each.permission)).map((each) =>
      h(Button, { key: each.operation, "data-action": each.operation, onClick: () => void orTold(download(each.operation, { at: props.place.at })) }, () => said(each)));
    const open = props.layout.related.filter((each) => can(each.related.permission));
    const tabs = (some: Below[], chosen: VueRef<string>): VNode => h(Tabs, { modelValue: chosen.value || some[0]?.related.operation, "onUpdate:modelValue": (name: string) => (chosen.value = name) }, () => some.map((each) =>
      h(TabPane, { key: each.related.operation, name: each.related.operation, label: said(each.related), lazy: true }, () => pane(each))));
    /** Many stand in two rows: what they are about, and each of them. */
    const panes = (): VNode | null => {
      const groups = [...new Set(open.map((each) => each.related.group))];
      if (open.length <= MOST_TABS) return open.length ? tabs(open, tab) : null;
      const now = groups.includes(group.value) ? group.value : groups[0];
      const names = groups.map((name) => open.find((each) => each.related.group === name)?.related as Related);
      return h(Tabs, { type: "card", class: "groups", modelValue: now, "onUpdate:modelValue": (name: string) => (group.value = name) }, () => names.map((each) =>
        h(TabPane, { key: each.group, name: each.group, label: said({ title: each.group, title_en: each.group_en }), lazy: true }, () => tabs(open.filter((one) => one.related.group === each.group), (chosen[each.group] ??= ref(""))))));
    };
    const pane = (below: Below): VNode => below.list
      ? h(ListView, { list: below.list, ...(below.related.filter ? { only: { [below.related.filter]: String(row.value.id) } } : { above: props.place.at }) })
      : h(Reading, { operation: below.related.operation, at: props.place.at, actions: below.actions });
    return () =>
      h(Drawer, { modelValue: true, title: said(props.list), size: "62%", appendToBody: true, onClose: () => emit("close") }, () => [
        refusal.value ? h(Alert, { type: "error", title: refusal.value, closable: false }) : null,
        isMoving(props.list, row.value) ? h(Alert, { type: "info", title: word("working"), closable: false, showIcon: true }) : null,
        h("div", { class: "toolbar" }, h("div", [buttons(props.layout.rowActions.filter((each) => applies(each, row.value)), place(), runner, 6, false), files()])),
        busy(h("div", { class: "detail" }, [fields()]), waiting.value),
        panes(),
        runner.dialogs(),
      ]);
  },
});

/** An answer that is read whole, with what it needs to be asked. */
export const Reading: Component = defineComponent({
  props: { operation: { type: String, required: true }, at: { type: Array as PropType<string[]>, default: () => [] }, query: { type: Object as PropType<Row>, default: () => ({}) }, actions: { type: Array as PropType<Action[]>, default: () => [] } },
  setup(props) {
    const answer = ref<Row | null>(null);
    const refusal = ref("");
    const of = operation(props.operation);
    const read = (): Promise<Row> => call(props.operation, { at: props.at, query: props.query });
    async function load(): Promise<void> {
      refusal.value = "";
      try {
        answer.value = await read();
      } catch (error) {
        refusal.value = reasonOf(error);
      }
    }
    const runner = useActions(() => void load(), () => [of.answer]);
    onMounted(load);
    return () => h("div", [
      refusal.value ? h(Alert, { type: "error", title: refusal.value, closable: false }) : null,
      ...(answer.value ? [
      props.actions.length ? h("div", { class: "toolbar" }, h("div", [buttons(props.actions, { at: props.at, row: answer.value, read }, runner, 4, false)])) : null,
      answerOf(of, answer.value), runner.dialogs()] : []),
    ]);
  },
});
