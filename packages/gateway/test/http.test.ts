import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

const secret = "the content of a file outside";
let webRoot: string;
let outside: string;

beforeAll(() => {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-web-")));
  webRoot = path.join(folder, "web");
  outside = path.join(folder, "outside.txt");
  fs.mkdirSync(path.join(webRoot, "assets"), { recursive: true });
  fs.writeFileSync(outside, secret);
  fs.writeFileSync(
    path.join(webRoot, "index.html"),
    '<!doctype html><script src="./__openclaw__/boot.js"></script><p>page</p>',
  );
  fs.writeFileSync(path.join(webRoot, "assets", "app-1a2b.js"), "export {};");
  fs.writeFileSync(path.join(webRoot, "favicon.svg"), "<svg/>");
  fs.symlinkSync(outside, path.join(webRoot, "assets", "link.txt"));
  fs.symlinkSync(path.dirname(outside), path.join(webRoot, "up"));
});
afterAll(() => fs.rmSync(path.dirname(webRoot), { recursive: true, force: true }));

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A request with the path exactly as written: `fetch` would tidy it up. */
function get(gateway: TestGateway, target: string, options: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port: gateway.port, path: target, agent: false, ...options },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    request.on("error", reject);
    request.end();
  });
}

const withGateway = (options: TestGatewayOptions, work: (gateway: TestGateway) => Promise<void>) => async () => {
  await using gateway = await startTestGateway({ webRoot, ...options });
  await work(gateway);
};

describe("the web page", () => {
  it(
    "is served with its fallback, and missing files are missing",
    withGateway({}, async (gateway) => {
      for (const target of ["/", "/index.html", "/sessions", "/chat/main?x=1"]) {
        const { status, headers, body } = await get(gateway, target);
        expect([status, body.includes("page")], target).toEqual([200, true]);
        expect(headers["content-type"]).toBe("text/html; charset=utf-8");
        expect(headers["cache-control"]).toBe("no-cache");
      }
      const asset = await get(gateway, "/some/route/assets/app-1a2b.js");
      expect(asset.status).toBe(200);
      expect(asset.headers["content-type"]).toBe("application/javascript; charset=utf-8");
      expect(asset.headers["cache-control"]).toMatch(/immutable/);
      for (const target of ["/assets/none.js", "/none.png", "/assets/", "/ui", "/ui/", "/ui/x"]) {
        expect((await get(gateway, target)).status, target).toBe(404);
      }
    }),
  );

  it(
    "answers GET and HEAD only",
    withGateway({}, async (gateway) => {
      for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
        const { status, headers, body } = await get(gateway, "/", { method });
        expect([status, body, headers.allow], method).toEqual([405, "Method Not Allowed", "GET, HEAD"]);
        expect(headers["access-control-allow-origin"]).toBeUndefined();
      }
      const head = await get(gateway, "/favicon.svg", { method: "HEAD" });
      expect([head.status, head.body, head.headers["content-length"]]).toEqual([200, "", "6"]);
    }),
  );

  it(
    "lies below its base path, and nothing else does",
    withGateway({ config: { gateway: { controlUi: { basePath: "openclaw/" } } } }, async (gateway) => {
      const { status, headers } = await get(gateway, "/openclaw?x=1");
      expect([status, headers.location]).toEqual([302, "/openclaw/?x=1"]);
      expect((await get(gateway, "/openclaw")).headers.location).toBe("/openclaw/");
      expect((await get(gateway, "/openclaw/")).status).toBe(200);
      expect((await get(gateway, "/openclaw/assets/app-1a2b.js")).status).toBe(200);
      expect((await get(gateway, "/openclaw/__openclaw__/boot.js")).body).toContain('"/openclaw"');
      for (const target of ["/", "/index.html", "/openclawx", "/__openclaw__/boot.js"]) {
        const answer = await get(gateway, target);
        expect([answer.status, answer.body], target).toEqual([404, "Not Found"]);
      }
    }),
  );

  it(
    "never leaves its folder",
    withGateway({}, async (gateway) => {
      const attempts = [
        "/../outside.txt",
        "/assets/../../outside.txt",
        "/..%2foutside.txt",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/outside.txt",
        "/%2e%2e%2foutside.txt",
        "/assets/..%5c..%5coutside.txt",
        "/assets\\..\\outside.txt",
        "/assets/link.txt",
        "/up/outside.txt",
        "/%00",
        "/index.html%00.js",
        "/%",
        "/%c0%ae%c0%ae/outside.txt",
        "/%252e%252e%252foutside.txt.txt",
        "//etc/passwd.txt",
        "/avatar/..%2fx",
        "/avatar/../../outside.txt",
        "/avatar/main%2f..%2f..",
        "/avatar/%2e%2e",
        "/avatar/",
        `/avatar/${"a".repeat(65)}`,
      ];
      for (const target of attempts) {
        const { status, body } = await get(gateway, target);
        expect(status, target).toBe(404);
        expect(body, target).not.toContain(secret);
        expect(body, target).not.toContain("root:");
      }
    }),
  );

  it(
    "forbids inline scripts and frames, and tells no secret",
    withGateway({ config: { ui: { assistant: { name: "</script><b>\u2028&" } } } }, async (gateway) => {
      for (const target of [
        "/",
        "/sessions",
        "/assets/app-1a2b.js",
        "/assets/none.js",
        "/__openclaw__/boot.js",
        "/avatar/main?meta=1",
      ]) {
        const { headers } = await get(gateway, target);
        const policy = String(headers["content-security-policy"]);
        expect(policy, target).toMatch(/script-src 'self'(;|$)/);
        expect(policy, target).toMatch(/frame-ancestors 'none'/);
        expect(policy, target).not.toMatch(/unsafe/);
        expect(headers["x-frame-options"]).toBe("DENY");
        expect(headers["x-content-type-options"]).toBe("nosniff");
        expect(headers["access-control-allow-origin"]).toBeUndefined();
      }
      const page = await get(gateway, "/");
      expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
      expect(page.body).not.toContain("</script><b>");
      const boot = await get(gateway, "/__openclaw__/boot.js");
      expect(boot.headers["cache-control"]).toBe("no-store");
      expect(boot.headers["content-type"]).toBe("application/javascript; charset=utf-8");
      expect(boot.body).not.toMatch(/[<>&\u2028]|t0k/);
      const window: Record<string, unknown> = {};
      new Function("window", boot.body)(window);
      expect(window).toEqual({
        __OPENCLAW_CONTROL_UI_BASE_PATH__: "",
        __OPENCLAW_ASSISTANT_NAME__: "</script><b>\u2028&",
        __OPENCLAW_ASSISTANT_AVATAR__: "A",
      });
    }),
  );

  it(
    "takes the first 50 characters of a name",
    withGateway(
      { config: { agents: { list: [{ id: "main", identity: { name: `</script><b>${"x".repeat(60)}` } }] } } },
      async (gateway) => {
        const window: Record<string, unknown> = {};
        new Function("window", (await get(gateway, "/__openclaw__/boot.js")).body)(window);
        expect(window.__OPENCLAW_ASSISTANT_NAME__).toBe(`</script><b>${"x".repeat(38)}`);
      },
    ),
  );

  it(
    "says what to do when it was not built",
    withGateway({ webRoot: "/nowhere" }, async (gateway) => {
      const { status, body } = await get(gateway, "/");
      expect(status).toBe(503);
      expect(body).toMatch(/^Control UI assets not found\. Build them with `pnpm ui:build`/);
    }),
  );

  it(
    "can be turned off",
    withGateway({ config: { gateway: { controlUi: { enabled: false } } } }, async (gateway) => {
      for (const target of ["/", "/__openclaw__/boot.js", "/avatar/main"]) {
        const answer = await get(gateway, target);
        expect([answer.status, answer.body], target).toEqual([404, "Not Found"]);
      }
      expect((await get(gateway, "/healthz")).status).toBe(200);
    }),
  );
});

describe("avatars", () => {
  const picture = Buffer.from("iVBORw0KGgo=", "base64");
  const agents = (avatar: string) => ({ config: { agents: { list: [{ id: "main", identity: { avatar } }] } } });

  it(
    "are null without a picture",
    withGateway({}, async (gateway) => {
      const { status, headers, body } = await get(gateway, "/avatar/main?meta=1");
      expect([status, body]).toEqual([200, '{"avatarUrl":null}']);
      expect(headers["content-type"]).toBe("application/json; charset=utf-8");
      expect((await get(gateway, "/avatar/main")).status).toBe(404);
      expect((await get(gateway, "/avatar/nobody?meta=1")).body).toBe('{"avatarUrl":null}');
    }),
  );

  it(
    "come from the agent's workspace",
    withGateway(
      { ...agents("me.png"), prepare: ({ workspace }) => fs.writeFileSync(path.join(workspace, "me.png"), picture) },
      async (gateway) => {
        expect((await get(gateway, "/avatar/main?meta=1")).body).toBe('{"avatarUrl":"/avatar/main"}');
        const { status, headers } = await get(gateway, "/avatar/main");
        expect([status, headers["content-type"], headers["cache-control"]]).toEqual([200, "image/png", "no-cache"]);
        expect((await get(gateway, "/__openclaw__/boot.js")).body).toContain('"/avatar/main"');
      },
    ),
  );

  it("never from outside of it", async () => {
    await expect(startTestGateway(agents("../secret.png"))).rejects.toThrow(/must stay within the agent workspace/);
  });

  it(
    "nor through a link",
    withGateway(
      {
        ...agents("me.png"),
        prepare: ({ home, workspace }) => {
          fs.writeFileSync(path.join(home, "secret.png"), secret);
          fs.symlinkSync(path.join(home, "secret.png"), path.join(workspace, "me.png"));
        },
      },
      async (gateway) => {
        expect((await get(gateway, "/avatar/main")).status).toBe(404);
      },
    ),
  );
});

describe("probes", () => {
  it(
    "tell a status and nothing else, to anybody",
    withGateway({ webRoot: "" }, async (gateway) => {
      for (const target of ["/healthz", "/readyz", "/healthz?verbose=1"]) {
        const { status, headers, body } = await get(gateway, target);
        expect([status, body, headers["cache-control"]], target).toEqual([200, "ok", "no-store"]);
        expect((await get(gateway, target, { method: "HEAD" })).status).toBe(200);
        expect((await get(gateway, target, { method: "POST" })).status).toBe(405);
      }
    }),
  );
});

describe("host names", () => {
  it(
    "that are not the Gateway's own are refused, so that no page can rebind a name to it",
    withGateway(
      { config: { gateway: { controlUi: { allowedOrigins: ["https://ui.example:8443"] } } } },
      async (gateway) => {
        for (const host of ["evil.example", `evil.example:${gateway.port}`, "localhost.evil.example"]) {
          expect((await get(gateway, "/healthz", { headers: { host } })).status, host).toBe(421);
        }
        for (const host of [
          "localhost",
          `127.0.0.1:${gateway.port}`,
          `[::1]:${gateway.port}`,
          "ui.example",
          "192.0.2.7:80",
        ]) {
          expect((await get(gateway, "/healthz", { headers: { host } })).status, host).toBe(200);
        }
      },
    ),
  );

  it(
    "do not matter to programs that speak WebSocket, but to pages they do",
    withGateway({}, async (gateway) => {
      const program = gateway.open({ host: "gateway.example" });
      expect((await program.connect()).ok).toBe(true);
      const page = gateway.open({ host: "evil.example", origin: "http://evil.example" });
      expect((await page.closed).code).toBe(1006);
      expect(page.frames).toEqual([]);
    }),
  );
});

describe("what is not part of this build, or not switched on", () => {
  it(
    "is not found",
    withGateway({ config: { gateway: { controlUi: { enabled: false } } } }, async (gateway) => {
      for (const target of ["/v1/chat/completions", "/v1/responses", "/hooks/wake"]) {
        expect((await get(gateway, target, { method: "POST" })).status, target).toBe(404);
      }
    }),
  );
});

describe("files of a new Gateway", () => {
  it("are readable by their owner alone", async () => {
    await using gateway = await startTestGateway();
    const client = await gateway.connect();
    const attachments = [{ fileName: "a.png", content: "iVBORw0KGgo=" }];
    await client.request("chat.send", { sessionKey: "main", message: "hello", idempotencyKey: "k", attachments });
    await client.event("chat", ({ state }) => state === "final");
    const remote = gateway.open({ host: "gateway.example" });
    const { createDevice } = await import("../src/testing/test-device.ts");
    await remote.connect({ device: createDevice() });
    await gateway.connect({ device: createDevice() });
    await client.request("system-event", { text: "something" });
    await gateway.stop();
    const open: string[] = [];
    const visit = (folder: string) => {
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const file = path.join(folder, entry.name);
        if ((fs.statSync(file).mode & 0o077) !== 0) open.push(path.relative(gateway.stateDir, file));
        if (entry.isDirectory()) visit(file);
      }
    };
    visit(gateway.stateDir);
    expect(open).toEqual([]);
    expect(fs.readdirSync(path.join(gateway.stateDir, "devices")).sort()).toEqual(["paired.json", "pending.json"]);
  });
});
