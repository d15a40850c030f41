/** Journeys of the office: a department, an edit that came second, an import, an export, a role, masked values, the log. */
import { readFileSync } from "node:fs";

import { eventually, expect } from "../journeys/steps.js";
import type { Hand } from "./hand.js";
import { unique, type Visit } from "./visit.js";

export async function officeSteps(visit: Visit): Promise<void> {
  const hand = await visit.as("admin");
  const name = unique("康复科");
  await visit.step("a department without a name is refused beside the field", hand, async () => {
    await hand.visit("departments");
    await hand.press("departments_create");
    await hand.type("code", unique("d"));
    await hand.ok();
    await hand.field("name").locator(".el-form-item__error").waitFor();
  }, true);
  await visit.step("with a name it is made", hand, async () => {
    await hand.type("name", name);
    await hand.agree();
    await hand.page.locator(".filters .search input").fill(name);
    await hand.page.keyboard.press("Enter");
    await hand.row(name).waitFor();
  });
  await visit.step("an edit that came second is told, the row is read again, and the next try is taken", hand, async () => {
    await hand.press("departments_partial_update", hand.row(name));
    await hand.type("introduction", "第二个");
    await sameEditElsewhere(visit, name);
    await hand.ok();
    await hand.page.locator(".el-dialog .el-alert", { hasText: "已被他人修改" }).waitFor();
    await hand.agree();
    await hand.row("第二个").waitFor();
  }, true);
  await visit.step("the log tells of it", hand, async () => {
    await hand.visit("operation_log");
    await hand.row("科室").click();
    await hand.page.locator(".el-drawer .el-descriptions", { hasText: "康复科" }).first().waitFor();
    await hand.page.keyboard.press("Escape");
  });
  await visit.step("a role is given", hand, async () => {
    await hand.visit("staff_roles");
    await hand.choose("staff_id", "王浩");
    await hand.settled();
    await hand.press("staff_roles_set");
    await hand.choose("role_ids", "财务");
    await hand.agree();
    await hand.row("财务").waitFor();
  });
  await visit.step("a role is made of permissions that are chosen by their words", hand, async () => {
    await hand.visit("roles");
    await hand.press("roles_create");
    await hand.type("code", unique("r"));
    await hand.type("name", name);
    await hand.choose("permissions", "查看科室", "查看科室");
    await hand.choose("first_pages", "候诊", "候诊");
    await hand.agree();
    await hand.row(name).waitFor();
  });
  await visit.step("a setting of the hospital is changed in a form that says what is in force", hand, async () => {
    await hand.visit("settings");
    await hand.press("hospital_settings_update");
    await hand.type("values.session_hours", "11");
    await hand.agree();
    await hand.page.locator(".el-table__row", { hasText: "员工登录有效小时数" }).filter({ hasText: "11" }).first().waitFor();
  });
  await importSteps(visit, hand);
  await visit.step("what the list shows is exported", hand, async () => {
    await hand.visit("patient_archive");
    const [file] = await Promise.all([hand.page.waitForEvent("download"), hand.page.locator('[data-action="patients_export"]', { hasText: "Excel" }).click()]);
    const content = readFileSync(await file.path());
    expect(content.subarray(0, 2).toString() === "PK" && content.length > 5_000, "a workbook of patients", content.length);
    expect(file.suggestedFilename().endsWith(".xlsx"), "the file's name", file.suggestedFilename());
  });
  await visit.step("a masked value is shown whole to who asks for it", hand, async () => {
    await hand.row("M0").click();
    const drawer = hand.page.locator(".el-drawer");
    await drawer.locator('[data-reveal="phone"]').click();
    await drawer.locator(".el-descriptions", { hasText: /154\d{8}/ }).waitFor();
  });
  await visit.step("chosen patients get a tag together", hand, async () => {
    await hand.page.keyboard.press("Escape");
    await hand.page.locator(".el-drawer:visible").waitFor({ state: "detached" });
    await hand.visit("patient_tags");
    await hand.press("patient_tags_create");
    await hand.type("name", name);
    await hand.agree();
    await hand.visit("patient_archive");
    await at(hand, "医汇第一医院");
    for (const place of [0, 1]) await hand.page.locator(".el-table__row:visible .el-checkbox").nth(place).click();
    await hand.page.locator('[data-bulk="patient_tags_put_on"]').click();
    await hand.choose("id", name);
    await hand.ok();
    await hand.page.locator(".el-dialog:visible", { hasText: "已修改" }).waitFor();
    await hand.agree();
    await hand.row(name).waitFor();
    await at(hand, "全部医院");
  });
  await visit.step("a patient's detail holds the appointments of that patient alone", hand, async () => {
    await hand.row("M0").click();
    const [asked] = await Promise.all([hand.page.waitForRequest(/\/appointments\?/), hand.tab("appointments_list")]);
    expect(/patient_id=[0-9a-f-]{36}/.test(asked.url()), "narrowed to the patient", asked.url());
    expect(await hand.page.locator(".el-drawer [data-list=appointments_list] .el-alert--error").count() === 0, "no refusal");
  });
}

/** Another hospital in the head of the page. */
async function at(hand: Hand, hospital: string): Promise<void> {
  await hand.page.locator("header .hospital").click();
  await hand.page.locator(".el-select-dropdown__item:visible", { hasText: hospital }).click();
  await hand.settled();
}

async function importSteps(visit: Visit, hand: Hand): Promise<void> {
  const name = unique("导入");
  const good = `${name},女,1990-03-07,15412345678`;
  await visit.step("an import names the rows that are wrong", hand, async () => {
    await hand.visit("patient_imports");
    await hand.press("patient_imports_create");
    const [template] = await Promise.all([hand.page.waitForEvent("download"), hand.press("patient_imports_template")]);
    expect(readFileSync(await template.path()).length > 1_000, "a template", template.suggestedFilename());
    await hand.page.keyboard.press("Escape");
    await hand.page.locator(".el-dialog:visible").waitFor({ state: "detached" });
    await upload(hand, "名单.csv", `${good}\n没有性别,不详的,1990-13-40,12`);
    await hand.row("名单.csv").click();
    await hand.page.locator(".el-drawer #tab-patient_imports_problems_list").click();
    await hand.page.locator(".el-drawer .el-table__row", { hasText: "性别" }).first().waitFor();
    await hand.page.keyboard.press("Escape");
  });
  await visit.step("the mended file is imported", hand, async () => {
    await hand.page.locator(".el-drawer:visible").waitFor({ state: "detached" });
    await upload(hand, "改好.csv", good);
    await hand.press("patient_imports_apply", hand.row("改好.csv"));
    await hand.agree();
    await becomes(hand, "改好.csv", "已导入");
    await hand.visit("patient_archive");
    await hand.page.locator(".filters .search input").fill(name);
    await hand.page.keyboard.press("Enter");
    await hand.row(name).waitFor();
    await hand.page.locator(".filters .search input").fill("");
    await hand.page.keyboard.press("Enter");
    await hand.settled();
  });
}

async function upload(hand: Hand, file: string, rows: string): Promise<void> {
  await hand.press("patient_imports_create");
  const buffer = Buffer.from(`姓名,性别,出生日期,电话\n${rows}`);
  await hand.field("file").locator("input[type=file]").setInputFiles({ name: file, mimeType: "text/csv", buffer });
  await hand.agree();
  await hand.row(file).waitFor();
  await becomes(hand, file, "已检查");
}

async function becomes(hand: Hand, row: string, state: string): Promise<void> {
  await eventually(state, async () => {
    await hand.refresh();
    return (await hand.row(row).innerText()).includes(state) || undefined;
  });
}

/** Somebody else, at the same row, in a window of their own. */
async function sameEditElsewhere(visit: Visit, name: string): Promise<void> {
  const other = await visit.as("admin");
  await other.visit("departments");
  await other.page.locator(".filters .search input").fill(name);
  await other.page.keyboard.press("Enter");
  await other.settled();
  await other.press("departments_partial_update", other.row(name));
  await other.type("introduction", "第一个");
  await other.agree();
  await other.close();
}
