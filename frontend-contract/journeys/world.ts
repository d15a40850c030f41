/** Where a journey plays: the addresses, the sample's accounts, the product's clock, and the people's phones. */
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

import { ApiError, createAdminClient, unwrap, type AdminClient } from "../admin/client.js";
import type { PayFields, WxPayLike } from "../miniprogram/payment.js";
import { expect, present } from "./steps.js";

interface Account {
  username: string;
  password: string;
  must_change_password: boolean;
  name: string;
  department: string;
}

export interface Settings {
  base_url: string;
  sandbox_url: string;
  /** The accounts that `load_sample` wrote. */
  accounts_file: string;
  clock_file: string;
}

export interface Received {
  to: string;
  template: string;
  text: string;
}

const SHANGHAI_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** The product's clock: a file with the seconds it is ahead of the machine's. */
export class Clock {
  private readonly midnight = Math.floor((Date.now() + SHANGHAI_MS) / DAY_MS) * DAY_MS - SHANGHAI_MS;
  private moment = this.midnight;
  private readonly before: string | null;

  constructor(private readonly file: string) {
    this.before = read(file);
  }

  /** Go to that time of the day in Shanghai, that many days after today. */
  set(days: number, hour: number, minute = 0): void {
    this.setTo(this.midnight + days * DAY_MS + (hour * 60 + minute) * 60_000);
  }

  /** Go to that moment. */
  setTo(moment: number): void {
    this.moment = moment;
    writeFileSync(`${this.file}.new`, ((moment - Date.now()) / 1000).toFixed(3));
    renameSync(`${this.file}.new`, this.file);
  }

  /** The calendar day in Shanghai, `days` after the product's today. */
  day(days = 0): string {
    return new Date(this.moment + days * DAY_MS + SHANGHAI_MS).toISOString().slice(0, 10);
  }

  restore(): void {
    if (this.before === null) rmSync(this.file, { force: true });
    else writeFileSync(this.file, this.before);
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** What people do on their phones, and what they receive. */
export class Phones {
  constructor(private readonly url: string) {}

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/_sandbox/${path}`, { method, body: body ? JSON.stringify(body) : null });
    expect(answer.ok, `the sandbox to answer ${path}`, await answer.clone().text());
    return (await answer.json()) as T;
  }

  async user(phone: string): Promise<string> {
    return (await this.call<{ openid: string }>("POST", "wechat/users", { phone })).openid;
  }

  async loginCode(openid: string): Promise<string> {
    return (await this.call<{ code: string }>("POST", "wechat/login-codes", { openid })).code;
  }

  async accept(openid: string, template: string, times: number): Promise<void> {
    await this.call("POST", "wechat/consents", { openid, template_id: template, times });
  }

  async received(openid: string): Promise<Received[]> {
    return (await this.call<{ items: Received[] }>("GET", `messages?to=${encodeURIComponent(openid)}`)).items;
  }

  /** Another phone's Alipay scans the code and pays. */
  async payInAlipay(out_trade_no: string): Promise<void> {
    await this.call("POST", "alipay/scan", { out_trade_no });
    await this.call("POST", "alipay/pay", { out_trade_no });
  }

  /** What WeChat does with the five fields once the payer confirms: it checks them, and takes the money. */
  async payInWeChat(openid: string, fields: PayFields): Promise<void> {
    await this.call("POST", "wechat_pay/request-payment", { ...fields, openid });
  }
}

/** The payment part of somebody's `wx`. */
export class Wallet implements WxPayLike {
  /** What the payer does next, and what WeChat then says: `lost` pays, but WeChat says that it failed. */
  next: "pay" | "cancel" | "lost" = "pay";

  constructor(
    private readonly phones: Phones,
    private readonly openid: string,
  ) {}

  requestPayment({ success, fail, ...fields }: Parameters<WxPayLike["requestPayment"]>[0]): void {
    if (this.next === "cancel") return fail({ errMsg: "requestPayment:fail cancel" });
    const lost = this.next === "lost";
    this.phones.payInWeChat(this.openid, fields).then(
      () => (lost ? fail({ errMsg: "requestPayment:fail network" }) : success()),
      (error: Error) => fail({ errMsg: `requestPayment:fail ${error.message}` }),
    );
  }
}

/** Staff of the sample by user name, signed in when first needed. */
export class Staff {
  private readonly clients = new Map<string, AdminClient>();

  constructor(private readonly settings: Settings) {}

  account(username: string): Account {
    const rows = (JSON.parse(readFileSync(this.settings.accounts_file, "utf8")) as { accounts: Account[] }).accounts;
    return present(rows.find((row) => row.username === username), `an account ${username}`);
  }

  /** The client of a person. */
  async as(username: string): Promise<AdminClient> {
    const known = this.clients.get(username);
    if (known) return known;
    let token: string | null = null;
    const made = createAdminClient({ baseUrl: this.settings.base_url, token: () => token });
    const opened = await this.signIn(made, username);
    token = opened.token;
    if (opened.user.must_change_password) {
      await this.changePassword(made, username);
      token = null;
      token = (await this.signIn(made, username)).token;
    }
    this.clients.set(username, made);
    return made;
  }

  /** Tokens end when days pass: sign in anew. */
  forget(): void {
    this.clients.clear();
  }

  private async signIn(api: AdminClient, username: string) {
    const { password } = this.account(username);
    for (;;) {
      try {
        return await unwrap(
          api.POST("/api/admin/v1/auth/sign-in", { body: { username, password, device: "journey" } }),
        );
      } catch (error) {
        // So many passwords are checked a second, no more: come again when the server says so.
        if (!(error instanceof ApiError) || error.code !== "throttled") throw error;
        await new Promise((resolve) => setTimeout(resolve, (error.retryAfter ?? 1) * 1000));
      }
    }
  }

  private async changePassword(api: AdminClient, username: string): Promise<void> {
    const document = JSON.parse(readFileSync(this.settings.accounts_file, "utf8")) as { accounts: Account[] };
    const row = present(document.accounts.find((found) => found.username === username), username);
    const password = `${crypto.randomUUID()} 医`;
    await unwrap(
      api.POST("/api/admin/v1/auth/change-password", {
        body: { current_password: row.password, new_password: password },
      }),
    );
    Object.assign(row, { password, must_change_password: false });
    writeFileSync(this.settings.accounts_file, JSON.stringify(document, null, 2));
  }
}

/** Numbers that pass every check and belong to nobody. */
export function somebody() {
  const born = new Date(Date.UTC(1970, 0, 1) + random(10_000) * DAY_MS).toISOString().slice(0, 10);
  const digits = `110000${born.replaceAll("-", "")}${String(2 * random(499) + 1).padStart(3, "0")}`;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0);
  return {
    name: `测${"安宁平和康泰"[random(6)]}`,
    gender: "male" as const,
    birth_date: born,
    id_kind: "resident_id" as const,
    national_id: digits + "10X98765432"[sum % 11],
    phone: `154${String(random(100_000_000)).padStart(8, "0")}`,
    address: "示例市人民路 1 号",
    card_number: `77${String(random(1_000_000_000)).padStart(10, "0")}`,
  };
}

function random(below: number): number {
  return Math.floor(Math.random() * below);
}
