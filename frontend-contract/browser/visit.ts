/** One visit to the console: its browser, its people, and pictures of what failed. */
import { readFileSync } from "node:fs";

import type { Browser } from "playwright-core";

import { expect, step } from "../journeys/steps.js";
import { Hand, startBrowser } from "./hand.js";

export interface Settings {
  console_url: string;
  accounts_file: string;
  /** The browser's program. */
  browser: string;
  /** Where pictures of failures go. */
  pictures: string;
  /** Seconds by which the product's clock is ahead; none: it is right. */
  clock_ahead?: number;
}

interface Account {
  username: string;
  password: string;
  name: string;
  department: string;
}

export class Visit {
  private last: Hand | null = null;

  private constructor(readonly settings: Settings, private readonly browser: Browser, readonly accounts: Account[]) {}

  static async begin(settings: Settings): Promise<Visit> {
    const { accounts } = JSON.parse(readFileSync(settings.accounts_file, "utf8")) as { accounts: Account[] };
    return new Visit(settings, await startBrowser(settings.browser), accounts);
  }

  /** A day of the product's clock as the hospital counts it, so many from today. */
  day(ahead: number): string {
    const now = Date.now() + (this.settings.clock_ahead ?? 0) * 1000;
    return new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(now + ahead * 86_400_000);
  }

  account(username: string): Account {
    const found = this.accounts.find((each) => each.username === username);
    if (!found) throw new Error(`nobody is called ${username}`);
    return found;
  }

  /** A new window of the sign-in page. */
  async arrive(locale = "zh-CN"): Promise<Hand> {
    this.last = await Hand.open(this.browser, this.settings.console_url, locale);
    return this.last;
  }

  async as(username: string, locale = "zh-CN"): Promise<Hand> {
    const hand = await this.arrive(locale);
    await hand.signIn(username, this.account(username).password);
    await hand.isIn();
    return hand;
  }

  /** A step by clicks; what the browser complained of fails it, unless the step is about refusals. */
  async step(title: string, hand: Hand, run: () => Promise<void>, refusals = false): Promise<void> {
    await step(title, async () => {
      try {
        await run();
        const complaints = hand.complained();
        expect(refusals || complaints.length === 0, "no complaint of the browser", complaints);
      } catch (error) {
        await hand.screenshot(`${this.settings.pictures}/failed.png`);
        throw error;
      }
    });
  }

  async stop(): Promise<void> {
    await this.browser.close();
  }

  /** When the program ends in the middle. */
  end(): void {
    void this.browser.close().catch(() => undefined);
  }
}

/** What no other run has called anything. */
export function unique(before: string): string {
  return `${before}${Date.now().toString(36)}`;
}
