/** The input that chooses rows. */
import { defineComponent, h, ref, watch, type Component, type PropType } from "vue";

import { choicesOf, labelOf, type Choice } from "./choices.js";
import type { Ref } from "./contract.js";
import type { Row } from "./api.js";
import { Option, Select } from "./ui.js";
import { word } from "./words.js";

/** A searching select over the options of a resource. */
export const RefSelect: Component = defineComponent({
  props: {
    modelValue: { type: [String, Array] as PropType<string | string[] | null>, default: null },
    source: { type: Object as PropType<Ref>, required: true },
    filters: { type: Object as PropType<Row>, default: () => ({}) },
    multiple: Boolean,
    placeholder: { type: String, default: "" },
    clearable: { type: Boolean, default: true },
  },
  emits: ["update:modelValue"],
  setup(props, { emit }) {
    const found = ref<Choice[]>([]);
    const waiting = ref(false);
    async function look(text: string): Promise<boolean> {
      waiting.value = true;
      try {
        found.value = await choicesOf(props.source, text, props.filters);
        return true;
      } catch {
        found.value = [];
        return false;
      } finally {
        waiting.value = false;
      }
    }
    const chosen = (): string[] => [props.modelValue ?? []].flat().filter(Boolean);
    /** What is narrowed otherwise now loses a choice that is no longer among the first. */
    watch(() => JSON.stringify(props.filters), async () => {
      const kept = (await look("")) ? chosen().filter((id) => found.value.some((each) => each.id === id)) : chosen();
      if (kept.length < chosen().length) emit("update:modelValue", props.multiple ? kept : null);
    });
    return () =>
      h(Select, {
        modelValue: props.modelValue ?? (props.multiple ? [] : ""), multiple: props.multiple, filterable: true, remote: true,
        remoteMethod: look, loading: waiting.value, clearable: props.clearable, placeholder: props.placeholder || word("choose"),
        remoteShowSuffix: true, onVisibleChange: (open: boolean) => void (open && look("")),
        "onUpdate:modelValue": (value: string | string[] | undefined) => emit("update:modelValue", value || null),
      }, () => [
        ...chosen().filter((id) => !found.value.some((each) => each.id === id))
          .map((id) => h(Option, { key: id, value: id, label: labelOf(props.source, id) || "…" })),
        ...found.value.map((each) =>
          h(Option, { key: each.id, value: each.id, label: each.label }, () => [each.label, h("span", { class: "hint" }, each.hint)]),
        ),
        found.value.length || waiting.value ? null : h(Option, { key: "none", value: "-", label: word("no_choices"), disabled: true }),
      ]);
  },
});
