/** Journeys of a day at the clinic: a session is published, a number booked and paid at the window, a ticket called. */
import { expect } from "../journeys/steps.js";
import type { Visit } from "./visit.js";

export async function careSteps(visit: Visit): Promise<void> {
  const day = visit.day(1); // the next numbers of a doctor are offered: later days lie behind them
  const admin = await visit.as("admin");
  await visit.step("a session is made as a draft", admin, async () => {
    await admin.visit("clinic_sessions");
    await admin.press("clinic_sessions_create");
    await admin.choose("department_id", "心血管内科");
    await admin.choose("practitioner_id", "张晨");
    await admin.typeTime("date", day);
    await admin.choose("period", "上午");
    await admin.typeTime("start_time", "06:00");
    await admin.typeTime("end_time", "07:00");
    await admin.type("registration_fee_fen", "12.50");
    await admin.agree();
    await narrowed(admin, day);
    expect((await admin.row(day).innerText()).includes("草稿"), "a draft", await admin.row(day).innerText());
  });
  await visit.step("it is published after a question", admin, async () => {
    await admin.press("clinic_sessions_publish", admin.row(`${day} 06:00`));
    await admin.confirm();
    await admin.row("已发布").waitFor();
  });
  await admin.close();
  const clerk = await visit.as("clerk");
  await visit.step("the window books a number of it", clerk, async () => {
    await clerk.visit("appointments");
    await clerk.press("appointments_create");
    await clerk.choose("patient_id", "丁毅涛");
    await clerk.choose("slot_id", `${day.slice(5)} 06:00 张晨`, "张晨");
    await clerk.choose("kind", "预约挂号");
    await clerk.agree();
    await clerk.row("¥12.50").waitFor();
  });
  await visit.step("the fee is taken at the window", clerk, async () => {
    expect((await clerk.row("¥12.50").innerText()).includes("未缴"), "an unpaid number");
    await clerk.press("appointments_settle", clerk.row("¥12.50"));
    await clerk.page.locator(".el-dialog:visible .el-descriptions", { hasText: "12.50" }).waitFor(); // what is to be taken
    await clerk.agree();
    await clerk.page.locator(".el-table__row", { hasText: "¥12.50" }).filter({ hasText: "窗口已缴" }).waitFor();
  });
  await visit.step("somebody who walks in gets a ticket", clerk, async () => {
    await clerk.visit("queue");
    await clerk.press("queue_tickets_create");
    await clerk.choose("patient_id", "白静慧");
    await clerk.choose("practitioner_id", "张晨");
    await clerk.agree();
    await clerk.row("张晨").waitFor();
  });
  await visit.step("and is called by it", clerk, async () => {
    await clerk.press("queue_tickets_call", clerk.row("候诊"));
    await clerk.type("reason", "提前叫号");
    await clerk.agree();
    await clerk.row("已叫号").waitFor();
  });
}

async function narrowed(hand: Awaited<ReturnType<Visit["as"]>>, day: string): Promise<void> {
  await hand.typeTime("date", day);
  await hand.page.locator(".filters button", { hasText: "查询" }).first().click();
  await hand.settled();
  await hand.row(day).waitFor();
}
