/** A list as the manifest describes it: filters, table, buttons, paging, details. */
import { computed, defineComponent, h, onMounted, onUnmounted, ref, watch, type Component, type PropType, type VNode, type VNodeChild } from "vue";

import { applies, buttons, fits, useActions, type Place } from "./actions.js";
import { call, type Row } from "./api.js";
import { arranged, rowId } from "./arrange.js";
import { HOSPITAL, operation, pathParameters, propertiesOf, resolved, rowsOf, type Action, type Column, type EnumValue, type List, type Schema } from "./contract.js";
import { Detail } from "./detail.js";
import { Filters } from "./filters.js";
import { FieldInput } from "./fields.js";
import { useRows } from "./rows.js";
import { session } from "./session.js";
import { cell } from "./show.js";
import { Alert, busy, Button, Checkbox, Empty, FormItem, Pagination, Popover, Table, TableColumn } from "./ui.js";
import { said, word } from "./words.js";

export const ListView: Component = defineComponent({
  props: {
    list: { type: Object as PropType<List>, required: true },
    /** The ids of the path that are known already. */
    above: { type: Array as PropType<string[]>, default: () => [] },
    /** What the rows are narrowed to. */
    only: { type: Object as PropType<Row>, default: () => ({}) },
    /** The row whose detail is open from the start. */
    shows: { type: String, default: "" },
  },
  setup(props) {
    const of = operation(props.list.operation);
    const rowSchema = rowsOf(of);
    const schemas = propertiesOf(rowSchema);
    const asked = pathParameters(of).slice(props.above.length);
    const parents = ref<Row>({});
    const at = (): string[] => [...props.above, ...asked.map((each) => String(parents.value[each.name] ?? ""))];
    const { state, paging, query, missing, load } = useRows(of.id, props.list.filters, at, props.only);
    const chosen = ref(new Set(props.list.columns.filter((each) => !each.hidden).map((each) => each.name)));
    const one = (name: string): boolean => session.hospitals.length < 2 || session.hospital ? name === HOSPITAL.replace("_id", "_name") : false;
    const columns = computed(() => props.list.columns.filter((each) => chosen.value.has(each.name) && !one(each.name)));
    const open = ref<Row | null>(props.shows ? { id: props.shows } : null);
    const picked = ref<Row[]>([]);
    const drawn = ref<{ clearSelection: () => void } | null>(null);
    const unpick = (): void => drawn.value?.clearSelection();
    const layout = arranged(props.list);
    const detail = layout.detail ? operation(layout.detail.operation) : null;
    const runner = useActions(() => {
      unpick();
      void load();
    }, () => [rowSchema, detail?.answer ?? null]);

    const first = (): void => {
      unpick();
      Object.assign(state, { page: 1, cursors: [""] });
      void load();
    };
    onMounted(load);
    let again: ReturnType<typeof setTimeout> | undefined;
    watch(() => state.rows, () => {
      clearTimeout(again);
      if (state.rows.some((row) => isMoving(props.list, row))) again = setTimeout(() => void load(), 3000);
    });
    onUnmounted(() => clearTimeout(again));
    watch(() => [session.hospital, session.language, JSON.stringify(parents.value)], first);
    const find = (filters: Row, search: string): void => {
      Object.assign(state, { filters, search });
      first();
    };
    const placeOf = (row: Row | null): Place => {
      const ids = row ? [...at(), rowId(row, layout, of)] : at();
      return { at: ids, row, query: query.value, read: detail && row ? () => call(detail.id, { at: ids }) : null };
    };
    /** What replaces the whole list begins with what stands in it. */
    const wholePlace = (): Place => ({ ...placeOf(null), row: layout.replaced ? { [layout.replaced]: state.rows.map((row) => row.id) } : null });

    const parentInputs = (): VNodeChild => asked.map(({ name, schema }) =>
      h(FormItem, { key: name, label: `${word("choose_first")} ${said(schema)}`, class: "parent", "data-field": name }, () =>
        h(FieldInput, { name, schema, modelValue: parents.value[name], loose: true, "onUpdate:modelValue": (value: unknown) => (parents.value = { ...parents.value, [name]: value }) })));
    const toolbar = (): VNode => h("div", { class: "toolbar" }, [
      h("div", at().some((each) => !each) ? [] : [buttons([...layout.toolbar, ...layout.uploads], wholePlace(), runner, 4, false), exportButtons()]),
      h("div", [h(Button, { link: true, onClick: () => void load() }, () => word("refresh")), columnChooser(props.list.columns, chosen.value)]),
    ]);
    const exportButtons = (): VNodeChild => layout.exports.filter((each) => applies(each, null)).flatMap((each) => formatsOf(each).map((format) =>
      h(Button, { key: `${each.operation} ${format?.value}`, "data-action": each.operation, onClick: () => void runner.run(each, { ...placeOf(null), query: { ...query.value, ...(format ? { [FORMAT]: format.value } : {}) } }) },
        () => [said(each), format ? ` (${said(format)})` : ""])));
    const bulkButtons = (): VNodeChild => picked.value.length ? h("div", { class: "toolbar bulk" }, h("div", [
      h("span", `${word("chosen")} ${picked.value.length}`), h(Button, { link: true, onClick: unpick }, () => word("clear")),
      ...layout.bulk.filter((each) => applies(each, null)).map((each) =>
        h(Button, { key: each.operation, "data-bulk": each.operation, disabled: !picked.value.every((row) => applies(each, row)), onClick: () => void runner.run(each, { at: [], row: { ...shared(picked.value), [each.ids ?? ""]: picked.value.map((row) => row.id) }, read: null }) }, () => said(each))),
    ])) : null;
    const opens = !!detail || layout.related.length > 0;
    const pressed = (row: Row): void => {
      if (opens) open.value = row;
    };
    const table = (): VNode => busy(h("div", [h(Table, {
      ref: drawn, data: state.rows, stripe: true, border: true, rowKey: "id", onRowClick: pressed, class: opens ? "clickable" : "", scrollbarAlwaysOn: true, onSelectionChange: (rows: Row[]) => (picked.value = rows),
      onSortChange: ({ prop, order }: { prop: string; order: string | null }) => {
        state.ordering = order ? `${order === "descending" ? "-" : ""}${prop}` : "";
        first();
      },
    }, {
      default: () => [!layout.bulk.some((each) => applies(each, null)) ? null : h(TableColumn, { key: "chosen", type: "selection", width: 42, reserveSelection: true }), ...columns.value.map((column, place) => tableColumn(column, schemas[column.name] ?? {}, opens && !place ? pressed : null)), actionColumn()],
      empty: () => h(Empty, { description: state.refusal || (at().some((each) => !each) ? word("choose_first") : missing().length ? `${word("choose_first")} ${missing().join(", ")}` : word("empty")), imageSize: 80 }),
    })]), state.waiting);
    const actionColumn = (): VNode | null => {
      const width = Math.max(0, ...state.rows.map((row) => widthOf(layout.rowActions.filter((each) => applies(each, row)))));
      if (!width) return null;
      return h(TableColumn, { key: `actions ${width}`, label: word("actions"), width, fixed: "right" }, {
        default: ({ row }: { row: Row }) => h("div", { class: "row-actions" }, [buttons(layout.rowActions, placeOf(row), runner, most(), true)]),
      });
    };
    return () => h("div", { class: "list", "data-list": of.id }, [
      parentInputs(),
      h(Filters, { of, names: props.list.filters, search: props.list.search, onFind: find }),
      toolbar(),
      bulkButtons(),
      state.refusal ? h(Alert, { type: "error", title: state.refusal, closable: false, showIcon: true }) : null,
      table(),
      pager(state, paging, load),
      open.value ? h(Detail, { key: open.value.id, list: props.list, layout, place: placeOf(state.rows.find((row) => row.id === open.value?.id) ?? open.value), onClose: () => (open.value = null), onChanged: () => void load() }) : null,
      runner.dialogs(),
    ]);
  },
});

/** Whether a row changes by itself now. */
export function isMoving(list: List, row: Row): boolean {
  return Object.keys(list.moving).length > 0 && fits(list.moving, row);
}

/** The parameter of an export that says the kind of file. */
const FORMAT = "file_format";

function formatsOf(action: Action): (EnumValue | null)[] {
  const schema = operation(action.operation).parameters.find((each) => each.name === FORMAT)?.schema;
  return schema ? (resolved(schema)["x-enum"] ?? [null]) : [null];
}

/** What all of these rows say alike. */
function shared(rows: Row[]): Row {
  const first = Object.entries(rows[0] ?? {}).filter(([name]) => name !== "id" && name !== "version");
  return Object.fromEntries(first.filter(([name, value]) => rows.every((row) => JSON.stringify(row[name]) === JSON.stringify(value))));
}

/** Buttons of a row that stand beside “more”: the narrower the window, the fewer. */
const most = (): number => (window.innerWidth < 1700 ? 1 : 2);

/** Some buttons in full and one for the rest, as wide as their words. */
function widthOf(actions: Action[]): number {
  if (!actions.length) return 0;
  const all = actions.length <= most() + 1;
  const letters = (all ? actions : actions.slice(0, most())).map((each) => [...said(each)].reduce((sum, letter) => sum + (letter > "\u2e80" ? 14 : 8), 12));
  return Math.max(90, letters.reduce((sum, each) => sum + each, 24) + (all ? 0 : 50));
}

/** `open`: of the column whose cells lead to the detail. */
function tableColumn(column: Column, schema: Schema, open: ((row: Row) => void) | null): VNode {
  const right = column.format === "money" || column.format === "number";
  const press = (event: Event, row: Row): void => {
    event.stopPropagation();
    open?.(row);
  };
  return h(TableColumn, {
    key: column.name, prop: column.name, label: said(column), minWidth: column.width, sortable: column.sortable ? "custom" : false,
    align: right ? "right" : "left", showOverflowTooltip: true,
  }, { default: ({ row }: { row: Row }) => (open ? h("button", { type: "button", class: "opens", title: word("see"), onClick: (event: Event) => press(event, row) }, [cell(column, schema, row)]) : cell(column, schema, row)) });
}

function columnChooser(columns: Column[], chosen: Set<string>): VNode {
  const toggle = (name: string, on: boolean): void => void (on ? chosen.add(name) : chosen.delete(name));
  return h(Popover, { trigger: "click", placement: "bottom-end", width: 220 }, {
    reference: () => h(Button, { link: true }, () => word("columns")),
    default: () => h("div", { class: "chooser" }, columns.map((column) =>
      h(Checkbox, { key: column.name, modelValue: chosen.has(column.name), label: said(column), "onUpdate:modelValue": (on: boolean) => toggle(column.name, on) }))),
  });
}

function pager(state: ReturnType<typeof useRows>["state"], paging: string, load: () => Promise<void>): VNodeChild {
  const step = (change: () => void): void => {
    change();
    void load();
  };
  if (paging === "cursor")
    return h("div", { class: "pager" }, [
      h(Button, { disabled: state.cursors.length < 2, onClick: () => step(() => state.cursors.pop()) }, () => "‹"),
      h(Button, { disabled: !state.next, onClick: () => step(() => state.cursors.push(state.next)) }, () => "›"),
    ]);
  if (paging === "none" || !state.count) return null;
  return h("div", { class: "pager" }, h(Pagination, {
    background: true, layout: "total, sizes, prev, pager, next", total: state.count, currentPage: state.page, pageSize: state.size, pageSizes: [10, 20, 50, 100],
    "onUpdate:currentPage": (page: number) => step(() => (state.page = page)),
    "onUpdate:pageSize": (size: number) => step(() => Object.assign(state, { size, page: 1 })),
  }));
}
