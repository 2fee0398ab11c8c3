/// <reference lib="dom" />
// What a new user does: clone, `npm start`, open the printed address in a browser, and talk.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, missingSystemPackages as missing } from "./chromium.ts";

const root = path.resolve(import.meta.dirname, "../..");
const artifacts = path.join(root, "test-artifacts");
const minutes = 60_000;

let folder: string;
let started: ChildProcess;
let output = "";
let address: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (missing) return;
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-clone-"));
  const clone = path.join(folder, "openclaw");
  const cloned = spawnSync("git", ["clone", "--quiet", root, clone], { encoding: "utf8" });
  expect(cloned.status, cloned.stderr).toBe(0);
  started = spawn("npm", ["start", "--", "--port", String(await freePort())], {
    cwd: clone,
    env: {
      ...process.env,
      OPENCLAW_STATE_DIR: "",
      ANTHROPIC_API_KEY: "",
      OPENAI_API_KEY: "",
      OPENROUTER_API_KEY: "",
      // What was built from the very same sources here is taken from there; whatever differs in the clone is built.
      TURBO_CACHE_DIR: path.join(root, ".turbo", "cache"),
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  address = await new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString("utf8");
      const found = /http:\/\/127\.0\.0\.1:\d+\/#token=\w+/.exec(output);
      if (found) resolve(found[0]);
    };
    started.stdout?.on("data", read);
    started.stderr?.on("data", read);
    started.on("exit", (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)));
  });
  browser = await launchChromium(folder);
  page = await browser.newPage();
  await page.setViewport({ width: 1200, height: 800 });
}, 6 * minutes);

afterAll(async () => {
  await browser?.close();
  if (started?.pid !== undefined && started.exitCode === null && started.signalCode === null) {
    process.kill(-started.pid, "SIGKILL");
  }
  if (folder) fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}, minutes);

describe.skipIf(missing !== "")(`a fresh clone${missing ? ` (skipped: needs ${missing})` : ""}`, () => {
  it("prints one address, and the page takes the token out of it", async () => {
    await page.goto(address);
    await page.waitForSelector("textarea:not([disabled])");
    expect(page.url()).not.toContain("token");
  });

  it(
    "answers a message",
    async () => {
      await say("hello");
      await untilText(/offline assistant/i);
    },
    minutes,
  );

  it(
    "shows a tool card and the real files of the workspace",
    async () => {
      await say("list the files in your workspace");
      await untilText(/entries in your workspace[\s\S]*AGENTS\.md[\s\S]*SOUL\.md/);
      expect(await text()).toMatch(/Exec[\s\S]*ls/);
      const workspace = path.join(folder, "openclaw", ".openclaw-dev", "workspace");
      expect(fs.readdirSync(workspace)).toEqual(expect.arrayContaining(["AGENTS.md", "SOUL.md"]));
      fs.mkdirSync(artifacts, { recursive: true });
      await page.screenshot({ path: path.join(artifacts, "web-chat.png") });
    },
    minutes,
  );

  it(
    "keeps the history over a reload, without the address",
    async () => {
      await page.reload();
      await untilText(/entries in your workspace/);
      expect(await text()).toContain("hello");
    },
    minutes,
  );

  it("keeps its secrets to its owner", () => {
    const state = path.join(folder, "openclaw", ".openclaw-dev");
    expect(fs.statSync(path.join(state, "openclaw.json")).mode & 0o777).toBe(0o600);
    expect(fs.statSync(state).mode & 0o777).toBe(0o700);
  });

  it(
    "stops on Ctrl-C",
    async () => {
      // Its output closes when npm, the launcher and the Gateway have all ended.
      const ended = new Promise((resolve) => started.on("close", resolve));
      process.kill(-(started.pid as number), "SIGINT");
      await ended;
      expect(output).toContain("gateway stopped");
      expect(output).not.toContain("without full cleanup");
    },
    minutes,
  );
});

async function say(message: string): Promise<void> {
  await page.waitForSelector("textarea:not([disabled])");
  await page.click("textarea");
  await page.keyboard.type(message);
  await page.keyboard.press("Enter");
}

const text = () => page.evaluate(() => document.body.textContent ?? "");

async function untilText(pattern: RegExp): Promise<void> {
  await page.waitForFunction(
    (source: string, flags: string) => new RegExp(source, flags).test(document.body.textContent ?? ""),
    { timeout: 30_000 },
    pattern.source,
    pattern.flags,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
