/** Every page of the manifest, as three people see it: it opens, says nothing wrong, and asks for nothing that is refused. */
import { readFileSync } from "node:fs";

import { expect } from "../journeys/steps.js";
import type { Visit } from "./visit.js";

const PEOPLE = ["admin", "doctor_a", "clerk"];

export async function pageSteps(visit: Visit): Promise<void> {
  const manifest = JSON.parse(readFileSync("admin/manifest.json", "utf8")) as { pages: Record<string, unknown> };
  const seen = new Set<string>();
  for (const person of PEOPLE) {
    const hand = await visit.as(person);
    const names = await hand.page.$$eval("aside li.el-menu-item[data-menu]", (items) => items.map((each) => (each as HTMLElement).dataset.menu ?? ""));
    for (const name of names) {
      await visit.step(`${person} opens ${name}`, hand, async () => {
        await hand.visit(name);
        for (const tab of await hand.page.locator(`[data-page="${name}"] .el-tabs__item`).all()) {
          await tab.click();
          await hand.settled();
        }
        await hand.page.locator(`[data-page="${name}"]`).locator(".el-table:visible, .el-empty:visible, .el-descriptions:visible, button:visible").first().waitFor(); // something to see
        const refused = await hand.page.locator(`[data-page="${name}"] .el-alert--error`).allTextContents();
        expect(refused.length === 0, "no refusal", refused);
      });
      seen.add(name);
    }
    await visit.step(`${person} opens the own account`, hand, async () => {
      await hand.page.locator("header .account").click();
      await hand.page.locator(".el-dropdown-menu__item:visible", { hasText: "我的账户" }).click();
      await hand.tab("auth_sessions_list");
      await hand.page.locator("[data-list=auth_sessions_list] .el-table__row").first().waitFor();
    });
    await hand.close();
  }
  const missing = Object.keys(manifest.pages).filter((name) => !seen.has(name));
  expect(missing.length <= HIDDEN, "all pages but those that are opened from others", missing);
}

/** Pages of one patient or stay: the menu hides them. */
const HIDDEN = 4;
