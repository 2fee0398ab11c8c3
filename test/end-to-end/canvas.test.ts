/// <reference lib="dom" />
// A node that shows its canvas in a real browser: what is pushed to it is seen.
import fs from "node:fs";
import path from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { temporaryHome } from "../../packages/cli/test/cli.ts";
import type { Json } from "../../packages/gateway/src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, testToken } from "../../packages/gateway/src/testing/test-gateway.ts";
import { connectTestNode, nodeResult, type TestNode } from "../../packages/gateway/src/testing/test-node.ts";
import { launchChromium, missingSystemPackages as missing } from "./chromium.ts";

const webRoot = path.resolve(import.meta.dirname, "../../apps/web/dist/ui");

let gateway: TestGateway;
let home: ReturnType<typeof temporaryHome>;
let browser: Browser;
let page: Page;
let node: TestNode;
const problems: string[] = [];

beforeAll(async () => {
  if (missing) return;
  if (!fs.existsSync(path.join(webRoot, "a2ui/index.html")))
    throw new Error("The page is not built: run `pnpm ui:build`.");
  gateway = await startTestGateway({ webRoot });
  home = temporaryHome();
  browser = await launchChromium(gateway.home);
  page = await browser.newPage();
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.exposeFunction("nodeAction", (text: string) => {
    const { userAction } = JSON.parse(text) as { userAction: Json };
    return node.tell("agent.request", { message: `User action: ${userAction.name}`, key: String(userAction.id) });
  });
  await page.evaluateOnNewDocument(() => {
    Object.assign(window, {
      openclawCanvasA2UIAction: { postMessage: (text: string) => Reflect.get(window, "nodeAction")(text) },
    });
  });
  node = await connectTestNode(gateway, {
    client: { id: "openclaw-macos", platform: "macos 15", displayName: "Desk" },
    caps: ["canvas"],
    commands: ["canvas.navigate", "canvas.eval", "canvas.a2ui.pushJSONL", "canvas.a2ui.reset"],
  });
  serve();
});
afterAll(async () => {
  await browser?.close();
  home?.[Symbol.dispose]();
  await gateway?.close();
});

const canvasHostUrl = () => {
  const hello = node.client.frames.find((frame) => frame.type === "res") as Json;
  return String((hello.payload as Json).canvasHostUrl);
};

/** What the app of a node does with the commands for its canvas. */
function serve(): void {
  const show = (place: string) => page.goto(`${canvasHostUrl()}${place}`);
  const apply = async (call: string, value?: unknown) => {
    if (!page.url().includes("/__openclaw__/a2ui/")) await show("/__openclaw__/a2ui/");
    await page.waitForFunction(() => "openclawA2UI" in window);
    return page.evaluate((name, given) => Reflect.get(Reflect.get(window, "openclawA2UI"), name)(given), call, value);
  };
  const commands: Record<string, (params: Json) => Promise<unknown>> = {
    "canvas.navigate": async ({ url }) => void (await show(String(url))),
    "canvas.eval": async ({ javaScript }) => ({ result: String(await page.evaluate(String(javaScript))) }),
    "canvas.a2ui.pushJSONL": ({ jsonl }) => {
      const lines = String(jsonl)
        .split("\n")
        .filter((line) => line.trim() !== "");
      return apply(
        "applyMessages",
        lines.map((line) => JSON.parse(line)),
      );
    },
    "canvas.a2ui.reset": () => apply("reset"),
  };
  node.client.socket.on("message", (data) => {
    const frame = JSON.parse(String(data)) as {
      event?: string;
      payload?: { id: string; command: string; paramsJSON: string };
    };
    const request = frame.event === "node.invoke.request" ? frame.payload : undefined;
    const command = request && commands[request.command];
    if (!request || !command) return;
    command(JSON.parse(request.paramsJSON ?? "{}") as Json).then(
      (payload) => node.answer(request, nodeResult(payload ?? { ok: true })),
      (error) => node.answer(request, { ok: false, error: { code: "UNAVAILABLE", message: String(error) } }),
    );
  });
}

const canvas = (...argv: string[]) =>
  home.run(["nodes", "canvas", ...argv, "--node", "desk", "--url", gateway.url, "--token", testToken]);
/** The text a reader sees, inside of components too. */
const seen = () =>
  page.evaluate(() => {
    const texts = (root: Node): string =>
      [...root.childNodes]
        .map((child) => {
          if (child.nodeType === Node.TEXT_NODE) return child.textContent ?? "";
          if (!(child instanceof HTMLElement) || /^(STYLE|SCRIPT)$/.test(child.tagName)) return "";
          return `${child.shadowRoot ? texts(child.shadowRoot) : ""} ${texts(child)}`;
        })
        .join(" ");
    return texts(document.body).replace(/\s+/g, " ").trim();
  });
const untilSeen = async (pattern: RegExp) => {
  let last = "";
  for (const until = Date.now() + 8000; Date.now() < until; ) {
    try {
      last = await seen();
      if (pattern.test(last)) return;
      await page.evaluate(() => new Promise(requestAnimationFrame));
    } catch (error) {
      // The page was being loaded again.
      if (!/context was destroyed|Cannot find context|detached/i.test(String(error))) throw error;
    }
  }
  throw new Error(`not seen: ${pattern}; the page says: ${last}`);
};

describe.skipIf(missing !== "")(`a canvas${missing ? ` (skipped: needs ${missing})` : ""}`, () => {
  it("shows a surface that is pushed to it, tells what is pressed, and is cleared", async () => {
    expect(canvasHostUrl()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/__openclaw__\/cap\/[\w-]{43}$/);
    expect(await canvas("a2ui", "push", "--text", "Hello from the Gateway")).toMatchObject({
      code: 0,
      stdout: "canvas a2ui push ok (v0.8, 2 messages)\n",
    });
    await untilSeen(/Hello from the Gateway/);
    const components = [
      { id: "root", component: { Column: { children: { explicitList: ["title", "go"] } } } },
      { id: "title", component: { Text: { text: { path: "/title" }, usageHint: "h1" } } },
      { id: "label", component: { Text: { text: { literalString: "Water the plants" } } } },
      { id: "go", component: { Button: { child: "label", action: { name: "water" } } } },
    ];
    const file = path.join(home.home, "plants.jsonl");
    const messages = [
      { surfaceUpdate: { surfaceId: "plants", components } },
      { dataModelUpdate: { surfaceId: "plants", contents: [{ key: "title", valueString: "Plants" }] } },
      { beginRendering: { surfaceId: "plants", root: "root" } },
    ];
    fs.writeFileSync(file, messages.map((message) => JSON.stringify(message)).join("\n"));
    expect((await canvas("a2ui", "push", "--jsonl", file)).stdout).toContain("3 messages");
    await untilSeen(/Hello from the Gateway.*Plants.*Water the plants/);
    fs.mkdirSync("test-artifacts", { recursive: true });
    await page.screenshot({ path: "test-artifacts/canvas.png" });

    const reader = await gateway.connect();
    await page.evaluate(() => {
      const find = (root: ParentNode): HTMLButtonElement | undefined => {
        for (const element of root.querySelectorAll("*")) {
          if (element instanceof HTMLButtonElement) return element;
          const inside = element.shadowRoot && find(element.shadowRoot);
          if (inside) return inside;
        }
        return undefined;
      };
      find(document)?.click();
    });
    await reader.event("chat", ({ state }) => state === "final");
    expect(JSON.stringify(gateway.model.lastRequest().body.messages)).toContain("User action: water");
    expect((await canvas("a2ui", "reset")).stdout).toBe("canvas a2ui reset ok\n");
    await page.waitForFunction(() => document.querySelector("a2ui-surface") === null);
    expect(problems).toEqual([]);
  });

  it("shows the files of the canvas, and follows when they change", async () => {
    const root = path.join(gateway.workspace, "canvas");
    fs.mkdirSync(root, { recursive: true });
    fs.writeFileSync(path.join(root, "index.html"), "<body><h1>First</h1><script src='app.js'></script></body>");
    fs.writeFileSync(path.join(root, "app.js"), "document.title = 'ran';");
    expect((await canvas("navigate", "/__openclaw__/canvas/")).stdout).toBe("canvas navigate ok\n");
    await untilSeen(/First/);
    expect((await canvas("eval", "document.title")).stdout).toBe("ran\n");
    // Until somebody listens nothing is watched; the page says when it does.
    const listening = () => gateway.log().includes("a page of the canvas follows its files");
    while (!listening()) await page.evaluate(() => new Promise(requestAnimationFrame));
    fs.writeFileSync(path.join(root, "index.html"), "<body><h1>Second</h1></body>");
    await untilSeen(/Second/);
  });
});
