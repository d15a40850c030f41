/**
 * The client over a `wx.request` of a mini-program whose global object has none of the web's classes.
 * Run as `node journeys/adapter.js BASE_URL`; the exit code is 1 if an expectation failed.
 */
import http from "node:http";

import { createMiniProgramClient } from "../miniprogram/client.js";
import { installWeb, wxFetch, type WxLike } from "../miniprogram/wx-adapter.js";
import { expect, finish, step } from "./steps.js";

const bare = globalThis as unknown as Record<string, unknown>;
for (const name of ["fetch", "Headers", "Request", "Response", "FormData"]) delete bare[name];

const seen: string[] = [];
const wx: WxLike = {
  request({ url, method, header, data, success, fail }) {
    seen.push(`${method} ${url}`);
    const options = { method, headers: { ...header, ...(data ? { "Content-Length": Buffer.byteLength(data) } : {}) } };
    const call = http.request(url, options, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () =>
        success({
          data: Buffer.concat(parts).toString(),
          statusCode: answer.statusCode ?? 0,
          header: Object.fromEntries(Object.entries(answer.headers).map(([k, v]) => [k, String(v)])),
        }),
      );
    });
    call.on("error", (error) => fail({ errMsg: `request:fail ${error.message}` }));
    call.end(data);
  },
};

const baseUrl = process.argv[2] ?? "";
