/** A patient pays: a registration in WeChat, bills of the doctor by Alipay, and gets money back. */
import type { AdminClient } from "../admin/client.js";
import { intention, unwrap, type PayerType } from "../miniprogram/client.js";
import { followOrder, PaymentCancelled, payOrder } from "../miniprogram/payment.js";
import { waysHere } from "../miniprogram/payment-facts.js";
import { refused, type Patient } from "./people.js";
import { eventually, expect, present, step } from "./steps.js";
import { Wallet, type Clock, type Phones, type Staff } from "./world.js";

export interface Cashing {
  clock: Clock;
  phones: Phones;
  staff: Staff;
  /** Has signed in and bound a card. */
  patient: Patient;
  hospital: string;
  doctor: string;
}

export const keyed = (id: string) => ({ params: { path: { id }, header: { "Idempotency-Key": intention() } } });
export const once = () => ({ params: { header: { "Idempotency-Key": intention() } } });
const ORDER = "/api/miniprogram/v1/payment-orders/{id}";

/** All of it; the registration's bill, which later ones belong to. */
export async function paying(at: Cashing): Promise<string> {
  const registration = await payRegistration(at);
  const [examination, drugs] = await ordered(at, registration);
  const order = await payOutpatient(at, examination, drugs);
  await ownRefund(at, order, drugs);
  await late(at, registration);
  await records(at);
  return registration;
}

/** The doctor charges something. */
export async function charge(
  api: AdminClient,
  body: { patient_id: string; registration_bill_id: string; kind: "examination" | "prescription" | "treatment" },
  name: string,
  fen: number,
  is_mandatory = false,
): Promise<string> {
  const items = [{ name, quantity: "1", unit_price_fen: fen }];
  return (await unwrap(api.POST("/api/admin/v1/bills", { ...once(), body: { ...body, items, is_mandatory } }))).id;
}

/** The code of a refusal, which must be the expected one. */
export async function refusedWith(code: string, call: Promise<unknown>): Promise<void> {
  const answer = await refused(call);
  expect(answer.code === code, code, answer);
}

const open = (patient: Patient, bills: string[], payer_type: PayerType = "self_pay") =>
  unwrap(patient.api.POST("/api/miniprogram/v1/payment-orders", { ...once(), body: { bill_ids: bills, payer_type } }));

async function payRegistration({ clock, phones, patient, doctor }: Cashing): Promise<string> {
  const { api } = patient;
  const held = await step("a number of today is held", async () => {
    const query = { practitioner_id: doctor };
    const days = await unwrap(api.GET("/api/miniprogram/v1/booking/days", { params: { query } }));
    const today = days.filter((day) => day.date === clock.day()).flatMap((day) => day.sessions);
    const session = present(today.find((row) => row.remaining > 0), "a session today");
    return patient.book((await patient.freeSlot(session.id)).id, "same_day", intention());
  });
  const path = "/api/miniprogram/v1/appointments/{id}/checkout";
  const order = await step("check out: once more is the same order", async () => {
    const made = await unwrap(api.POST(path, keyed(held.id)));
    expect(made.state === "pending" && made.amount_fen === held.fee_fen, "the fee", made);
    expect((await unwrap(api.POST(path, keyed(held.id)))).id === made.id, "the same order");
    return made;
  });
  await step("WeChat Pay is among the ways to pay", async () => {
    const offered = await unwrap(api.GET(`${ORDER}/channels`, { params: { path: { id: order.id } } }));
    const ways = waysHere(offered).map(({ channel, method }) => `${channel} ${method}`);
    expect(ways.includes("wechat_pay mini_program") && ways.includes("alipay qr_code"), "both", ways);
    expect(!ways.some((way) => way === "alipay mini_program" || way.endsWith("app")), "nothing for elsewhere", ways);
  });
  const wallet = new Wallet(phones, patient.openid);
  await step("the payer cancels: nothing is lost", async () => {
    wallet.next = "cancel";
    const thrown = await payOrder({ api, wx: wallet, order: order.id }).catch((error: unknown) => error);
    expect(thrown instanceof PaymentCancelled, "PaymentCancelled", String(thrown));
  });
  await step("pay by wx.requestPayment, and ask until it is posted", async () => {
    wallet.next = "pay";
    const seen: string[] = [];
    const paid = await payOrder({ api, wx: wallet, order: order.id, onChange: ({ state }) => seen.push(state) });
    expect(paid.state === "posted" && seen.at(-1) === "posted", "posted", seen);
  });
  await step("what is paid is not paid again", () =>
    refusedWith("state_conflict", payOrder({ api, wx: wallet, order: order.id })),
  );
  return step("the number is the patient's, and the bill is paid", async () => {
    const params = { path: { id: held.id } };
    const mine = await unwrap(api.GET("/api/miniprogram/v1/appointments/{id}", { params }));
    expect(mine.state === "booked" && mine.payment_status === "paid_online", "booked and paid", mine);
    const query = { status: ["paid" as const], kind: ["registration" as const] };
    const bills = await unwrap(api.GET("/api/miniprogram/v1/bills", { params: { query } }));
    expect(bills.results.length === 1, "one bill", bills);
    return present(bills.results[0], "the bill").id;
  });
}

async function ordered({ staff, patient }: Cashing, registration: string): Promise<[string, string]> {
  const doctor = await staff.as("doctor_a");
  const params = { path: { id: patient.id } };
  await eventually("the patient", async () => (await doctor.GET("/api/admin/v1/patients/{id}", { params })).data);
  const of = { patient_id: patient.id, registration_bill_id: registration };
  return step("the doctor orders an examination and drugs", async () => [
    await charge(doctor, { ...of, kind: "examination" }, "心电图", 3_000),
    await charge(doctor, { ...of, kind: "prescription" }, "阿司匹林肠溶片", 2_500),
  ]);
}

async function payOutpatient(
  { phones, staff, patient }: Cashing,
  examination: string,
  drugs: string,
): Promise<string> {
  const { api } = patient;
  await step("the patient sees what is to be paid, with its items", async () => {
    const { bills } = await unwrap(api.GET("/api/miniprogram/v1/bills/payable"));
    expect(bills.map((bill) => bill.id).sort().join() === [examination, drugs].sort().join(), "both", bills);
    const params = { path: { id: drugs } };
    const [item] = (await unwrap(api.GET("/api/miniprogram/v1/bills/{id}", { params }))).items;
    expect(item?.unit_price_fen === 2_500 && item.performed_at === null, "the item", item);
  });
  await step("an insured settlement is refused", () =>
    refusedWith("insurance_not_supported", open(patient, [drugs], "resident_insurance")),
  );
  const order = await step("a bill is in one payment at a time", async () => {
    const first = await open(patient, [examination]);
    await refusedWith("being_paid", open(patient, [examination, drugs]));
    const given = await unwrap(api.POST(`${ORDER}/cancel`, { params: { path: { id: first.id } } }));
    expect(given.state === "closed" && given.close_cause === "given_up", "closed", given);
    const both = await open(patient, [examination, drugs]);
    expect(both.amount_fen === 5_500, "the sum", both);
    return both.id;
  });
  await step("an empty card pays nothing", () =>
    refusedWith("insufficient_balance", unwrap(api.POST(`${ORDER}/pay-with-card`, keyed(order)))),
  );
  await step("a way that is not offered is refused", () => {
    const body = { channel: "baidu_wallet", method: "wap" as const };
    return refusedWith("channel_not_offered", unwrap(api.POST(`${ORDER}/pay`, { ...keyed(order), body })));
  });
  await step("pay by a code of Alipay", async () => {
    const body = { channel: "alipay", method: "qr_code" as const };
    const { client } = await unwrap(api.POST(`${ORDER}/pay`, { ...keyed(order), body }));
    expect(client.qr_code?.startsWith("http"), "a code", client);
    const window = await staff.as("clerk");
    const params = { path: { id: order } };
    const { attempts } = await unwrap(window.GET("/api/admin/v1/payment-orders/{id}", { params }));
    await phones.payInAlipay(present(attempts.at(-1), "an attempt").out_trade_no);
    expect((await followOrder(api, order)).state === "posted", "posted");
  });
  await step("the voucher says where to go and with which number", async () => {
    const params = { path: { id: drugs } };
    const voucher = await unwrap(api.GET("/api/miniprogram/v1/bills/{id}/voucher", { params }));
    expect(voucher.voucher_no && voucher.channel === "alipay" && voucher.items.length === 1, "a voucher", voucher);
  });
  return order;
}

async function ownRefund({ staff, patient }: Cashing, order: string, drugs: string): Promise<void> {
  const { api } = patient;
  await step("the pharmacy hands out the drugs", async () => {
    const params = { path: { id: drugs } };
    const { items } = await unwrap(api.GET("/api/miniprogram/v1/bills/{id}", { params }));
    const item = { path: { id: present(items[0], "an item").id } };
    const clerk = await staff.as("clerk");
    await unwrap(clerk.POST("/api/admin/v1/bill-items/{id}/perform", { params: item }));
  });
  const body = { reason: "不做了" };
  const asked = await step("what was not done may go back", async () => {
    const params = { path: { id: order } };
    const quote = await unwrap(api.GET(`${ORDER}/refund-quote`, { params }));
    expect(quote.maximum_fen === 3_000, "the examination", quote);
    const made = await unwrap(api.POST(`${ORDER}/refund`, { ...keyed(order), body }));
    expect(made.amount_fen === 3_000, "the examination", made);
    return made.id;
  });
  await step("the channel gives it back", async () => {
    const params = { path: { id: asked } };
    const ask = () => unwrap(api.GET("/api/miniprogram/v1/refund-requests/{id}", { params }));
    const done = await eventually(
      "done",
      async () => {
        const found = await ask();
        return found.state === "done" ? found : undefined;
      },
      90,
    );
    expect(done.succeeded_fen === 3_000 && done.refunds[0]?.route === "original", "by the way it came", done);
  });
  await step("nothing is left that may go back", () =>
    refusedWith("nothing_refundable", unwrap(api.POST(`${ORDER}/refund`, { ...keyed(order), body }))),
  );
}

async function late({ clock, phones, staff, patient }: Cashing, registration: string): Promise<void> {
  const { api } = patient;
  const wallet = new Wallet(phones, patient.openid);
  const doctor = await staff.as("doctor_a");
  const body = { patient_id: patient.id, registration_bill_id: registration, kind: "treatment" as const };
  const bill = await charge(doctor, body, "换药", 1_200);
  const order = await open(patient, [bill]);
  await step("too late to be paid, and opened again", async () => {
    clock.setTo(Date.parse(order.expires_at) - 8_000);
    await refusedWith("payment_order_expired", payOrder({ api, wx: wallet, order: order.id }));
  });
  await step("WeChat says that it failed, but the money came: the order tells the truth", async () => {
    const again = await open(patient, [bill]);
    wallet.next = "lost";
    expect((await payOrder({ api, wx: wallet, order: again.id })).state === "posted", "posted");
  });
}

async function records({ patient }: Cashing): Promise<void> {
  const { api } = patient;
  await step("payment records by scene and state", async () => {
    const query = { scene: "outpatient" as const, state: "posted" as const };
    const orders = await unwrap(api.GET("/api/miniprogram/v1/payment-orders", { params: { query } }));
    expect(orders.count === 2, "two", orders);
    expect(orders.results.every((row) => row.patient_id === patient.id && row.scene === "outpatient"), "own", orders);
    expect(orders.results.some((row) => row.refunded_fen === 3_000), "what went back", orders);
  });
  await step("refund records by state", async () => {
    const query = { state: "succeeded" as const };
    const refunds = await unwrap(api.GET("/api/miniprogram/v1/refunds", { params: { query } }));
    expect(refunds.count === 1 && refunds.results[0]?.cause === "patient", "one", refunds);
    const params = { query: { state: "failed" as const } };
    expect((await unwrap(api.GET("/api/miniprogram/v1/refunds", { params }))).count === 0, "none failed");
  });
}
