/** A person in front of the console: finds what is on the screen by the contract's names, and clicks and types. */
import { chromium, type Browser, type Locator, type Page } from "playwright-core";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const PATIENCE = 20_000;

export async function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, headless: true, args: FLAGS });
}

export class Hand {
  /** What the browser complained of since it was last asked. */
  private complaints: string[] = [];

  private constructor(readonly page: Page) {}

  /** A window of its own, as of somebody who has just come. */
  static async open(browser: Browser, address: string, locale = "zh-CN"): Promise<Hand> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale, timezoneId: "Asia/Shanghai" });
    const hand = new Hand(await context.newPage());
    hand.page.setDefaultTimeout(PATIENCE);
    hand.listen();
    await hand.page.goto(address);
    return hand;
  }

  private listen(): void {
    this.page.on("console", (message) => message.type() === "error" && this.complaints.push(message.text()));
    this.page.on("pageerror", (error) => this.complaints.push(error.message));
    this.page.on("requestfailed", (request) => this.complaints.push(`${request.url()} ${request.failure()?.errorText}`));
    this.page.on("response", (answer) => answer.status() >= 400 && this.complaints.push(`${answer.status()} ${answer.request().method()} ${answer.url()}`));
  }

  complained(): string[] {
    return this.complaints.splice(0);
  }

  async signIn(username: string, password: string): Promise<void> {
    await this.type("username", username);
    await this.type("password", password);
    await this.page.keyboard.press("Enter");
  }

  async isIn(): Promise<void> {
    await this.page.waitForSelector("aside [data-menu]");
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  private async top(): Promise<Locator> {
    await this.page.waitForTimeout(350); // until what opens or closes has done so
    for (const layer of [".el-dialog:visible", ".el-drawer:visible"]) {
      const found = this.page.locator(layer);
      if (await found.count()) return found.last();
    }
    return this.page.locator("#console");
  }

  field(name: string): Locator {
    return this.page.locator(`[data-field="${name}"]:visible`).last();
  }

  async type(name: string, text: string): Promise<void> {
    await this.field(name).locator("input, textarea").last().fill(text);
  }

  /** Times and days are taken over when the field is left. */
  async typeTime(name: string, text: string): Promise<void> {
    const input = this.field(name).locator("input").last();
    for (let tries = 0; tries < 3 && (await input.inputValue()) !== text; tries += 1) {
      await input.fill(text); // a panel that opens late answers Enter with the present moment
      await this.page.waitForTimeout(300);
      await input.press("Enter");
      await this.page.keyboard.press("Tab");
      await this.page.waitForTimeout(300);
    }
  }

  /** One of a select's choices, searched for where the select searches. */
  async choose(name: string, label: string, search = label): Promise<void> {
    const box = this.field(name).locator(".el-select").last();
    await box.click();
    const input = box.locator("input");
    if (await input.isEditable()) await input.fill(search);
    const choice = this.page.locator(".el-select-dropdown__item:visible", { hasText: label }).first();
    await choice.click();
    await this.page.waitForTimeout(300);
    if (await this.page.locator(".el-select-dropdown:visible").count()) await (await this.top()).locator(".el-dialog__title, .el-form-item__label").first().click();
  }

  async toggle(name: string): Promise<void> {
    await this.field(name).locator(".el-switch").click();
  }

  /** A button by the operation that it calls; behind “more” if it is not shown. */
  async press(operation: string, within?: Locator): Promise<void> {
    const place = within ?? (await this.top());
    const direct = place.locator(`[data-action="${operation}"]:visible`);
    await place.locator(`[data-action="${operation}"]:visible, .more-button:visible`).first().waitFor();
    if (await direct.count()) return direct.first().click();
    await place.locator(".more-button:visible").first().click();
    await this.page.locator(`.el-dropdown-menu [data-action="${operation}"]:visible`).click();
  }

  /** Whether a row has a button for the operation, behind “more” too. */
  async offers(operation: string, row: Locator): Promise<boolean> {
    if (await row.locator(`[data-action="${operation}"]:visible`).count()) return true;
    const more = row.locator(".more-button:visible");
    if (!(await more.count())) return false;
    await more.click();
    await this.page.locator(".el-dropdown-menu:visible").waitFor();
    const found = await this.page.locator(`.el-dropdown-menu:visible [data-action="${operation}"]`).count();
    await more.click();
    await this.page.locator(".el-dropdown-menu:visible").waitFor({ state: "hidden" });
    return found > 0;
  }

  /** OK of the dialog on top, which closes it. */
  async agree(): Promise<void> {
    const dialogs = await this.page.locator(".el-dialog:visible").count();
    await this.ok();
    await this.page.waitForFunction((before) => [...document.querySelectorAll(".el-dialog")].filter((each) => each.checkVisibility()).length < before, dialogs);
  }

  async ok(): Promise<void> {
    const top = await this.top();
    await top.locator(".el-dialog__footer .el-button--primary, .el-dialog__footer .el-button--danger").last().click();
  }

  /** Away from what was told. */
  async leave(): Promise<void> {
    const dialog = this.page.locator(".el-dialog:visible").last();
    await dialog.locator(".el-dialog__footer .el-button").first().click();
    await dialog.waitFor({ state: "hidden" });
  }

  /** Yes to a question without a form. */
  async confirm(): Promise<void> {
    await this.page.locator(".el-message-box__btns .el-button--primary, .el-message-box__btns .el-button--danger").last().click();
    await this.page.locator(".el-message-box").waitFor({ state: "hidden" });
  }

  row(text: string): Locator {
    return this.page.locator(".el-table__row:visible", { hasText: text }).first();
  }

  /** A page by its name in the menu. */
  async visit(name: string): Promise<void> {
    await (await this.entry(name)).click();
    await this.page.waitForSelector(`[data-page="${name}"]`);
    await this.settled();
  }

  private async entry(name: string): Promise<Locator> {
    const group = this.page.locator(`aside .el-sub-menu[data-menu]:has([data-menu="${name}"])`).first();
    await this.page.waitForSelector(`aside [data-menu="${name}"]`, { state: "attached" });
    for (let tries = 0; tries < 3 && (await group.count()); tries += 1) {
      if (await group.evaluate((node) => node.classList.contains("is-opened"))) break; // what is folding up is still seen
      await group.locator(".el-sub-menu__title").first().click();
      await this.page.waitForTimeout(350); // until it has unfolded
    }
    return this.page.locator(`aside [data-menu="${name}"]`);
  }

  /** A page that no menu shows, by its address. */
  async go(name: string): Promise<void> {
    await this.page.evaluate((page) => void (location.hash = `#/${page}`), name);
    await this.page.waitForSelector(`[data-page="${name}"]`);
    await this.settled();
  }

  /** Milliseconds from the click on its name in the menu until a page shows its rows. */
  async timed(name: string): Promise<number> {
    const entry = await this.entry(name);
    await this.page.waitForTimeout(350); // until the menu has unfolded
    const taken = await entry.evaluate((node, page) => new Promise<number>((resolve) => {
      const start = performance.now();
      const look = (): void => {
        if (document.querySelector(`[data-page="${page}"] .el-table__row`)) requestAnimationFrame(() => resolve(performance.now() - start));
        else requestAnimationFrame(look);
      };
      (node as HTMLElement).click();
      look();
    }), name);
    await this.settled();
    return Math.round(taken);
  }

  /** Until nothing is being read any more. */
  async settled(): Promise<void> {
    await this.page.waitForLoadState("networkidle");
    await this.page.waitForFunction(() => ![...document.querySelectorAll(".el-loading-mask")].some((each) => each.checkVisibility()));
  }

  /** A tab, under whatever heading it stands. */
  async tab(operation: string): Promise<void> {
    const wanted = this.page.locator(`#tab-${operation}:visible`);
    await this.page.locator(`.groups .el-tabs__item:visible, #tab-${operation}:visible`).first().waitFor();
    for (const heading of await this.page.locator(".groups > .el-tabs__header .el-tabs__item:visible").all()) {
      if (await wanted.count()) break;
      await heading.click();
    }
    await wanted.click();
    await this.settled();
  }

  async refresh(): Promise<void> {
    await this.page.locator(".toolbar button:visible", { hasText: /刷新|Refresh/ }).last().click();
    await this.settled();
  }

  async screenshot(path: string): Promise<void> {
    await this.page.screenshot({ path });
  }
}
