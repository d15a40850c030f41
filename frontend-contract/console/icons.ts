/** Icons of the menu by the names that the manifest gives them: the same name, or one of the same meaning. */
import * as library from "@element-plus/icons-vue";
import { h, type Component, type VNode } from "vue";

import { Icon } from "./ui.js";

const MEANT: Record<string, string> = {
  ban: "CircleClose", bed: "House", book: "Notebook", card: "CreditCard", dashboard: "DataBoard", department: "OfficeBuilding",
  file: "Document", form: "Tickets", group: "Connection", hospital: "FirstAidKit", inbox: "MessageBox", leave: "SwitchButton",
  position: "Medal", queue: "Sort", receipt: "Tickets", screen: "Monitor", settings: "Setting", tag: "PriceTag", team: "User",
  template: "CopyDocument", text: "Document", tree: "Share", undo: "RefreshLeft", "user-check": "Stamp", "user-group": "UserFilled",
  visit: "Service", clock: "Clock", location: "Location",
};
const all = library as unknown as Record<string, Component>;

export function icon(name = ""): VNode {
  const same = name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  const found = all[MEANT[name] ?? same] ?? all.Document;
  return h(Icon, null, () => h(found as Component));
}
