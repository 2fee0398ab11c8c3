// A command that needs the user, in a real browser: the card, what each answer does, and that nothing is lost by a reload.
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missingSystemPackages as missing } from "./chromium.ts";
import { openWebChat, type WebChat } from "./open-web-chat.ts";

let chat: WebChat;

beforeAll(async () => {
  if (missing) return;
  chat = await openWebChat({ config: { tools: { exec: { host: "gateway", security: "allowlist", ask: "on-miss" } } } });
});
afterAll(async () => {
  await chat?.[Symbol.asyncDispose]();
});

/** The assistant calls `exec` with the command, and later tells what became of it. */
async function assistantRuns(command: string, afterwards: string): Promise<void> {
  chat.gateway.model.enqueue(
    { tools: [{ name: "exec", args: JSON.stringify({ command }) }] },
    { words: ["I", "need", "your", "approval", `for ${command}.`] },
    { words: afterwards.split(" ") },
  );
  await chat.say(`please run ${command}`);
  await chat.untilText(/The agent wants to run a command/);
}

const inWorkspace = (name: string) => fs.existsSync(path.join(chat.gateway.workspace, name));
const lastRequest = () => JSON.stringify(chat.gateway.model.lastRequest().body.messages);

describe.skipIf(missing !== "")(
  `a command that needs an approval${missing ? ` (skipped: needs ${missing})` : ""}`,
  () => {
    it("waits with its folder, its program and a countdown, over a reload too", async () => {
      await assistantRuns("touch allowed && uname -s", "It is a Linux machine.");
      await chat.untilText(/touch allowed && uname -s[\s\S]*[12]:\d\d|[12]:\d\d[\s\S]*touch allowed && uname -s/);
      expect(await chat.text()).toContain(chat.gateway.workspace);
      await chat.reload();
      await chat.untilText(/The agent wants to run a command[\s\S]*touch allowed && uname -s/);
      expect(inWorkspace("allowed")).toBe(false);
      const states = () =>
        chat.page.evaluate(() =>
          [...document.querySelectorAll<HTMLElement>(".tool")].map((card) => card.dataset.status),
        );
      expect(await states()).toEqual(["asked"]);
      await chat.picture("approval");
    });

    it("runs once allowed, by keyboard, and its outcome comes back into the chat", async () => {
      await chat.page.focus('aria/Allow once[role="button"]');
      await chat.page.keyboard.press("Enter");
      await chat.untilText(/It is a Linux machine\./);
      expect(inWorkspace("allowed")).toBe(true);
      expect(lastRequest()).toMatch(/Exec finished[\s\S]*Linux/);
      const text = await chat.text();
      expect(text).toContain("Allowed once");
      expect(text).not.toContain("The agent wants to run a command");
      expect(await chat.page.evaluate("document.activeElement.id")).toBe("composer");
    });

    it("does not run when it is denied", async () => {
      await assistantRuns("touch denied", "Then I leave it.");
      await chat.press("Deny");
      await chat.untilText(/Then I leave it\./);
      expect(await chat.text()).toContain("Denied");
      expect(inWorkspace("denied")).toBe(false);
    });

    it("is not asked for again once it is always allowed", async () => {
      await assistantRuns("mkdir first", "The folder is there.");
      await chat.press("Always allow");
      await chat.untilText(/The folder is there\./);
      expect(inWorkspace("first")).toBe(true);
      chat.gateway.model.enqueue(
        { tools: [{ name: "exec", args: JSON.stringify({ command: "mkdir second" }) }] },
        { words: ["The", "second", "too."] },
      );
      await chat.say("and another one");
      await chat.untilText(/The second too\./);
      expect(inWorkspace("second")).toBe(true);
      expect(await chat.text()).not.toContain("The agent wants to run a command");
      expect(chat.problems).toEqual([]);
    });
  },
);
