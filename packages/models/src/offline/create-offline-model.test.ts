import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { LanguageModelV4CallOptions, LanguageModelV4Message } from "@ai-sdk/provider";
import { afterEach, beforeEach, expect, test } from "vitest";
import { collect, userPrompt } from "../testing/collect.ts";
import { createOfflineModel } from "./create-offline-model.ts";

const clock = { now: () => Date.UTC(2026, 1, 13, 9, 30) };
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "offline-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

type ToolFunction = (input: Record<string, string>) => string;

/** Tools that behave as the assistant's own, on a temporary workspace. */
const realTools: Record<string, ToolFunction> = {
  read: ({ path = "" }) => readFileSync(join(dir, path), "utf8"),
  write({ path = "", content = "" }) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), content);
    return `Successfully wrote ${content.length} bytes to ${path}`;
  },
  edit({ path = "", oldText = "", newText = "" }) {
    const before = readFileSync(join(dir, path), "utf8");
    if (before.split(oldText).length !== 2)
      throw new Error(`Found ${before.split(oldText).length - 1} occurrences of the text`);
    writeFileSync(
      join(dir, path),
      before.replace(oldText, () => newText),
    );
    return `Successfully replaced text in ${path}.`;
  },
  exec: ({ command = "" }) =>
    execFileSync("sh", ["-c", command], { cwd: dir, encoding: "utf8", stdio: "pipe" }) || "(no output)",
};

interface Told {
  text: string;
  calls: string[];
}

/** Talks to the assistant through a small loop of the kind the runtime has. */
async function tell(
  text: string,
  { tools = Object.keys(realTools), system = "You are a test." }: { tools?: string[]; system?: string } = {},
): Promise<Told> {
  const model = createOfflineModel({ clock });
  const prompt: LanguageModelV4Message[] = [
    { role: "system", content: system },
    { role: "user", content: [{ type: "text", text }] },
  ];
  const calls: string[] = [];
  for (let round = 0; round < 10; round++) {
    const answer = await collect(model, { prompt, tools: tools.map(toolDefinition) });
    if (answer.error) throw answer.error;
    if (answer.calls.length === 0) return { text: answer.text, calls };
    expect(answer.finish?.finishReason.unified).toBe("tool-calls");
    prompt.push({
      role: "assistant",
      content: answer.calls.map(({ id, name, input }) => ({
        type: "tool-call",
        toolCallId: id,
        toolName: name,
        input,
      })),
    });
    for (const { id, name, input } of answer.calls) {
      calls.push(name);
      prompt.push({
        role: "tool",
        content: [{ type: "tool-result", toolCallId: id, toolName: name, output: perform(name, input) }],
      });
    }
  }
  throw new Error("the assistant did not come to an end");
}

function perform(name: string, input: unknown): { type: "text"; value: string } {
  try {
    return { type: "text", value: realTools[name]?.(Object.fromEntries(Object.entries(input ?? {}))) ?? "" };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { type: "text", value: JSON.stringify({ status: "error", tool: name, error: message }, null, 2) };
  }
}

function toolDefinition(name: string): NonNullable<LanguageModelV4CallOptions["tools"]>[number] {
  return { type: "function", name, inputSchema: { type: "object" } };
}

const put = (path: string, content: string) => perform("write", { path, content });
const file = (path: string) => readFileSync(join(dir, path), "utf8");

test("lists files through a tool and marks folders", async () => {
  put("notes.md", "x");
  put("memory/a.md", "x");
  const { text, calls } = await tell("[Fri 2026-02-13 10:00 CET] List the files in your workspace, please.");
  expect(calls).toEqual(["exec"]);
  expect(text).toBe("2 entries in your workspace:\n\n- memory/ (folder)\n- notes.md");
});

test("prefers a listing tool when there is one", async () => {
  const answer = await collect(createOfflineModel({ clock }), {
    prompt: userPrompt("list files in memory"),
    tools: ["exec", "ls"].map(toolDefinition),
  });
  expect(answer.calls).toMatchObject([{ name: "ls", input: { path: "memory" } }]);
});

test("a folder name cannot become a command", async () => {
  const { text } = await tell("list files in `x'; touch hacked; '`");
  expect(text).toContain("There is no folder");
  expect((await tell("list files")).text).toBe("There are no files in your workspace.");
});

test("shows a file in a fence its content cannot break", async () => {
  put("code.md", "```js\n1\n```\n");
  expect((await tell("show code.md")).text).toBe("code.md:\n\n````\n```js\n1\n```\n````");
});

test("says when a file is not there or empty", async () => {
  put("empty.md", "");
  expect((await tell("read nothing.md")).text).toContain("There is no file nothing.md");
  expect((await tell("read empty.md")).text).toBe("empty.md is empty.");
});

test("keeps notes one below the other without touching what is there", async () => {
  expect((await tell("save a note: buy milk")).text).toBe("Saved to notes.md, a new file.");
  expect((await tell("save a note: call Ann at $& 'noon'")).text).toContain("Saved at the end of notes.md");
  expect(file("notes.md")).toBe("# Notes\n\n- buy milk\n- call Ann at $& 'noon'\n");
  expect((await tell("save a note: buy milk")).text).toContain("already has that line");
  expect(file("notes.md").match(/buy milk/g)).toHaveLength(1);
});

test("adds at the end of a file whose last line occurs twice", async () => {
  put("list.md", "a\nsame\nb\nsame\n");
  await tell("write c to list.md");
  expect(file("list.md")).toBe("a\nsame\nb\nsame\nc\n");
});

test("replaces a file only when told to overwrite it", async () => {
  put("a.txt", "old\n");
  await tell("write new to a.txt");
  expect(file("a.txt")).toBe("old\nnew\n");
  expect((await tell("overwrite a.txt with fresh")).calls).toEqual(["write"]);
  expect(file("a.txt")).toBe("fresh\n");
});

test("does not write over a file it saw only the beginning of", async () => {
  const long = `first\n\n[Showing lines 1-1 of 900. Use offset=2 to continue.]`;
  const model = createOfflineModel({ clock });
  const answer = await collect(model, {
    prompt: [
      ...userPrompt("write more to long.txt"),
      { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "read", input: {} }] },
      {
        role: "tool",
        content: [{ type: "tool-result", toolCallId: "1", toolName: "read", output: { type: "text", value: long } }],
      },
    ],
    tools: ["read", "write"].map(toolDefinition),
  });
  expect(answer.calls).toEqual([]);
  expect(answer.text).toContain("too long");
});

test("remembers and recalls", async () => {
  const { text, calls } = await tell("Remember that I like green tea");
  expect(text).toBe("I will remember: I like green tea (saved in MEMORY.md)");
  expect(calls).toEqual(["exec", "write"]);
  await tell("remember the cat is called Tom");
  expect(file("MEMORY.md")).toBe("# Memory\n\n- I like green tea\n- the cat is called Tom\n");
  expect((await tell("remember that I like green tea")).text).toContain("I already have that");
  expect((await tell("what do you remember?")).text).toContain("- I like green tea\n- the cat is called Tom");
  expect((await tell("what do you know about my cat?")).text).toBe(
    "This is what I remember about cat:\n\n- the cat is called Tom",
  );
  expect((await tell("do you remember the dog?")).text).toContain("I remember nothing about dog");
});

test("keeps daily notes by the date of the message and finds them again", async () => {
  await tell("[Sat 2026-02-14 00:10 CET] remember for today: call Ann");
  expect(file("memory/2026-02-14.md")).toBe("# 2026-02-14\n\n- call Ann\n");
  const { text, calls } = await tell("recall Ann");
  expect(calls).toEqual(["exec", "exec", "read"]);
  expect(text).toBe("This is what I remember about ann:\n\n- call Ann (memory/2026-02-14.md)");
});

test("runs commands and shows what they print, or why they fail", async () => {
  expect((await tell("run echo one; echo two")).text).toBe("`echo one; echo two`:\n\n```\none\ntwo\n```");
  expect((await tell("run true")).text).toBe("Done: `true` printed nothing.");
  expect((await tell("run exit 3")).text).toContain("did not succeed");
});

test.each(["list files", "read a.md", "save a note: x", "remember x", "recall", "run ls"])(
  "says so when the tool for %j is not offered",
  async (text) => {
    const answer = await tell(text, { tools: [] });
    expect(answer.calls).toEqual([]);
    expect(answer.text).toContain("not offered to me");
  },
);

test("does not call a tool when none may be chosen", async () => {
  const answer = await collect(createOfflineModel({ clock }), {
    prompt: userPrompt("run ls"),
    tools: [toolDefinition("exec")],
    toolChoice: { type: "none" },
  });
  expect(answer.calls).toEqual([]);
});

test("answers a greeting, and mentions the first run only while it lasts", async () => {
  expect((await tell("hi")).text).toContain("offline assistant");
  expect((await tell("hi")).text).not.toContain("giving me a name");
  expect((await tell("hi", { system: "# Project Context\n## BOOTSTRAP.md\n\nHello" })).text).toContain(
    "giving me a name",
  );
});

test("knows its name from IDENTITY.md when it has one", async () => {
  const named =
    "# Project Context\n\n## IDENTITY.md\n\n- **Name:** Clawd\n- **Creature:** lobster\n\n## USER.md\n\n- Name: Ann";
  expect((await tell("who are you?", { system: named })).text).toContain("I am called Clawd");
  const unnamed = "## IDENTITY.md\n\n- **Name:** _(pick one)_\n\n## USER.md\n\n- Name: Ann";
  expect((await tell("who are you?", { system: unnamed })).text).toContain("no name of my own");
});

test("tells the time of the message, else the clock's", async () => {
  expect((await tell("[Fri 2026-02-13 10:31 Europe/Berlin] what time is it?")).text).toBe(
    "It is 10:31 (Europe/Berlin) on Fri 2026-02-13.",
  );
  expect((await tell("what time is it?")).text).toBe("It is 09:30 (UTC) on 2026-02-13.");
});

test("explains itself when it does not understand, and how to connect a real model", async () => {
  const { text } = await tell("write me a poem about the sea");
  expect(text).toContain("I am the offline assistant");
  expect(text).toContain("how do I connect a model");
  const how = (await tell("how do I connect a model?")).text;
  for (const word of ["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY", "Ollama", "models: { providers"]) {
    expect(how).toContain(word);
  }
});

test("says that it cannot see images", async () => {
  const model = createOfflineModel({ clock });
  const image = { type: "file" as const, mediaType: "image/png", data: { type: "data" as const, data: "aGk=" } };
  const ask = (text: string) =>
    collect(model, { prompt: [{ role: "user", content: [{ type: "text", text }, image] }] });
  expect((await ask("what is this?")).text).toContain("I cannot see images");
  expect((await ask("hello")).text).toContain("cannot see the image");
});

test("stays quiet for automatic prompts", async () => {
  expect((await tell("Read HEARTBEAT.md. If nothing needs attention, reply HEARTBEAT_OK.")).text).toBe("HEARTBEAT_OK");
  expect((await tell("Store durable notes now. Answer NO_REPLY when done.")).text).toBe("NO_REPLY");
});

test("streams word by word, the same for the same call, and counts four characters as a token", async () => {
  const model = createOfflineModel({ clock });
  const first = await collect(model, { prompt: userPrompt("who are you?") });
  const second = await collect(model, { prompt: userPrompt("who are you?") });
  expect(first.deltas.length).toBeGreaterThan(20);
  expect(first.deltas.every((delta) => delta.trim().split(/\s+/).length === 1)).toBe(true);
  expect(first.parts).toEqual(second.parts);
  expect(first.finish?.usage.outputTokens.total).toBe(Math.ceil(first.text.length / 4));
  expect(first.finish?.usage.inputTokens.total).toBe(Math.ceil("You are a test.who are you?".length / 4));
  const whole = await model.doGenerate({ prompt: userPrompt("who are you?") });
  expect(whole.content).toEqual([{ type: "text", text: first.text }]);
});

test("of messages in a row the last one counts", async () => {
  const answer = await collect(createOfflineModel({ clock }), {
    prompt: [
      {
        role: "user",
        content: [
          { type: "text", text: "run rm everything" },
          { type: "text", text: "what time is it?" },
        ],
      },
    ],
    tools: [toolDefinition("exec")],
  });
  expect(answer.text).toContain("It is 09:30");
});

test("an abort ends the stream", async () => {
  const abort = new AbortController();
  const { stream } = await createOfflineModel({ clock }).doStream({
    prompt: userPrompt("help"),
    abortSignal: abort.signal,
  });
  const reader = stream.getReader();
  await reader.read();
  abort.abort();
  await expect(reader.read()).rejects.toMatchObject({ name: "AbortError" });
});

test("a conversation without a message of the user gets an answer too", async () => {
  const answer = await collect(createOfflineModel({ clock }), { prompt: [{ role: "system", content: "x" }] });
  expect(answer.text).toContain("offline assistant");
});
