/// <reference types="miniprogram-api-typings" />
/** Only compiled: WeChat's own `wx` is what the adapter and the payment ask for. */
import { payOrder } from "../miniprogram/payment.js";
import { wxFetch } from "../miniprogram/wx-adapter.js";

type Paying = Parameters<typeof payOrder>[0];

export const request: (request: Request) => Promise<Response> = wxFetch(wx);
export const paying: Paying["wx"] = wx;
