/** The parts of the component library that the console uses, loosely typed: their properties are data here. */
import * as library from "element-plus";
import { h, withDirectives, type Component, type VNode } from "vue";

const all = library as unknown as Record<string, Component>;
const part = (name: string): Component => {
  const found = all[`El${name}`];
  if (!found) throw new Error(`the component library has no ${name}`);
  return found;
};

export const Alert = part("Alert");
export const Breadcrumb = part("Breadcrumb");
export const BreadcrumbItem = part("BreadcrumbItem");
export const Button = part("Button");
export const Checkbox = part("Checkbox");
export const ConfigProvider = part("ConfigProvider");
export const DatePicker = part("DatePicker");
export const Descriptions = part("Descriptions");
export const DescriptionsItem = part("DescriptionsItem");
export const Dialog = part("Dialog");
export const Drawer = part("Drawer");
export const Dropdown = part("Dropdown");
export const DropdownItem = part("DropdownItem");
export const DropdownMenu = part("DropdownMenu");
export const Empty = part("Empty");
export const Form = part("Form");
export const FormItem = part("FormItem");
export const Icon = part("Icon");
export const Image = part("Image");
export const Input = part("Input");
export const InputNumber = part("InputNumber");
export const Menu = part("Menu");
export const MenuItem = part("MenuItem");
export const Option = part("Option");
export const OptionGroup = part("OptionGroup");
export const Pagination = part("Pagination");
export const Popover = part("Popover");
export const Select = part("Select");
export const SubMenu = part("SubMenu");
export const Switch = part("Switch");
export const TabPane = part("TabPane");
export const Table = part("Table");
export const TableColumn = part("TableColumn");
export const Tabs = part("Tabs");
export const Tag = part("Tag");
export const TimePicker = part("TimePicker");

export function tell(text: string, kind: "success" | "error" | "warning" = "success"): void {
  library.ElMessage({ message: text, type: kind, duration: kind === "success" ? 2500 : 6000, showClose: true });
}

/** True if the person agrees. */
export async function agreed(text: string, title: string, words: { ok: string; cancel: string }, danger: boolean): Promise<boolean> {
  try {
    await library.ElMessageBox.confirm(text, title, {
      confirmButtonText: words.ok, cancelButtonText: words.cancel, type: danger ? "warning" : "info",
      ...(danger ? { confirmButtonClass: "el-button--danger" } : {}),
    });
    return true;
  } catch {
    return false;
  }
}

export function busy(node: VNode, waiting: boolean): VNode {
  return withDirectives(node, [[library.vLoading, waiting]]);
}

/** A button with a text. */
export function button(text: string, onClick: () => void, more: Record<string, unknown> = {}): VNode {
  return h(Button, { onClick, ...more }, () => text);
}
