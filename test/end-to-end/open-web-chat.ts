/// <reference lib="dom" />
import fs from "node:fs";
import path from "node:path";
import type { Page } from "puppeteer-core";
import {
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
  testToken,
} from "../../packages/gateway/src/testing/test-gateway.ts";
import { launchChromium } from "./chromium.ts";

const root = path.resolve(import.meta.dirname, "../..");
const webRoot = path.join(root, "apps/web/dist/ui");

/** The built page in a Chromium, connected to a Gateway of its own whose model is scripted. */
export interface WebChat extends AsyncDisposable {
  readonly gateway: TestGateway;
  readonly page: Page;
  /** What went wrong in the page itself; a test that passes leaves it empty. */
  readonly problems: readonly string[];
  /** Writes into the field and presses Enter. */
  say(message: string): Promise<void>;
  /** Presses the button with this name; waits for it. */
  press(name: string): Promise<void>;
  /** The text of the open chat as it is seen. */
  text(): Promise<string>;
  untilText(pattern: RegExp): Promise<void>;
  reload(): Promise<void>;
  /** Leaves a picture in `test-artifacts/`. */
  picture(name: string): Promise<void>;
}

export async function openWebChat(options: Omit<TestGatewayOptions, "webRoot"> = {}): Promise<WebChat> {
  if (!fs.existsSync(path.join(webRoot, "index.html"))) throw new Error("The page is not built: run `pnpm ui:build`.");
  const gateway = await startTestGateway({ ...options, webRoot });
  const browser = await launchChromium(gateway.home);
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.setViewport({ width: 1200, height: 800 });
  const connected = () => page.waitForSelector("textarea:not([disabled])");
  // biome-ignore lint/performance/useDomNodeTextContent: what a reader sees, with its lines
  const text = () => page.evaluate(() => document.querySelector("main")?.innerText ?? "");

  await page.goto(`${gateway.httpUrl}/#token=${testToken}`);
  await connected();
  return {
    gateway,
    page,
    problems,
    async say(message) {
      await page.click("textarea");
      await page.keyboard.type(message);
      await page.keyboard.press("Enter");
    },
    async press(name) {
      const button = await page.waitForSelector(`aria/${name}[role="button"]`);
      await button?.click();
    },
    text,
    async untilText(pattern) {
      const seen = (source: string, flags: string) =>
        // biome-ignore lint/performance/useDomNodeTextContent: what a reader sees, with its lines
        new RegExp(source, flags).test(document.querySelector("main")?.innerText ?? "");
      try {
        await page.waitForFunction(seen, { timeout: 8000 }, pattern.source, pattern.flags);
      } catch (error) {
        throw new Error(`the chat never said ${pattern}, but:\n${await text()}`, { cause: error });
      }
    },
    async reload() {
      await page.reload();
      await connected();
    },
    async picture(name) {
      const folder = path.join(root, "test-artifacts");
      fs.mkdirSync(folder, { recursive: true });
      await page.screenshot({ path: path.join(folder, `${name}.png`) });
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await gateway.close();
    },
  };
}
