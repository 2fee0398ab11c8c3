// Writing on while the assistant answers, in a real browser: what waits is seen, kept, sent in order and never lost.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missingSystemPackages as missing } from "./chromium.ts";
import { openWebChat, type WebChat } from "./open-web-chat.ts";

let chat: WebChat;

beforeAll(async () => {
  if (missing) return;
  chat = await openWebChat();
});
afterAll(async () => {
  await chat?.[Symbol.asyncDispose]();
});

describe.skipIf(missing !== "")(`while a run is active${missing ? ` (skipped: needs ${missing})` : ""}`, () => {
  it("the field has the focus from the start, and messages wait visibly and are sent in order", async () => {
    expect(await chat.page.evaluate("document.activeElement.id")).toBe("composer");
    await chat.say("slow:150 first");
    await chat.untilText(/slow reply/);
    await chat.say("second thing");
    await chat.say("third thing");
    await chat.untilText(/Sent when the current answer is finished\.\s+second thing\s+third thing/);
    await chat.picture("queued-messages");
    await chat.untilText(/eight[\s\S]*You said:[^\n]*second thing[\s\S]*You said:[^\n]*third thing/);
  });

  it("a stop leaves what waits to the user", async () => {
    await chat.say("slow:300 fourth");
    // The answer before it begins with the same words.
    await chat.untilText(/fourth[\s\S]*slow reply to\s/);
    await chat.say("fifth thing");
    await chat.page.keyboard.press("Escape");
    await chat.untilText(/Stopped[\s\S]*Not sent\.[\s\S]*fifth thing/);
    expect(await chat.text()).not.toMatch(/You said:[^\n]*\n?[^\n]*fifth thing/);
    await chat.press("Send");
    await chat.untilText(/You said:[\s\S]*fifth thing/);
  });

  it("a run that was stopped before it said anything is still shown as stopped after a reload", async () => {
    const asked = chat.gateway.model.request(chat.gateway.model.requests.length + 1);
    await chat.say("hang:ever");
    await asked;
    await chat.page.keyboard.press("Escape");
    await chat.untilText(/hang:ever[\s\S]*Stopped/);
    await chat.reload();
    await chat.untilText(/hang:ever[\s\S]*Stopped/);
  });

  it("what waits survives a reload of the page", async () => {
    await chat.say("slow:200 sixth");
    await chat.untilText(/sixth[\s\S]*slow reply to\s/);
    await chat.say("seventh thing");
    await chat.reload();
    await chat.untilText(/sixth one two[\s\S]*eight[\s\S]*You said:[\s\S]*seventh thing/);
  });
});

describe.skipIf(missing !== "")("commands", () => {
  it("are completed by keyboard and stand above their answers", async () => {
    await chat.page.click("textarea");
    await chat.page.keyboard.type("/thi");
    await chat.page.waitForSelector('[role="listbox"] [role="option"]');
    await chat.page.keyboard.press("Tab");
    await chat.page.keyboard.type("hi");
    await chat.page.keyboard.press("Enter");
    expect(await chat.page.evaluate("document.querySelector('textarea').value")).toBe("/think high");
    await chat.page.keyboard.press("Enter");
    await chat.untilText(/\/think high[\s\S]*Thinking level set to high/);
    await chat.say("/status");
    await chat.untilText(
      /\/think high[\s\S]*Thinking level set to high[\s\S]*\/status[\s\S]*Model: fake\/fake-1[^\n]*\n/,
    );
    expect(chat.problems).toEqual([]);
  });
});
