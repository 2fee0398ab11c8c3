import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { createModels } from "@openclaw/models";
import { afterEach, expect, test } from "vitest";
import { configFor, type KindUnderTest, kindsEnv, kindsUnderTest } from "../../../models/src/testing/api-kinds.ts";
import { type RecordedRequest, startScriptedModelServer } from "../../../models/src/testing/scripted-model-server.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime } from "../testing/test-runtime.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

interface Conversation {
  readonly transcript: unknown[];
  readonly requests: readonly RecordedRequest[];
}

/** Text, an image, thinking, two tool calls, and a second turn that sends all of it back. */
async function converse(kind: KindUnderTest): Promise<Conversation> {
  const server = await startScriptedModelServer();
  closing.push(() => server.close());
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-matrix-")));
  const workspace = join(dir, "workspace");
  mkdirSync(workspace);
  writeFileSync(join(workspace, "a.txt"), "alpha");
  writeFileSync(join(workspace, "b.txt"), "beta");
  const model = `${kind.provider}/${kind.model}`;
  const config = {
    ...configFor(kind, server),
    agents: { defaults: { workspace, skipBootstrap: true, model, thinkingDefault: "high" as const } },
  };
  const models = createModels({ config: () => config, env: kindsEnv, log: silentLog });
  const runtime = createTestRuntime(scriptedModel([]), { dir, config, models });
  closing.push(() => runtime.close());

  server.enqueue(
    {
      reasoning: "two files",
      words: ["Reading", "both."],
      tools: [
        { name: "read", args: '{"path":"a.txt"}' },
        { name: "read", args: '{"path":"b.txt"}' },
      ],
    },
    { words: ["alpha", "and", "beta."] },
    { reasoning: "easy", words: ["You", "are", "welcome."] },
  );
  const first = await runtime.turn("what is in the files?", {
    prompt: { text: "what is in the files?", images: [{ data: pixel, mimeType: "image/png" }] },
  });
  expect(first.status).toBe("ok");
  expect((await runtime.turn("thanks")).status).toBe("ok");
  return { transcript: readTranscript(dir), requests: [...server.requests] };
}

function readTranscript(dir: string): unknown[] {
  const folder = join(dir, "agents", "main", "sessions");
  const [file = ""] = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  const entries = readFileSync(join(folder, file), "utf8").trimEnd().split("\n");
  return entries
    .map((line): unknown => JSON.parse(line))
    .filter((entry) => field(entry, "type") === "message")
    .map((entry) => withoutOrigin(field(entry, "message"), dir));
}

/** What must be the same whoever was asked: everything but ids, times, names of the model, usage and signatures. */
function withoutOrigin(value: unknown, dir: string): unknown {
  const origin = new Set(["id", "toolCallId", "timestamp", "api", "provider", "model", "usage"]);
  const signatures = new Set(["thinkingSignature", "thoughtSignature", "textSignature"]);
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) => {
      if (origin.has(key) || signatures.has(key)) return undefined;
      // The scripted server puts a space behind every word it streams.
      return typeof part === "string" ? part.replaceAll(dir, "<dir>").trimEnd() : part;
    }),
  );
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

const [reference, ...others] = kindsUnderTest;

test.each(others)("the same conversation through $kind leaves the same transcript", async (kind) => {
  const expected = await converse(reference!);
  const { transcript, requests } = await converse(kind);
  expect(expected.transcript).toMatchObject([
    { role: "user" },
    {
      role: "assistant",
      content: [{ type: "thinking" }, { type: "text" }, { type: "toolCall" }, { type: "toolCall" }],
    },
    { role: "toolResult", content: [{ text: "alpha" }] },
    { role: "toolResult", content: [{ text: "beta" }] },
    { role: "assistant", content: [{ text: "alpha and beta." }] },
    { role: "user" },
    { role: "assistant", content: [{ type: "thinking", thinking: "easy" }, { type: "text" }] },
  ]);
  expect(transcript).toEqual(expected.transcript);
  expect(requests).toHaveLength(3);
  expect(JSON.stringify(requests[0]?.body)).toContain(pixel);
});

test.each([
  ["openai-responses", "encrypted"],
  ["openai-codex-responses", "encrypted"],
  ["anthropic-messages", "signed"],
  ["google-generative-ai", "signed"],
  ["google-gemini-cli", "signed"],
  ["bedrock-converse-stream", "signed"],
])("%s gets its signatures back", async (name, signature) => {
  const { requests } = await converse(kindsUnderTest.find(({ kind }) => kind === name)!);
  expect(JSON.stringify(requests[0]?.body)).not.toContain(`"${signature}"`);
  expect(JSON.stringify(requests[1]?.body)).toContain(`"${signature}"`);
  expect(JSON.stringify(requests[2]?.body)).toContain(`"${signature}"`);
});

test("a service that keeps prompts by session is told which session it is", async () => {
  const { requests } = await converse(kindsUnderTest.find(({ kind }) => kind === "openai-responses")!);
  const keys = new Set(requests.map(({ body }) => body.prompt_cache_key));
  expect([...keys]).toEqual([expect.stringMatching(/^\S{8,64}$/)]);
});
