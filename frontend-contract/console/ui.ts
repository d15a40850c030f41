/** The parts of the component library that the console uses, loosely typed: their properties are data here. */
import * as library from "element-plus";
import { withDirectives, type Component, type VNode } from "vue";

const all = library as unknown as Record<string, Component>;
const part = (name: string): Component => {
  const found = all[`El${name}`];
  if (!found) throw new Error(`the component library has no ${name}`);
  return found;
};

export const Alert = part("Alert"), Breadcrumb = part("Breadcrumb"), BreadcrumbItem = part("BreadcrumbItem"), Button = part("Button");
export const Checkbox = part("Checkbox"), ConfigProvider = part("ConfigProvider"), DatePicker = part("DatePicker"), Descriptions = part("Descriptions");
export const DescriptionsItem = part("DescriptionsItem"), Dialog = part("Dialog"), Drawer = part("Drawer"), Dropdown = part("Dropdown");
export const DropdownItem = part("DropdownItem"), DropdownMenu = part("DropdownMenu"), Empty = part("Empty"), Form = part("Form");
export const FormItem = part("FormItem"), Icon = part("Icon"), Image = part("Image"), Input = part("Input");
export const InputNumber = part("InputNumber"), Menu = part("Menu"), MenuItem = part("MenuItem"), Option = part("Option");
export const OptionGroup = part("OptionGroup"), Pagination = part("Pagination"), Popover = part("Popover"), Select = part("Select");
export const SubMenu = part("SubMenu"), Switch = part("Switch"), TabPane = part("TabPane"), Table = part("Table");
export const TableColumn = part("TableColumn"), Tabs = part("Tabs"), Tag = part("Tag"), TimePicker = part("TimePicker");

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
