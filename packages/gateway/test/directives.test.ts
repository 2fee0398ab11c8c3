import { afterEach, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
let client: RawClient;
let sent = 0;
const start = async (options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway(options);
  client = await gateway.connect();
};
afterEach(() => gateway.close());

/** Sends a message and resolves with the text of its terminal event. */
const say = async (message: string): Promise<string> => {
  const runId = `m${++sent}`;
  const answer = await client.request("chat.send", { sessionKey: "main", message, idempotencyKey: runId });
  if (!answer.ok) return `refused: ${answer.error?.message}`;
  const ended = await client.event("chat", (payload) => payload.runId === runId && payload.state !== "delta");
  if (ended.state === "error") return `error: ${ended.errorMessage}`;
  return String(((ended.message as Json | undefined)?.content as Json[] | undefined)?.[0]?.text ?? "");
};
const entry = async (): Promise<Json> => {
  const answer = await client.request("sessions.patch", { key: "main" });
  return answer.payload.entry as Json;
};
/** The last message the model was shown. */
const prompt = () => JSON.stringify((gateway.model.lastRequest().body.messages as Json[]).at(-1));
const requests = () => gateway.model.requests.length;

const twoModels = {
  models: {
    providers: {
      fake: {
        models: ["fake-1", "fake-mini"].map((id) => ({
          id,
          name: id,
          reasoning: true,
          input: ["text"],
          cost: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 },
          contextWindow: 64_000,
          maxTokens: 8192,
        })),
      },
    },
  },
} as Json;

describe("a setting alone in a message", () => {
  it("is kept for the session and acknowledged without the model", async () => {
    await start();
    expect(await say("/think low")).toBe("Thinking level set to low.");
    expect(await say("/verbose full")).toBe("⚙️ Verbose logging set to full.");
    expect(await say("/t off /v off /reasoning on")).toBe(
      "Thinking disabled. ⚙️ Verbose logging disabled. ⚙️ Reasoning visibility enabled.",
    );
    expect(await say("/queue steer debounce:2s cap:5 drop:old")).toBe(
      "⚙️ Queue mode set to steer. ⚙️ Queue debounce set to 2000ms. ⚙️ Queue cap set to 5. ⚙️ Queue drop set to old.",
    );
    expect(await say("/exec host=gateway security=deny")).toBe("⚙️ Exec defaults set (host=gateway, security=deny).");
    expect(await entry()).toMatchObject({
      thinkingLevel: "off",
      verboseLevel: "off",
      reasoningLevel: "on",
      queueMode: "steer",
      queueDebounceMs: 2000,
      queueCap: 5,
      queueDrop: "old",
      execHost: "gateway",
      execSecurity: "deny",
    });
    expect(await say("/queue reset")).toBe("⚙️ Queue mode reset to default.");
    expect(await entry()).not.toHaveProperty("queueMode");
    expect(requests()).toBe(0);
    await say("hello");
    expect(prompt()).toContain("Reasoning ON — include <think>.");
  });

  it("without a value says what is in force", async () => {
    await start();
    expect(await say("/think")).toBe("Current thinking level: off.\nOptions: off, minimal, low, medium, high.");
    expect(await say("/verbose")).toBe("Current verbose level: off.\nOptions: on, full, off.");
    expect(await say("/reasoning")).toBe("Current reasoning level: off.\nOptions: on, off, stream.");
    expect(await say("/queue")).toBe(
      "Current queue settings: mode=collect, debounce=1000ms, cap=20, drop=summarize.\n" +
        "Options: modes steer, followup, collect, steer+backlog, interrupt; debounce:<ms|s|m>, cap:<n>, drop:old|new|summarize.",
    );
    expect(await say("/exec")).toMatch(/^Current exec defaults: host=sandbox, .*node=\(unset\)\.\nOptions: host=/);
  });

  it("that is not understood changes nothing and says what is valid", async () => {
    await start();
    expect(await say("/think big")).toBe(
      'Unrecognized thinking level "big". Valid levels: off, minimal, low, medium, high.',
    );
    expect(await say("/think xhigh")).toMatch(/^Thinking level "xhigh" is only supported for openai\/gpt-5\.2, /);
    expect(await say("/verbose on /think xhigh")).toMatch(/^Thinking level "xhigh"/);
    expect(await say("/queue bogus")).toMatch(/^Unrecognized queue mode "bogus"\. Valid modes: /);
    const { thinkingLevel, verboseLevel, queueMode } = await entry();
    expect([thinkingLevel, verboseLevel, queueMode]).toEqual([undefined, undefined, undefined]);
  });

  it("elevated, from somebody who is not listed, is refused with the gate that is shut", async () => {
    await start();
    expect(await say("/elevated full")).toBe(
      [
        "elevated is not available right now (runtime=direct).",
        "Failing gates: allowFrom (tools.elevated.allowFrom.webchat / agents.list[].tools.elevated.allowFrom.webchat)",
        "See: openclaw sandbox explain --session agent:main:main",
      ].join("\n"),
    );
    expect(await entry()).not.toHaveProperty("elevatedLevel");
  });

  it("elevated, from somebody who is listed, is kept and told to the model", async () => {
    await start({ config: { tools: { elevated: { allowFrom: { webchat: ["*"] } } } } });
    expect(await say("/elevated")).toBe("Current elevated level: on.\nOptions: on, off, ask, full.");
    expect(await say("/elevated full")).toBe(
      "⚙️ Elevated mode set to full (auto-approve).\n⚙️ Runtime is direct; sandboxing does not apply.",
    );
    await say("go");
    expect(prompt()).toContain("Elevated FULL — exec runs on host with auto-approval.");
  });
});

describe("a setting inside a message", () => {
  it("counts for this turn alone, and every other character reaches the model", async () => {
    await start({ config: twoModels });
    await say("/think low line1\n\n  line2  x");
    expect(prompt()).toMatch(/\] line1\\n\\n {2}line2 {2}x\\n\[message_id: m\d+\]/);
    expect(JSON.stringify(gateway.model.lastRequest())).toMatch(/thinking=low/);
    expect(await entry()).not.toHaveProperty("thinkingLevel");
    await say("/think high again");
    expect(JSON.stringify(gateway.model.lastRequest())).toMatch(/thinking=high/);
    await say("/model fake-mini which are you?");
    expect(gateway.model.lastRequest().body.model).toBe("fake-mini");
    await say("and now?");
    expect(gateway.model.lastRequest().body.model).toBe("fake-1");
  });

  it("that is not understood stays in the text", async () => {
    await start();
    await say("/model train layouts are fun");
    expect(prompt()).toContain("train layouts are fun");
    await say("`/think high` is how you say it");
    expect(prompt()).toContain("`/think high` is how you say it");
  });
});

describe("settings of messages that wait", () => {
  it("are not part of what the model is told of them", async () => {
    await start({ config: { messages: { queue: { debounceMs: 0 } } } });
    const send = (message: string, idempotencyKey: string) =>
      client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
    await send("hold:50 a long story", "first");
    await client.event("chat", (payload) => payload.runId === "first" && payload.state === "delta");
    await send("/think low  one", "second");
    await send("two `/think high` /verbose on", "third");
    gateway.model.release();
    await client.event("chat", (payload) => payload.runId === "third" && payload.state === "final");
    expect(prompt()).toMatch(/Queued #1\\n\[[^\]]*\] {2}one\\n/);
    expect(prompt()).toMatch(/Queued #2\\n\[[^\]]*\] two `\/think high`\\n/);
  });

  it("say what is to become of the message itself", async () => {
    await start();
    const send = (message: string, idempotencyKey: string) =>
      client.request("chat.send", { sessionKey: "main", message, idempotencyKey });
    await send("hold:50 a long story", "first");
    await client.event("chat", (payload) => payload.runId === "first" && payload.state === "delta");
    await send("/queue interrupt now this", "second");
    expect(
      await client.event("chat", (payload) => payload.runId === "first" && payload.state !== "delta"),
    ).toMatchObject({
      state: "aborted",
    });
    await client.event("chat", (payload) => payload.runId === "second" && payload.state === "final");
    expect(prompt()).toContain("now this");
    expect(await entry()).not.toHaveProperty("queueMode");
  });
});

describe("/model", () => {
  it("numbers the models, takes a number, a name, a part of a name, and goes back to the default", async () => {
    await start({ config: twoModels });
    const picker = await say("/model");
    expect(picker).toMatch(/^Current: fake\/fake-1\n\n/);
    expect(picker).toContain("\n\nSwitch: /model <#> or /model <provider/model>\nBrowse: /models (providers)");
    const number = /(\d+)\. fake-mini \(fake\)/.exec(picker)?.[1];
    expect(await say(`/model ${number}`)).toBe("Model set to fake/fake-mini.");
    expect((await say("/model list")).match(/(\d+)\. fake-mini/)?.[1]).toBe(number);
    expect(await entry()).toMatchObject({ providerOverride: "fake", modelOverride: "fake-mini" });
    await say("hello");
    expect(gateway.model.lastRequest().body.model).toBe("fake-mini");
    expect(prompt()).toContain("Model switched to fake/fake-mini.");
    expect(await say("/model reset")).toBe("Model reset to default (fake/fake-1).");
    expect(await say("/model FAKE-MIN")).toBe("Model set to fake/fake-mini.");
    expect(await say("/model 999")).toBe("Invalid model number 999. Use /model to list available models.");
    expect(await say("/model qqqq")).toBe(
      'Unrecognized model "qqqq". Use /models to list providers, or /models <provider> to list models.',
    );
    expect(await say("/model fake/fake-mini@work")).toBe('Auth profile "work" not found.');
  });

  it("refuses what is not allowed, and knows aliases by themselves", async () => {
    await start({
      config: {
        ...twoModels,
        agents: { defaults: { models: { "fake/fake-1": {}, "fake/fake-mini": { alias: "tiny" } } } },
      } as Json,
    });
    expect(await say("/tiny")).toBe("Model set to tiny (fake/fake-mini).");
    expect(await say("/model anthropic/claude-opus-4-6")).toBe(
      'Model "anthropic/claude-opus-4-6" is not allowed. Use /model to list available models.',
    );
    expect(await say("/models")).toMatch(/^Providers:\n- fake \(2\)\n\nUse: /);
    expect(await say("/models fake")).toMatch(/^Models \(fake\) — showing 1-2 of 2 \(page 1\/1\)\n- fake\/fake-1\n/);
    expect(await say("/models nowhere")).toMatch(/^Unknown provider: nowhere\n\nAvailable providers:\n- fake/);
    const status = await say("/model status");
    expect(status).toMatch(/^Current: fake\/fake-mini\nDefault: fake\/fake-1\nAgent: main\nAuth file: /);
    expect(status).toMatch(/\[fake\] endpoint: http:\S+ api: openai-completions auth: config/);
    expect(status).toContain("  • fake/fake-mini (tiny)");
    expect(status).not.toContain("model-secret");
  });
});

describe("/new with a model", () => {
  it("gives the new session that model and the rest of the line as its first message", async () => {
    await start({ config: twoModels });
    await say("/new fake-mini what is up");
    expect(gateway.model.lastRequest().body.model).toBe("fake-mini");
    expect(prompt()).toContain("what is up");
    expect(prompt()).not.toContain("fake-mini");
    await say("/new fake fake-1");
    expect(gateway.model.lastRequest().body.model).toBe("fake-1");
    expect(prompt()).toContain("Greet them");
    await say("/reset fake/fake-mini");
    expect(prompt()).toContain("Mention that this session uses fake/fake-mini");
    await say("/new please tell me a story");
    expect(prompt()).toContain("please tell me a story");
    expect(gateway.model.lastRequest().body.model).toBe("fake-mini");
  });
});

describe("what a session keeps", () => {
  it("is there after a restart", async () => {
    await start();
    await say("/think high");
    await gateway.restart();
    client = await gateway.connect();
    expect(await say("/think")).toMatch(/^Current thinking level: high\./);
  });
});
