/** A drawing of figures as the API answers them: lines, bars or a pie. */
import { defineComponent, h, onBeforeUnmount, onMounted, ref, type Component, type PropType } from "vue";

interface Drawing {
  kind: "line" | "bar" | "pie";
  title: string;
  unit: string;
  labels: string[];
  series: { name: string; values: (number | null)[] }[];
  colours: string[];
  empty: string;
}

export const Chart: Component = defineComponent({
  props: { drawing: { type: Object as PropType<Drawing>, required: true } },
  setup(props) {
    const place = ref<HTMLElement | null>(null);
    let drawn: { setOption: (option: object) => void; resize: () => void; dispose: () => void } | null = null;
    const resize = (): void => drawn?.resize();
    onMounted(async () => {
      const { init } = await import("echarts"); // larger than all else together, and most pages draw nothing
      if (!place.value) return;
      drawn = init(place.value);
      drawn.setOption(optionOf(props.drawing));
      window.addEventListener("resize", resize);
    });
    onBeforeUnmount(() => {
      window.removeEventListener("resize", resize);
      drawn?.dispose();
    });
    return () => (props.drawing.empty ? h("div", { class: "faint" }, props.drawing.empty) : h("div", { ref: place, class: "chart" }));
  },
});

function optionOf({ kind, title, unit, labels, series, colours }: Drawing): object {
  const round = kind === "pie";
  const name = unit ? `${title} (${unit})` : title;
  const around = { color: colours, title: { text: name, left: "center", textStyle: { fontSize: 14 } }, legend: { bottom: 0, type: "scroll" }, tooltip: { trigger: round ? "item" : "axis" }, animation: false };
  if (round) return { ...around, series: series.map((each) => ({ name: each.name, type: kind, radius: "62%", data: labels.map((label, place) => ({ name: label, value: each.values[place] })) })) };
  return { ...around, grid: { containLabel: true, left: 8, right: 16 }, xAxis: { type: "category", data: labels }, yAxis: { type: "value" }, series: series.map((each) => ({ name: each.name, type: kind, data: each.values })) };
}
