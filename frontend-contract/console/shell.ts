/** The frame: menu, way to the page, hospital, language, account. */
import { defineComponent, h, onMounted, onUnmounted, ref, watch, type Component, type VNode, type VNodeChild } from "vue";

import { PasswordForm, SecondFactor } from "./account.js";
import { call } from "./api.js";
import { choicesOf } from "./choices.js";
import { ACCOUNT, hospitals, pages } from "./contract.js";
import { icon } from "./icons.js";
import { PageView } from "./page.js";
import { forget, session, wayTo, type MenuNode } from "./session.js";
import { languageSwitch } from "./sign_in.js";
import { Breadcrumb, BreadcrumbItem, Button, Dialog, Dropdown, DropdownItem, DropdownMenu, Empty, Menu, MenuItem, Option, Select, SubMenu } from "./ui.js";
import { said, word } from "./words.js";

function pageInAddress(): string {
  return decodeURIComponent(location.hash.replace(/^#\/?/, "").split("/")[0] ?? "");
}

/** The row whose detail is open from the start: #/page/id. */
function rowInAddress(): string {
  return decodeURIComponent(location.hash.split("/")[2] ?? "");
}

function firstPage(nodes: MenuNode[]): string {
  for (const node of nodes) {
    const found = node.name in pages && !node.meta.hidden ? node.name : firstPage(node.children);
    if (found) return found;
  }
  return "";
}

function isOpen(page: string): boolean {
  return page === ACCOUNT || wayTo(page).length > 0;
}

export const Shell: Component = defineComponent({
  setup() {
    const page = ref(pageInAddress());
    /** So often was the menu asked for a page: the same again is read again. */
    const turns = ref(0);
    const dialog = ref<"" | "password" | "totp">("");
    const row = ref(rowInAddress());
    const turn = (): void => {
      page.value = pageInAddress();
      row.value = rowInAddress();
    };
    onMounted(async () => {
      window.addEventListener("hashchange", turn);
      if (!isOpen(page.value)) location.hash = `#/${firstPage(session.access?.menus ?? [])}`;
      const source = hospitals();
      if (source) session.hospitals = await choicesOf(source, "").catch(() => []);
    });
    // titles of the menu come in the language of the request
    watch(() => session.language, () => void call("me_access").then((access) => (session.access = access)).catch(() => undefined));
    onUnmounted(() => window.removeEventListener("hashchange", turn));
    const leave = (): void => {
      void call("auth_sign_out").catch(() => undefined);
      forget(false);
    };
    const order: Record<string, () => void> = {
      mine: () => (location.hash = `#/${ACCOUNT}`),
      password: () => (dialog.value = "password"),
      totp: () => (dialog.value = "totp"),
      leave,
    };
    return () => h("div", { class: "shell" }, [
      h("aside", [h("div", { class: "brand" }, word("product")), menu(page.value, () => (turns.value += 1))]),
      h("div", { class: "body" }, [
        h("header", [way(page.value), h("div", { class: "right" }, [hospitalSwitch(session.hospitals), languageSwitch(), account(order)])]),
        h("main", [isOpen(page.value) ? h(PageView, { key: `${page.value} ${row.value} ${turns.value}`, name: page.value, row: row.value }) : h(Empty, { description: word("no_pages") })]),
      ]),
      dialog.value === "password" ? h(Dialog, { modelValue: true, title: word("change_password"), width: "420px", onClose: () => (dialog.value = "") }, () => h(PasswordForm, { onDone: () => (dialog.value = "") })) : null,
      dialog.value === "totp" ? h(SecondFactor, { onClose: () => (dialog.value = "") }) : null,
    ]);
  },
});

function menu(page: string, again: () => void): VNode {
  const open = wayTo(page).map((node) => node.name);
  return h(Menu, { key: session.language, defaultActive: page, defaultOpeneds: open, uniqueOpened: true, onSelect: (name: string) => { again(); location.hash = `#/${name}`; } }, () =>
    (session.access?.menus ?? []).map(menuNode));
}

function menuNode(node: MenuNode): VNodeChild {
  if (node.meta.hidden) return null;
  const title = (): VNodeChild => [icon(node.meta.icon), h("span", said(node.meta))];
  if (node.name in pages) return h(MenuItem, { key: node.name, index: node.name, "data-menu": node.name }, () => title());
  return h(SubMenu, { key: node.name, index: node.name, "data-menu": node.name }, { title, default: () => node.children.map(menuNode) });
}

function way(page: string): VNode {
  if (page === ACCOUNT) return h(Breadcrumb, null, () => h(BreadcrumbItem, () => word("my_account")));
  return h(Breadcrumb, { separator: "/" }, () => wayTo(page).map((node) => h(BreadcrumbItem, { key: node.name }, () => said(node.meta))));
}

/** Of one hospital or of all: only where there is more than one to choose. */
function hospitalSwitch(offered: { id: string; label: string }[]): VNodeChild {
  if (offered.length < 2) return h("span", session.access?.me.hospital?.name ?? "");
  return h(Select, { modelValue: session.hospital, class: "hospital", filterable: true, emptyValues: [null], "onUpdate:modelValue": (id: string) => (session.hospital = id) }, () => [
    h(Option, { key: "", value: "", label: word("all_hospitals") }),
    ...offered.map((each) => h(Option, { key: each.id, value: each.id, label: each.label })),
  ]);
}

function account(order: Record<string, () => void>): VNode {
  return h(Dropdown, { trigger: "click", onCommand: (name: string) => order[name]?.() }, {
    default: () => h(Button, { link: true, class: "account" }, () => [icon("user"), session.access?.me.name]),
    dropdown: () => h(DropdownMenu, null, () => [
      h(DropdownItem, { command: "mine" }, () => word("my_account")),
      h(DropdownItem, { command: "password" }, () => word("change_password")),
      h(DropdownItem, { command: "totp" }, () => word(session.totp ? "totp_off" : "totp_on")),
      h(DropdownItem, { command: "leave", divided: true }, () => word("sign_out")),
    ]),
  });
}
