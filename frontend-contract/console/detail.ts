/** A row in full: its fields, its buttons, and the lists below it. */
import { defineComponent, h, onMounted, ref, type Component, type PropType, type VNode, type VNodeChild } from "vue";

import { answerOf, applies, buttons, useActions, type Place } from "./actions.js";
import { call, download, reasonOf, type Row } from "./api.js";
import type { Below, Layout } from "./arrange.js";
import { operation, propertiesOf, rowsOf, type List, type Schema } from "./contract.js";
import { ListView } from "./list.js";
import { can } from "./session.js";
import { shownFields } from "./show.js";
import { Alert, busy, Button, Drawer, TabPane, Tabs, tell } from "./ui.js";
import { said, word } from "./words.js";

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
        refusal.value = reasonOf(error, word("unreachable"));
      } finally {
        waiting.value = false;
      }
    }
    onMounted(read);

    /** Masked values in full, which the API notes in its log. */
    async function reveal(id: string): Promise<void> {
      try {
        whole.value = await call(id, { at: props.place.at });
      } catch (error) {
        tell(reasonOf(error, word("unreachable")), "error");
      }
    }
    const eye = (name: string, node: Schema): VNodeChild => {
      const id = node["x-masked"]?.operation;
      if (!id || !row.value[name] || name in whole.value || !can(operation(id)["x-permission-code"])) return null;
      return h(Button, { link: true, type: "primary", size: "small", "data-reveal": name, onClick: () => void reveal(id) }, () => word("reveal"));
    };
    const names = (): string[] => props.layout.detail?.fields ?? Object.keys(propertiesOf(schema));
    const place = (): Place => ({ ...props.place, row: row.value });
    const files = (): VNodeChild => props.layout.files.filter((each) => can(each.permission)).map((each) =>
      h(Button, { key: each.operation, "data-action": each.operation, onClick: () => void save(each.operation) }, () => said(each)));
    async function save(id: string): Promise<void> {
      try {
        await download(id, { at: props.place.at });
      } catch (error) {
        tell(reasonOf(error, word("unreachable")), "error");
      }
    }
    const panes = (): VNode[] => props.layout.related.filter((each) => can(each.related.permission)).map((each) =>
      h(TabPane, { key: each.related.operation, name: each.related.operation, label: said(each.related), lazy: true }, () => pane(each)));
    const pane = (below: Below): VNode => below.list
      ? h(ListView, { list: below.list, ...(below.related.filter ? { only: { [below.related.filter]: String(row.value.id) } } : { above: props.place.at }) })
      : h(Reading, { operation: below.related.operation, at: props.place.at });
    return () =>
      h(Drawer, { modelValue: true, title: said(props.list), size: "62%", appendToBody: true, onClose: () => emit("close") }, () => [
        refusal.value ? h(Alert, { type: "error", title: refusal.value, closable: false }) : null,
        h("div", { class: "toolbar" }, h("div", [buttons(props.layout.rowActions.filter((each) => applies(each, row.value)), place(), runner, 6, false), files()])),
        busy(h("div", { class: "detail" }, [shownFields(schema, { ...row.value, ...whole.value }, names(), eye)]), waiting.value),
        panes().length ? h(Tabs, { modelValue: tab.value || props.layout.related[0]?.related.operation, "onUpdate:modelValue": (name: string) => (tab.value = name) }, panes) : null,
        runner.dialogs(),
      ]);
  },
});

/** An answer that is read whole, with what it needs to be asked. */
export const Reading: Component = defineComponent({
  props: { operation: { type: String, required: true }, at: { type: Array as PropType<string[]>, default: () => [] }, query: { type: Object as PropType<Row>, default: () => ({}) } },
  setup(props) {
    const answer = ref<unknown>(null);
    const refusal = ref("");
    onMounted(async () => {
      try {
        answer.value = await call(props.operation, { at: props.at, query: props.query });
      } catch (error) {
        refusal.value = reasonOf(error, word("unreachable"));
      }
    });
    return () => (refusal.value ? h(Alert, { type: "error", title: refusal.value, closable: false }) : answer.value ? h("div", [answerOf(operation(props.operation), answer.value)]) : null);
  },
});
