/**
 * Paying in WeChat: our `client` fields → wx.requestPayment → the order, asked until it has come to an end.
 *
 *     const order = await payOrder({ api, wx, order: opened.id, onChange: ({ state }) => show(ORDER_STATES[state]) });
 *
 * What `wx` says is never the truth: its success may come before the hospital has the money, its failure after. Only
 * the order's `state` decides what is shown.
 */
import { ApiError, intention, unwrap, type MiniProgramClient } from "./client.js";
import { ORDER_STATES, WECHAT_PAY } from "./payment-facts.js";
import type { OrderState, PaymentOrder } from "./schema.js";

/** The fields of wx.requestPayment that the product gives. */
export interface PayFields {
  timeStamp: string;
  nonceStr: string;
  package: string;
  signType: "RSA";
  paySign: string;
}

/** The part of `wx` that is needed; `wx` itself fits. */
export interface WxPayLike {
  requestPayment(options: PayFields & { success(): void; fail(error: { errMsg: string }): void }): unknown;
}

/** The payer closed WeChat's dialogue: nothing went wrong, the order can be paid until it expires. */
export class PaymentCancelled extends Error {
  override name = "PaymentCancelled";
}

/** WeChat could not do it; `message` has its words. The same order may be tried again. */
export class PaymentFailed extends Error {
  override name = "PaymentFailed";
}

export interface Following {
  /** Called with the order whenever its state is another one, the first included. */
  onChange?: (order: PaymentOrder) => void;
  /** How long to go on asking: 60 s. Leave the page before, and ask again when it is shown again. */
  patienceMs?: number;
  /** The first wait between two questions and the longest: 0.5 s, 5 s. */
  firstMs?: number;
  mostMs?: number;
  /** When to stop: in a state where nothing more happens by itself. */
  until?: (state: OrderState) => boolean;
}

/** The five fields of an attempt's `client`; PaymentFailed if it is not one for wx.requestPayment. */
export function payFields(client: Readonly<Record<string, string>>): PayFields {
  const { timeStamp, nonceStr, package: prepaid, signType, paySign } = client;
  if (!timeStamp || !nonceStr || !prepaid || !paySign || signType !== "RSA")
    throw new PaymentFailed("not the fields of wx.requestPayment");
  return { timeStamp, nonceStr, package: prepaid, signType, paySign };
}

/** Ask the payer. Resolves when WeChat says yes; rejects with PaymentCancelled or PaymentFailed. */
export function requestPayment(wx: WxPayLike, fields: PayFields): Promise<void> {
  return new Promise((resolve, reject) => {
    wx.requestPayment({
      ...fields,
      success: () => resolve(),
      fail: ({ errMsg }) => reject(new (/:fail cancel/.test(errMsg) ? PaymentCancelled : PaymentFailed)(errMsg)),
    });
  });
}

/**
 * Pay an order by WeChat Pay and follow it: the order as it is when it is posted or returned, or when patience is over.
 * Then show its state as it is: paid_unposted is 正在入账, and pending means that WeChat has not told us yet (等待确认).
 *
 * Throws PaymentCancelled or PaymentFailed while the order is still unpaid, ApiError when the API refuses
 * (`payment_order_expired`, `state_conflict`, `channel_not_offered` …).
 */
export async function payOrder(
  paying: { api: MiniProgramClient; wx: WxPayLike; order: string } & Following,
): Promise<PaymentOrder> {
  const { api, wx, order, ...how } = paying;
  const params = { path: { id: order }, header: { "Idempotency-Key": intention() } };
  const body = { channel: WECHAT_PAY, method: "mini_program" as const };
  const path = "/api/miniprogram/v1/payment-orders/{id}/pay";
  const { client } = await unwrap(api.POST(path, { params, body }));
  try {
    await requestPayment(wx, payFields(client));
  } catch (refusal) {
    const patienceMs = refusal instanceof PaymentCancelled ? 0 : 10_000;
    const found = await followOrder(api, order, { patienceMs, until: (state) => state !== "pending" });
    if (found.state === "pending") throw refusal;
  }
  return followOrder(api, order, { until: (state) => ORDER_STATES[state].over && state !== "closed", ...how });
}

/** Ask for an order until its state is an end, with waits that grow; the last answer when patience is over. */
export async function followOrder(api: MiniProgramClient, id: string, how: Following = {}): Promise<PaymentOrder> {
  const { patienceMs = 60_000, firstMs = 500, mostMs = 5_000, until = (state) => ORDER_STATES[state].over } = how;
  const end = Date.now() + patienceMs;
  let seen: OrderState | null = null;
  for (let wait = firstMs; ; wait = Math.min(wait * 1.5, mostMs)) {
    const isLast = Date.now() + wait > end;
    const order = await look(api, id, isLast);
    if (order && order.state !== seen) how.onChange?.(order);
    if (order && (isLast || until(order.state))) return order;
    seen = order?.state ?? seen;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** The order, or null when the question may simply be asked again. */
async function look(api: MiniProgramClient, id: string, isLast: boolean): Promise<PaymentOrder | null> {
  try {
    return await unwrap(api.GET("/api/miniprogram/v1/payment-orders/{id}", { params: { path: { id } } }));
  } catch (error) {
    const mayPass = !(error instanceof ApiError) || error.retryAfter !== null || error.problem.status >= 500;
    if (isLast || !mayPass) throw error;
    return null;
  }
}
