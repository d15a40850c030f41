/** The window takes cash, prints the invoice and gives money back; the administrator looks at the books. */
import { unwrap } from "../admin/client.js";
import { charge, keyed, once, refusedWith, type Cashing } from "./paying.js";
import { eventually, expect, present, step } from "./steps.js";

const ORDERS = "/api/admin/v1/payment-orders";
const REQUESTS = "/api/admin/v1/refund-requests";
const FEE = 2_000;

/** From the fee that the doctor orders to the cash that goes back. `registration`: the patient's paid one. */
export async function cashier(at: Cashing, registration: string): Promise<void> {
  const bill = await charge(
    await at.staff.as("doctor_a"),
    { patient_id: at.patient.id, registration_bill_id: registration, kind: "treatment" },
    "诊查费",
    FEE,
    true,
  );
  const order = await takeCash(at, bill);
  await giveBack(at, bill, order, await invoice(at, bill));
  await books(at, order);
}

async function takeCash({ staff, patient }: Cashing, bill: string): Promise<string> {
  const clerk = await staff.as("clerk");
  const order = await step("the clerk opens a payment of what the patient has to pay", async () => {
    const params = { query: { patient_id: patient.id } };
    const { bills } = await unwrap(clerk.GET("/api/admin/v1/bills/payable", { params }));
    expect(bills.length === 1 && bills[0]?.id === bill, "the fee", bills);
    const made = await unwrap(clerk.POST(ORDERS, { ...once(), body: { patient_id: patient.id, bill_ids: [bill] } }));
    expect(made.amount_fen === FEE, "the sum", made);
    return made.id;
  });
  const settle = (tendered_fen: number) =>
    unwrap(clerk.POST(`${ORDERS}/{id}/settle`, { ...keyed(order), body: { channel: "cash", tendered_fen } }));
  await step("too little cash is refused", () => refusedWith("validation_error", settle(FEE - 1)));
  await step("settled in cash: posted, with the change", async () => {
    const paid = await settle(5_000);
    const attempt = present(paid.attempts.at(-1), "an attempt");
    expect(paid.state === "posted" && attempt.tendered_fen - attempt.amount_fen === 3_000, "30.00 of change", paid);
  });
  await step("nobody settles it twice", () => refusedWith("state_conflict", settle(FEE)));
  return order;
}

async function invoice({ staff }: Cashing, bill: string): Promise<string> {
  const clerk = await staff.as("clerk");
  const path = "/api/admin/v1/bills/{id}/invoice";
  return step("the invoice is issued once, and printed first at its desk", async () => {
    const { id, amount_fen } = await unwrap(clerk.POST(path, keyed(bill)));
    expect(amount_fen === FEE, "the amount");
    await refusedWith("invoice_stands", unwrap(clerk.POST(path, keyed(bill))));
    const print = (desk: string) =>
      unwrap(clerk.POST("/api/admin/v1/invoices/{id}/prints", { ...keyed(id), body: { desk } }));
    await refusedWith("invoice_desk", print("门诊收费处"));
    const copy = await print("急诊收费处");
    expect(copy.copy_no === 1 && !copy.is_reprint && copy.items.length === 1, "the first copy", copy);
    await refusedWith("invoice_reprint_needs_reason", print("急诊收费处"));
    return id;
  });
}

async function giveBack({ staff }: Cashing, bill: string, order: string, invoiceId: string): Promise<void> {
  const [clerk, doctor] = [await staff.as("clerk"), await staff.as("doctor_a")];
  const execute = (id: string) => unwrap(clerk.POST(`${REQUESTS}/{id}/execute`, keyed(id)));
  const asked = await step("the clerk asks for the refund: without approval nothing moves", async () => {
    const body = { order_id: order, bills: [{ bill_id: bill }], reason: "收错" };
    const made = await unwrap(clerk.POST(REQUESTS, { ...once(), body }));
    expect(made.needs_approval && made.needs_reprint && made.amount_fen === FEE, "a clinic fee", made);
    await refusedWith("refund_needs_approval", execute(made.id));
    return made.id;
  });
  const one = { params: { path: { id: asked } } };
  await step("only the doctor approves", async () => {
    await refusedWith("permission_denied", unwrap(clerk.POST(`${REQUESTS}/{id}/approve`, { ...one, body: {} })));
    const found = await unwrap(doctor.POST(`${REQUESTS}/{id}/approve`, { ...one, body: { reason: "同意" } }));
    expect(found.state === "approved" && found.missing_reprint_ids.join() === bill, "approved", found);
  });
  await step("the invoice is printed again before the money goes", async () => {
    await refusedWith("invoice_reprint_required", execute(asked));
    const body = { desk: "门诊收费处", reason: "退费" };
    const call = { ...keyed(invoiceId), body };
    const copy = await unwrap(clerk.POST("/api/admin/v1/invoices/{id}/prints", call));
    expect(copy.copy_no === 2 && copy.is_reprint, "a reprint", copy);
  });
  await step("the cash goes back, and the invoice is reversed", async () => {
    await execute(asked);
    const done = await eventually(
      "done",
      async () => {
        const found = await unwrap(clerk.GET(`${REQUESTS}/{id}`, one));
        return found.state === "done" ? found : undefined;
      },
      60,
    );
    expect(done.succeeded_fen === FEE && done.refunds[0]?.route === "counter_cash", "in cash", done);
    const query = { bill_id: bill, is_reversed: true };
    const reversed = await unwrap(clerk.GET("/api/admin/v1/invoices", { params: { query } }));
    expect(reversed.results[0]?.id === invoiceId, "the reversed invoice", reversed);
  });
}

async function books({ clock, staff }: Cashing, order: string): Promise<void> {
  const [clerk, admin] = [await staff.as("clerk"), await staff.as("admin")];
  await step("the order and its refund are found in the records", async () => {
    const query = { channel: "cash", state: "posted" as const, created_from: clock.day(), page_size: 100 };
    const orders = await unwrap(admin.GET(ORDERS, { params: { query } }));
    expect(orders.results.find((row) => row.id === order)?.refunded_fen === FEE, "the order", orders.count);
    const params = { query: { order_id: order, state: "succeeded" as const } };
    const refunds = await unwrap(admin.GET("/api/admin/v1/refunds", { params }));
    expect(refunds.count === 1 && refunds.results[0]?.cause === "window", "the refund", refunds);
  });
  await step("merchant accounts are listed without their secrets", async () => {
    const channels = await unwrap(admin.GET("/api/admin/v1/payment-channels"));
    const secrets = new Map(channels.map((channel) => [channel.code, channel.secrets]));
    const { results } = await unwrap(admin.GET("/api/admin/v1/merchant-accounts"));
    for (const code of ["wechat_pay", "alipay", "unionpay"]) {
      const account = present(results.find((row) => row.channel === code), code);
      const hidden = present(secrets.get(code), code);
      expect(hidden.length > 0 && !("config" in account), "secrets, and no config", account);
      expect(hidden.every((name) => !(name in account.shown_config)), "no secret", account.shown_config);
    }
    expect(!JSON.stringify(results).includes("PRIVATE KEY"), "no private key");
  });
  await step("the books balance, and are not for the window", async () => {
    const sums = await unwrap(admin.GET("/api/admin/v1/ledger/trial-balance"));
    expect(sums.debit_fen === sums.credit_fen && sums.debit_fen > 0, "a ledger that balances", sums);
    await refusedWith("permission_denied", unwrap(clerk.GET("/api/admin/v1/ledger/trial-balance")));
  });
}
