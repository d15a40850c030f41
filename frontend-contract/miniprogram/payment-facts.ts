/** What a mini-program shows of payments. Typed over the document's own enums: a new state does not compile until it is here. */
import type { OfferedChannel, OnlinePayMethod, OrderState, RefundRequestState } from "./schema.js";

export interface StateFact {
  zh: string;
  en: string;
  /** Nothing more happens by itself: stop polling. */
  over: boolean;
  /** What the page says and offers. */
  show: string;
}

/** 支付单. Never show `paid_unposted` as done: the hospital has not taken note yet. */
export const ORDER_STATES: Record<OrderState, StateFact> = {
  pending: { zh: "待支付", en: "To be paid", over: false, show: "可支付至 expires_at;可放弃支付" },
  paid_unposted: { zh: "正在入账", en: "Being posted", over: false, show: "已收到付款,医院正在入账,请勿重复支付" },
  posted: { zh: "支付成功", en: "Paid", over: true, show: "缴费凭证;可申请退费" },
  returning: { zh: "正在退回", en: "Going back", over: false, show: "未能入账,款项将自动原路退回,无需操作" },
  returned: { zh: "已退回", en: "Gone back", over: true, show: "款项已原路退回,到账时间以支付渠道为准" },
  closed: { zh: "已关闭", en: "Closed", over: true, show: "未支付,需要时请重新下单" },
};

/** 退费申请. `executing` is not done: only `done` says that the money is back. */
export const REFUND_REQUEST_STATES: Record<RefundRequestState, StateFact> = {
  requested: { zh: "待审批", en: "Waits for approval", over: false, show: "等待医生审批" },
  approved: { zh: "已同意", en: "Approved", over: false, show: "请到窗口办理" },
  rejected: { zh: "已驳回", en: "Rejected", over: true, show: "未同意退费,请到窗口咨询" },
  withdrawn: { zh: "已撤回", en: "Withdrawn", over: true, show: "申请已撤回,需要时可重新申请" },
  executing: { zh: "退费中", en: "Under way", over: false, show: "已提交支付渠道,等待到账" },
  done: { zh: "已退费", en: "Refunded", over: true, show: "款项已退回" },
  failed: { zh: "退费未成功", en: "Not refunded yet", over: false, show: "医院正在处理,无需重复申请" },
};

export interface MethodFact {
  zh: string;
  en: string;
  /** Can be used inside WeChat. */
  here: boolean;
  /** What `client` of an opened attempt has. */
  client: readonly string[];
}

/** How a channel can be paid; which of them a hospital offers is told by `payment-orders/{id}/channels`. */
export const METHODS: Record<OnlinePayMethod, MethodFact> = {
  mini_program: {
    zh: "小程序内支付", en: "Inside the mini-program", here: true,
    client: ["timeStamp", "nonceStr", "package", "signType", "paySign"],
  },
  qr_code: { zh: "扫码支付", en: "By a code", here: true, client: ["qr_code"] },
  wap: { zh: "网页支付", en: "On a page", here: false, client: ["url"] },
  app: { zh: "App 支付", en: "In an app", here: false, client: ["order_string", "tn"] },
};

/** The one channel that `wx.requestPayment` belongs to. */
export const WECHAT_PAY = "wechat_pay";

export interface Way {
  channel: string;
  title: string;
  method: OnlinePayMethod;
}

/** What to offer inside WeChat: WeChat Pay itself, and codes that are shown as a picture and scanned by another app. */
export function waysHere(offered: readonly OfferedChannel[]): Way[] {
  const methods = Object.keys(METHODS) as OnlinePayMethod[];
  return offered.flatMap(({ channel, title, methods: has }) =>
    methods
      .filter((method) => has.includes(method) && METHODS[method].here)
      .map((method) => ({ channel, title, method })),
  );
}
