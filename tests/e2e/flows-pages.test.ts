// A page of flows that shows what a stranger wrote, in a real browser (attack list A7, A22): its script runs with the cookie of
// whoever looks, and still reaches nothing but flows. The door is the recorder's; Node-RED and core are played by small servers.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Browser } from "playwright-core";
import { WebSocketServer } from "ws";
import { systemClock } from "../../core/clock.ts";
import { FlowsDoor } from "../../core/gateway/doors/flows-door.ts";
import { classifyRequest } from "../../core/gateway/doors/routes.ts";
import { SECURITY_HEADERS } from "../../core/gateway/doors/security-headers.ts";
import { tempDir } from "../../core/testing/temp-dir.ts";
import { waitFor } from "../../core/testing/wait-for.ts";
import { openBrowser, skipBrowserTests } from "./support/browser.ts";

const COOKIE = "nightjar=of-an-administrator";
/** Everything that a script may try on the recorder, and what a dashboard needs. */
const HOSTILE = `
const tried = {};
const attempt = async (name, act) => {
  try { tried[name] = await act(); } catch (error) { tried[name] = "refused"; }
};
const socket = (path) => new Promise((resolve, reject) => {
  const opened = new WebSocket(location.origin.replace("http", "ws") + path);
  opened.onopen = () => resolve("open");
  opened.onerror = reject;
});
const script = (window) => window.fetch("/api/v1/users", { method: "POST", body: "{}" }).then((answer) => answer.status);
const framed = (prepare) => new Promise((resolve, reject) => {
  const frame = document.createElement("iframe");
  frame.onload = () => { try { resolve(script(frame.contentWindow)); } catch (error) { reject(error); } };
  prepare(frame);
  document.body.append(frame);
});
(async () => {
  await attempt("fetch", () => script(window));
  await attempt("look", () => fetch("/api/v1/cameras").then((answer) => answer.text()));
  await attempt("request", () => new Promise((resolve, reject) => {
    const asked = new XMLHttpRequest();
    asked.open("DELETE", "/api/v1/cameras/yard");
    asked.onload = () => resolve(asked.status);
    asked.onerror = reject;
    asked.send();
  }));
  await attempt("beacon", async () => { navigator.sendBeacon("/api/v1/users", "{}"); return "sent"; });
  await attempt("socket", () => socket("/api/v1/changes"));
  await attempt("editor", () => fetch("/flows/flows").then((answer) => answer.status));
  await attempt("above", () => fetch("/flows-http/../api/v1/cameras").then((answer) => answer.status));
  await attempt("frame", () => framed((frame) => { frame.src = "/"; }));
  await attempt("document", () => framed((frame) => { frame.srcdoc = "<p>"; }));
  await attempt("worker", () => new Promise((resolve, reject) => {
    const text = "fetch(" + JSON.stringify(location.origin + "/api/v1/cameras") + ").then(() => postMessage('reached'), () => postMessage('refused'))";
    const worker = new Worker(URL.createObjectURL(new Blob([text])));
    worker.onmessage = ({ data }) => data === "reached" ? resolve(data) : reject(data);
    worker.onerror = reject;
  }));
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: "/api/v1/session/form", target: "form-frame" });
  document.body.append(form);
  form.submit();
  await attempt("own", () => fetch("/flows-http/data").then((answer) => answer.text()));
  await attempt("own socket", () => socket("/flows-http/live"));
  window.tried = tried;
})();
window.openPage = async (path) => {
  const opened = window.open(path);
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      if (opened.location.href.startsWith("http") && opened.document.readyState === "complete") return await script(opened);
    } catch { return "refused"; }
    if (opened.closed) return "closed to it";
  }
  return "nothing";
};
`;

describe("a page of flows (attack list A7, A22)", { skip: skipBrowserTests, timeout: 60_000 }, () => {
  const folder = tempDir("nightjar-flows-pages-");
  const servers: Server[] = [];
  /** What came to the recorder's own resources, with the cookie. */
  const reached: string[] = [];
  const policies: string[] = [];
  let browser: Browser;
  let door: FlowsDoor;
  let port = 0;

  before(async () => {
    const socketPath = folder.join("node-red.sock");
    const nodeRed = createServer((request, response) => {
      response.setHeader("content-security-policy", "default-src *");
      if (request.url === "/flows-http/data") response.end("own data");
      else if (request.url === "/flows/")
        response.setHeader("content-type", "text/html").end('<div id="red-ui-editor">editor</div>');
      else response.setHeader("content-type", "text/html").end(`<body><script>${HOSTILE}</script>`);
    });
    const sockets = new WebSocketServer({ server: nodeRed });
    sockets.on("connection", (socket) => socket.send("hello"));
    nodeRed.listen(socketPath);
    await once(nodeRed, "listening");
    door = new FlowsDoor({
      socketPath,
      clock: systemClock,
      ask: async () => ({ sessionId: "s", expiresAtMs: Number.MAX_SAFE_INTEGER }),
      deployed: () => undefined,
    });
    const client = (host: string | undefined) => ({ address: "127.0.0.1", secure: false, host });
    const recorder = createServer((request, response) => {
      const route = classifyRequest(request.url ?? "", "");
      if (route.kind === "flows" && (route.right === "flows.view" || request.url === "/flows/")) {
        if (route.right === "flows.view")
          response.once("finish", () => policies.push(String(response.getHeader("content-security-policy"))));
        void door.forward(request, response, route, client(request.headers.host), "");
        return;
      }
      if (request.headers.cookie === COOKIE && request.url !== "/favicon.ico")
        reached.push(`${request.method} ${request.url}`);
      const type = route.kind === "core" ? "application/json" : "text/html";
      response.writeHead(200, { ...SECURITY_HEADERS, "content-type": type }).end("{}");
    });
    recorder.on("upgrade", (request, socket, head) => {
      // As the gateway does: what is written to a page that has just gone is nobody's fault.
      socket.on("error", () => socket.destroy());
      const route = classifyRequest(request.url ?? "", "");
      if (route.kind === "flows") {
        void door.upgrade(request, socket, head, route, client(request.headers.host), "");
        return;
      }
      reached.push(`socket ${request.url}`);
      socket.destroy();
    });
    recorder.listen(0, "127.0.0.1");
    await once(recorder, "listening");
    port = (recorder.address() as AddressInfo).port;
    servers.push(recorder, nodeRed);
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    door?.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    folder[Symbol.dispose]();
  });

  it("reaches flows, by requests and sockets, and nothing of the recorder by whatever way", async () => {
    const origin = `http://127.0.0.1:${port}`;
    const context = await browser.newContext();
    await context.addCookies([
      { name: "nightjar", value: "of-an-administrator", url: origin, sameSite: "Strict", httpOnly: true },
    ]);
    const page = await context.newPage();
    await page.goto(`${origin}/flows-http/page`);
    await waitFor(() => page.evaluate("window.tried !== undefined || undefined"), {
      deadlineMs: 20_000,
      what: "the page to have tried everything",
    });
    const {
      own,
      "own socket": socket,
      beacon,
      ...rest
    } = (await page.evaluate("window.tried")) as Record<string, unknown>;
    assert.deepEqual([own, socket], ["own data", "open"]);
    // A beacon says that it was taken, whatever the policy does with it afterwards.
    assert.ok(beacon === "sent" || beacon === "refused");
    assert.deepEqual(
      Object.entries(rest).filter(([, result]) => result !== "refused"),
      [],
    );
    const seen = (): readonly string[] => reached;
    assert.deepEqual(seen(), []);
    // Windows of the recorder's pages, of its resources and of its editor are opened, and out of reach.
    for (const path of ["/", "/api/v1/cameras", "/flows"]) {
      const result = await page.evaluate(`openPage(${JSON.stringify(path)})`);
      assert.ok(["closed to it", "refused", "nothing"].includes(String(result)), `${path}: ${result}`);
    }
    assert.deepEqual(
      seen().filter((request) => !request.startsWith("GET ")),
      [],
    );
    await context.close();
  });

  it("is told so in words that name its own path, by the name that it was asked for", async () => {
    const asked = await fetch(`http://127.0.0.1:${port}/flows-http/data`);
    const policy = asked.headers.get("content-security-policy") ?? "";
    const place = `127.0.0.1:${port}/flows-http/`;
    assert.ok(policy.includes(`connect-src http://${place} ws://${place};`), policy);
    assert.ok(!policy.includes("*") && policies.every((each) => !each.includes("default-src *")), policy);
  });

  it("nor another site frames the editor; the recorder's own pages do", async () => {
    // Another port is another origin of the same site: its frames have the cookie.
    const other = createServer((_request, response) =>
      response.setHeader("content-type", "text/html").end("<body>other</body>"),
    );
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    servers.push(other);
    const context = await browser.newContext();
    const page = await context.newPage();
    const editor = `http://127.0.0.1:${port}/flows/`;
    const framed = async (url: string): Promise<boolean> => {
      await page.goto(url);
      await page.evaluate(
        `new Promise((done) => {
          const frame = document.createElement("iframe");
          frame.onload = done;
          frame.src = ${JSON.stringify(editor)};
          document.body.append(frame);
        })`,
      );
      return (await page.frames().at(-1)?.locator("#red-ui-editor").count()) === 1;
    };
    assert.equal(await framed(`http://127.0.0.1:${port}/`), true);
    assert.equal(await framed(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`), false);
    assert.equal(await framed(`http://127.0.0.1:${port}/flows-http/page`), false);
    await context.close();
  });
});
