/**
 * The client over a `wx.request` of a mini-program whose global object has none of the web's classes:
 * `node adapter.js BASE_URL TOKEN`. The token is that of a mini-program account without a card.
 */
import http from "node:http";

import { createMiniProgramClient, unwrap } from "../miniprogram/client.js";
import { installWeb, wxFetch, type WxLike } from "../miniprogram/wx-adapter.js";
import { expect, finish, step } from "./steps.js";

const [baseUrl = "", token = ""] = process.argv.slice(2);
const bare = globalThis as unknown as Record<string, unknown>;
for (const name of ["fetch", "Headers", "Request", "Response", "FormData"]) delete bare[name];

const sent: { method: string; override: string | undefined }[] = [];
const wx: WxLike = {
  request({ url, method = "GET", header, data, success, fail }) {
    sent.push({ method, override: header?.["X-HTTP-Method-Override"] });
    const headers = { ...header, ...(data ? { "Content-Length": String(Buffer.byteLength(data)) } : {}) };
    const call = http.request(url, { method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () =>
        success({
          data: Buffer.concat(parts).toString(),
          statusCode: answer.statusCode ?? 0,
          header: Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)])),
        }),
      );
    });
    call.on("error", (error) => fail({ errMsg: `request:fail ${error.message}` }));
    call.end(data);
  },
};

installWeb();
const api = createMiniProgramClient({ baseUrl, token: () => token, fetch: wxFetch(wx) });
const nobody = "0199c3a5-d1f2-7a56-9145-270ce6b3bebd";

await step("a GET", async () => {
  const me = await unwrap(api.GET("/api/miniprogram/v1/me"));
  expect(me.has_phone === false, "the account", me);
});
await step("a query with parameters", async () => {
  const query = { scene: "appointment_booked" };
  await unwrap(api.GET("/api/miniprogram/v1/messages/templates", { params: { query } }));
});
await step("a refusal with its problem", async () => {
  const { error, response } = await api.POST("/api/miniprogram/v1/auth/wechat", { body: { code: "nonsense" } });
  expect(response.status >= 400 && typeof error === "object" && "code" in error, "a problem", error);
});
await step("a PATCH goes as a POST that says so", async () => {
  const params = { path: { id: nobody } };
  const path = "/api/miniprogram/v1/cards/bindings/{id}/patient";
  const { error, response } = await api.PATCH(path, { params, body: { version: 1, occupation: "教师" } });
  expect(response.status === 403 || response.status === 404, "a refusal by PATCH's own rules", error);
  expect(sent.at(-1)?.method === "POST" && sent.at(-1)?.override === "PATCH", "POST", sent.at(-1));
});
await step("a network that is down is an error", async () => {
  const dead = createMiniProgramClient({ baseUrl: "http://127.0.0.1:9", fetch: wxFetch(wx) });
  const failed = await dead.GET("/api/miniprogram/v1/me").then(() => false, (error: Error) => error.message);
  expect(String(failed).startsWith("request:fail"), "request:fail", failed);
});
finish();
