import { silentLog } from "@openclaw/log";
import { expect, test } from "vitest";
import type { ProgramCall } from "./run-program.ts";
import { createUnderstandLinks, type LinksConfig, linksOf } from "./understand-links.ts";

const place = { channel: "telegram", chatType: "direct" as const, sessionKey: "agent:main:main" };

function setUp(config: LinksConfig, answer: (call: ProgramCall) => string) {
  const calls: ProgramCall[] = [];
  const understand = createUnderstandLinks({
    config: () => config,
    env: {},
    async runProgram(call) {
      calls.push(call);
      return answer(call);
    },
    log: silentLog,
  });
  return { calls, ask: (text: string) => understand({ text, place, signal: new AbortController().signal }) };
}

test("links are those that stand by themselves and lead away from this machine, each once", () => {
  const text = `See https://example.com/a, (http://example.org/b?c=1). [shown](https://example.net/d) https://example.com/a
http://localhost:8080/x http://127.0.0.1/y http://[::1]/z http://0.0.0.0/w http://app.localhost/ ftp://example.com`;
  expect(linksOf(text)).toEqual(["https://example.com/a", "http://example.org/b?c=1"]);
});

test("each link is given to the programs in turn until one says something", async () => {
  const config: LinksConfig = {
    maxLinks: 2,
    models: [
      { command: "first", args: ["{{LinkUrl}}"] },
      { command: "second", args: ["--url", "{{ LinkUrl }}"], timeoutSeconds: 5 },
    ],
  };
  const { ask, calls } = setUp(config, ({ command, args }) => {
    if (command === "second") return ` about ${args[1]}\n`;
    if (args[0]?.endsWith("1")) throw new Error("exited with 1");
    return "";
  });
  expect(await ask("https://a.example/1 https://a.example/2 https://a.example/3")).toEqual([
    "about https://a.example/1",
    "about https://a.example/2",
  ]);
  expect(calls.map(({ command, timeoutMs }) => [command, timeoutMs])).toEqual([
    ["first", 30_000],
    ["second", 5000],
    ["first", 30_000],
    ["second", 5000],
  ]);
});

test("nothing is asked where links are switched off or the chat is out of scope", async () => {
  const models = [{ command: "any" }];
  for (const config of [{ enabled: false, models }, { models, scope: { default: "deny" as const } }, {}]) {
    const { ask, calls } = setUp(config, () => "text");
    expect(await ask("https://a.example/1")).toEqual([]);
    expect(calls).toHaveLength(0);
  }
});
