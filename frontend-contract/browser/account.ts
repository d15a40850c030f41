/** The way in and out: a password that has to be changed, the second factor, a session that has ended, both languages. */
import { createHmac } from "node:crypto";

import { expect } from "../journeys/steps.js";
import type { Hand } from "./hand.js";
import type { Visit } from "./visit.js";

const FRESH = "Console-journey-2026!";
/** Whose password and second factor change. */
const WHO = "doctor_b";

export async function accountSteps(visit: Visit): Promise<void> {
  await officeSteps(visit);
  const hand = await visit.arrive();
  await visit.step("a wrong password is told, nothing else", hand, async () => {
    await hand.signIn(WHO, "wrong-password-1");
    await hand.page.locator(".el-alert--error").waitFor();
    expect((await hand.page.locator("aside").count()) === 0, "the way in");
  }, true);
  await visit.step("a first password has to be changed before anything is shown", hand, async () => {
    await hand.signIn(WHO, oneTime);
    await hand.field("new_password").waitFor();
    await hand.type("current_password", oneTime);
    await hand.type("new_password", FRESH);
    await hand.type("again", `${FRESH}x`);
    await hand.page.keyboard.press("Enter");
    await hand.field("again").locator(".el-form-item__error").waitFor();
    await hand.type("again", FRESH);
    await hand.page.keyboard.press("Enter");
    await hand.isIn();
  });
  const code = await secondFactorSteps(visit, hand);
  await visit.step("the next sign-in asks for the second step", hand, async () => {
    await command(hand, "退出登录");
    await hand.signIn(WHO, FRESH);
    await hand.field("code").waitFor();
    await hand.type("code", await nextCode(code));
    await hand.page.keyboard.press("Enter");
    await hand.isIn();
  }, true);
  await visit.step("a session that has ended leads back to the way in, and from there to the same page", hand, async () => {
    await hand.visit("departments");
    await endSessions(visit, code);
    await hand.page.locator(".toolbar button:visible", { hasText: "刷新" }).last().click();
    await hand.page.locator(".el-alert--warning", { hasText: "登录已失效" }).waitFor();
    await hand.signIn(WHO, FRESH);
    await hand.field("code").waitFor();
    await hand.type("code", await nextCode(code));
    await hand.page.keyboard.press("Enter");
    await hand.page.waitForSelector('[data-page="departments"]');
  }, true);
}

/** What the administrator was told once. */
let oneTime = "";

async function officeSteps(visit: Visit): Promise<void> {
  const hand = await visit.as("admin");
  await visit.step("the administrator resets a password and is told the new one once", hand, async () => {
    await hand.visit("staff");
    await hand.page.locator(".filters .search input").fill(visit.account(WHO).name);
    await hand.page.keyboard.press("Enter");
    await hand.settled();
    await hand.press("staff_reset_password", hand.row(visit.account(WHO).name));
    await hand.confirm();
    const told = hand.page.locator(".el-dialog:visible .el-descriptions__content").last();
    await told.waitFor();
    oneTime = (await told.innerText()).trim();
    await hand.ok();
  });
  await visit.step("another hospital is chosen in the head of the page", hand, async () => {
    await hand.visit("departments");
    const all = await total(hand);
    await hand.page.locator("header .hospital").click();
    await hand.page.locator(".el-select-dropdown__item:visible").last().click();
    await hand.settled();
    expect((await total(hand)) < all, "fewer rows of one hospital than of all", all);
  });
  await visit.step("the whole page speaks the other language", hand, async () => {
    await hand.page.locator("header .language").click();
    await hand.settled();
    const titles = (await hand.page.locator(".el-table__header th").allTextContents()).join(" ");
    expect(!/[\u4e00-\u9fff]/.test(titles) && titles.includes("Code"), "English titles", titles);
    expect(!/[\u4e00-\u9fff]/.test(await hand.page.locator("aside").innerText()), "an English menu");
  });
  await hand.close();
}

/** Codes change every thirty seconds: there is time to type one. */
async function earlyInAStep(hand: Hand, ahead: number): Promise<void> {
  const gone = (Date.now() / 1000 + ahead) % 30;
  if (gone > 15) await hand.page.waitForTimeout((30.5 - gone) * 1000);
}

async function secondFactorSteps(visit: Visit, hand: Hand): Promise<() => string> {
  let secret = "";
  await visit.step("the second factor is turned on by a code of its key", hand, async () => {
    await command(hand, "启用动态验证码");
    await hand.type("password", FRESH);
    await hand.ok();
    secret = (await hand.page.locator("[data-secret]").innerText()).trim();
    const ahead = visit.settings.clock_ahead ?? 0;
    await earlyInAStep(hand, ahead);
    await hand.type("code", totp(secret, ahead - 30));
    await hand.ok();
    await hand.page.locator("pre.secret").waitFor();
    await hand.ok();
  });
  return () => totp(secret, visit.settings.clock_ahead);
}

/** Signs the account out everywhere, as from another device. */
async function endSessions(visit: Visit, code: () => string): Promise<void> {
  const api = visit.settings.console_url.replace(/\/console\/$/, "/api/admin/v1/auth");
  const json = { "Content-Type": "application/json" };
  const body = JSON.stringify({ username: WHO, password: FRESH, totp_code: await nextCode(code) });
  const { token } = (await (await fetch(`${api}/sign-in`, { method: "POST", headers: json, body })).json()) as { token: string };
  const answer = await fetch(`${api}/sign-out-all`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  expect(answer.ok, "all sessions to end", answer.status);
}

let used = "";

/** A code that was not taken yet: each is good once. */
async function nextCode(code: () => string): Promise<string> {
  used ||= code();
  while (code() === used) await new Promise((resolve) => setTimeout(resolve, 500));
  used = code();
  return used;
}

async function command(hand: Hand, label: string): Promise<void> {
  await hand.page.locator("header .account").click();
  await hand.page.locator(".el-dropdown-menu__item:visible", { hasText: label }).click();
}

async function total(hand: Hand): Promise<number> {
  return Number(/\d+/.exec(await hand.page.locator(".el-pagination__total").innerText())?.[0]);
}

/** RFC 6238, as an authenticator app does it. */
function totp(secret: string, shift = 0): string {
  const bits = [...secret.replace(/=+$/, "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor((Date.now() / 1000 + shift) / 30)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
