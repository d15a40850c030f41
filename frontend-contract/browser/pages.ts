/** Every page of the manifest, as three people see it: it opens, says nothing wrong, and asks for nothing that is refused. */
import { readFileSync } from "node:fs";

import { expect } from "../journeys/steps.js";
import type { Visit } from "./visit.js";

const PEOPLE = ["admin", "doctor_a", "clerk"];

export async function pageSteps(visit: Visit): Promise<void> {
  const manifest = JSON.parse(readFileSync("admin/manifest.json", "utf8")) as { pages: Record<string, unknown>; routes: { name: string; meta: { hidden: boolean } }[] };
  const hidden = manifest.routes.filter((each) => each.meta.hidden).map((each) => each.name); // of one patient or stay
  const seen = new Set<string>();
  const long: string[] = [];
  for (const person of PEOPLE) {
    const hand = await visit.as(person);
    const names = await hand.page.$$eval("aside li.el-menu-item[data-menu]", (items) => items.map((each) => (each as HTMLElement).dataset.menu ?? ""));
    for (const name of [...names, ...(person === "admin" ? hidden : [])]) {
      await visit.step(`${person} opens ${name}`, hand, async () => {
        await (hidden.includes(name) ? hand.go(name) : hand.visit(name));
        if (person === "admin") await hand.screenshot(`${visit.settings.pictures}/${name}.png`);
        if (person === "admin" && (await hand.page.locator(`[data-page="${name}"] .el-table__row:visible`).count()) >= PAGE) long.push(name);
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
  expect(Object.keys(manifest.pages).every((name) => seen.has(name)), "every page", Object.keys(manifest.pages).filter((name) => !seen.has(name)));
  await openSteps(visit);
  await measured(visit, long);
}

/** What a list offers to who looks at it: its rows open by the keyboard, and its name in the menu reads it again. */
async function openSteps(visit: Visit): Promise<void> {
  const hand = await visit.as("admin");
  await visit.step("the first cell of a row opens its detail by the keyboard", hand, async () => {
    await hand.visit("departments");
    await hand.page.locator(".el-table__row .opens").first().focus();
    await hand.page.keyboard.press("Enter");
    await hand.page.locator(".el-drawer:visible .el-descriptions").first().waitFor();
    await hand.screenshot(`${visit.settings.pictures}/detail.png`);
    await hand.page.keyboard.press("Escape");
    await hand.page.locator(".el-drawer:visible").waitFor({ state: "detached" });
  });
  await visit.step("the menu's entry of the open page reads it again", hand, async () => {
    await Promise.all([hand.page.waitForResponse((answer) => /\/departments\?/.test(answer.url())), hand.visit("departments")]);
  });
  await hand.close();
}

/** Rows of a whole page, and how often its time is taken. */
const PAGE = 20;
const TIMES = 5;

/** Prints how long a page of 20 rows takes from the click on its name, in ms. */
async function measured(visit: Visit, names: string[]): Promise<void> {
  const hand = await visit.as("admin");
  await visit.step(`pages of ${PAGE} rows, from the click on`, hand, async () => {
    expect(names.length > 5, "enough pages to tell", names);
    for (const name of names) {
      const taken: number[] = [];
      for (let turn = 0; turn < TIMES; turn += 1) {
        await hand.visit(name === names[0] ? (names[1] ?? "") : (names[0] ?? ""));
        taken.push(await hand.timed(name));
      }
      taken.sort((one, other) => one - other);
      console.log(`page ${name}: median ${taken[TIMES >> 1]} ms, worst ${taken.at(-1)} ms`);
    }
  });
  await hand.close();
}
