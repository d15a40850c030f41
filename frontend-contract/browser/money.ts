/** A bill is issued, taken at the window, and goes back after somebody has agreed. */
import { expect } from "../journeys/steps.js";
import { unique, type Visit } from "./visit.js";

export async function moneySteps(visit: Visit): Promise<void> {
  const title = unique("检查费");
  const price = (1_000 + (Date.now() % 9_000)) / 100;
  const amount = `¥${(2 * price).toFixed(2)}`;
  const admin = await visit.as("admin");
  await visit.step("a bill is issued with its items", admin, async () => {
    await admin.visit("bills");
    await admin.press("bills_create");
    await admin.choose("patient_id", "丁毅涛");
    await admin.choose("kind", "检查");
    await admin.type("title", title);
    await admin.choose("department_id", "心血管内科");
    await admin.choose("practitioner_id", "张晨");
    await admin.field("items").locator("button", { hasText: "添加" }).click();
    await admin.type("items.0.name", "心电图");
    await admin.type("items.0.quantity", "2");
    await admin.type("items.0.unit_price_fen", price.toFixed(2));
    await admin.agree();
    await admin.row(title).waitFor();
  });
  await visit.step("an unpaid bill offers to be paid and no invoice", admin, async () => {
    expect(await admin.offers("payment_orders_create", admin.row(title)), "to be paid");
    expect(!(await admin.offers("bills_invoice", admin.row(title))), "no invoice");
  });
  await visit.step("an order is opened for it from its row", admin, async () => {
    await admin.press("payment_orders_create", admin.row(title));
    await admin.ok(); // whose bill it is stands in the form
    await admin.page.locator(".el-dialog", { hasText: amount }).first().waitFor();
    await admin.page.locator(".el-dialog:visible [data-open=payment_orders]").click();
    await admin.page.locator(".el-drawer:visible .el-descriptions", { hasText: amount }).first().waitFor(); // with what is done to it
    await admin.screenshot(`${visit.settings.pictures}/order.png`);
    await admin.page.keyboard.press("Escape");
    await admin.page.locator(".el-drawer:visible").waitFor({ state: "detached" });
  });
  await visit.step("the money is taken at the window", admin, async () => {
    await admin.press("payment_orders_settle", admin.row(amount));
    await admin.page.locator(".el-dialog:visible .el-descriptions", { hasText: amount }).waitFor(); // what is to be taken
    await admin.choose("channel", "现金");
    await admin.type("tendered_fen", "1000");
    await admin.agree();
    await admin.page.locator(".el-table__row", { hasText: amount }).filter({ hasText: "已入账" }).waitFor();
  });
  const clerk = await visit.as("clerk");
  await visit.step("a refund is asked for", clerk, async () => {
    await clerk.visit("payment_orders");
    await clerk.press("refund_requests_create", clerk.row(amount));
    await clerk.field("bills").locator("button", { hasText: "添加" }).click();
    await clerk.field("bills.0.bill_id").locator(".el-select").click();
    await clerk.page.locator(".el-select-dropdown__item:visible", { hasText: title }).waitFor();
    const offered = await clerk.page.locator(".el-select-dropdown__item:visible").count();
    expect(offered === 1, "the bills of this order alone", offered);
    await clerk.page.locator(".el-select-dropdown__item:visible").click();
    await clerk.type("reason", "检查取消");
    await clerk.ok();
    await clerk.page.locator(".el-dialog:visible .el-descriptions", { hasText: "检查取消" }).waitFor(); // as it is kept now
    await clerk.leave();
    await clerk.visit("refund_requests");
    await clerk.row(amount).waitFor();
    expect(!(await clerk.offers("refund_requests_execute", clerk.row(amount))), "who asked doesn't execute it");
  });
  await visit.step("it goes back once somebody has agreed", admin, async () => {
    await admin.visit("refund_requests");
    await admin.press("refund_requests_approve", admin.row(amount));
    await admin.agree();
    await admin.page.locator(".el-table__row", { hasText: amount }).filter({ hasText: "已同意" }).waitFor();
  });
  await visit.step("and whoever executes it is told what goes back to whom, and sees it done", admin, async () => {
    await admin.press("refund_requests_execute", admin.row(amount));
    await admin.page.locator(".el-dialog:visible .el-descriptions", { hasText: amount }).waitFor();
    await admin.agree();
    await admin.page.locator(".el-table__row", { hasText: amount }).filter({ hasText: "已完成" }).waitFor();
  });
  await visit.step("an export of a period asks for it, and has its name in Chinese", admin, async () => {
    await admin.visit("payment_orders");
    await admin.press("payment_orders_export");
    await admin.ok();
    await admin.page.locator(".el-dialog .refusal, .el-dialog .el-form-item__error").first().waitFor();
    for (const name of ["created_from", "created_to"]) await admin.typeTime(name, visit.day(0));
    await admin.screenshot(`${visit.settings.pictures}/export.png`);
    const [file] = await Promise.all([admin.page.waitForEvent("download"), admin.ok()]);
    expect(/^支付订单.*\.csv$/.test(file.suggestedFilename()), "the name of the file", file.suggestedFilename());
  }, true);
  await visit.step("the own bill of a day asks for its day", admin, async () => {
    await admin.visit("reconciliation_runs");
    await admin.press("reconciliation_day_bill");
    await admin.typeTime("business_date", visit.day(-1));
    await admin.choose("hospital_id", "医汇第一医院");
    const [file] = await Promise.all([admin.page.waitForEvent("download"), admin.ok()]);
    expect(/^本方账单.*\.csv$/.test(file.suggestedFilename()), "the name of the file", file.suggestedFilename());
  });
  await visit.step("a closing is checked in a dialog that holds its tables", admin, async () => {
    await admin.visit("daily_closes");
    await admin.press("daily_closes_day");
    await admin.typeTime("business_date", visit.day(0));
    await admin.choose("hospital_id", "医汇第一医院");
    await admin.ok();
    const dialog = admin.page.locator(".el-dialog:visible").last();
    await dialog.locator(".el-descriptions").first().waitFor();
    await admin.screenshot(`${visit.settings.pictures}/closing.png`);
    const over = await dialog.locator(".el-dialog__body").evaluate((body) => body.scrollWidth - body.clientWidth);
    expect(over <= 1, "nothing runs over the edge", over);
    await admin.leave();
  });
  await visit.step("a report of the day is looked at, with its chart", admin, async () => {
    await admin.visit("report_jobs");
    await admin.tab("report_definitions_list");
    await admin.press("report_definitions_preview", admin.row("收入与退款统计"));
    for (const name of ["date_from", "date_to"]) await admin.typeTime(`parameters.${name}`, visit.day(0));
    await admin.choose("parameters.group_by", "科室");
    await admin.ok();
    await admin.page.locator(".el-dialog:visible .chart canvas").waitFor();
    await admin.page.locator(".el-dialog:visible .el-table__row", { hasText: "心血管内科" }).first().waitFor();
    await admin.screenshot(`${visit.settings.pictures}/report.png`);
    await admin.page.locator(".el-dialog:visible .el-dialog__headerbtn").last().click();
  });
  await visit.step("and made as a file, with what it asks drawn once it is chosen", admin, async () => {
    await admin.visit("report_jobs");
    await admin.tab("report_jobs_list");
    await admin.press("report_jobs_create");
    await admin.choose("report", "收入与退款统计");
    for (const name of ["date_from", "date_to"]) await admin.typeTime(`parameters.${name}`, visit.day(0));
    await admin.choose("parameters.group_by", "渠道");
    await admin.choose("file_format", "PDF");
    await admin.agree();
    await admin.page.locator(".el-table__row", { hasText: "已生成" }).first().waitFor();
  });
}
