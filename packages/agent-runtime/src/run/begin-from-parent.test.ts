import { messageText } from "@openclaw/sessions";
import { afterEach, describe, expect, test } from "vitest";
import { answerText } from "../testing/scripted-model.ts";
import { requestText, type TalkingModel, talkingModel } from "../testing/talking-model.ts";
import { createTestRuntime, type TestRuntime } from "../testing/test-runtime.ts";

const open: TestRuntime[] = [];
afterEach(async () => {
  for (const test of open.splice(0)) await test.close();
});

const parentKey = "agent:main:discord:channel:1";
const sessionKey = "agent:main:discord:channel:2";

/** A channel whose conversation fills most of its window, and a thread of it that has just begun. */
async function setUp(model: TalkingModel): Promise<TestRuntime> {
  const test = createTestRuntime(model);
  open.push(test);
  await test.turn("my cat is called Kit", { sessionKey: parentKey });
  await test.turn("my dog is called Rex", { sessionKey: parentKey });
  test.sessions.update(parentKey, () => ({ totalTokens: 61, contextTokens: 100 }));
  const begun = test.sessions.ensure(sessionKey, { parentKey, chatType: "channel" });
  expect(begun.fork).toBe("too-large");
  return test;
}

describe("a thread of a conversation that is too long to be copied", () => {
  test("begins with a summary of it, made once", async () => {
    const model = talkingModel();
    const test = await setUp(model);
    const { events } = await test.turn("hello", { sessionKey });
    expect(model.summaries).toHaveLength(1);
    expect(requestText(model.summaries[0])).toMatch(/called Kit.*called Rex/s);
    const shown = requestText(model.turns.at(-1));
    expect(shown).toContain("summary 1");
    expect(shown).not.toContain("called Kit");
    expect(events.filter(({ stream }) => stream === "compaction").map(({ data }) => data)).toEqual([
      { phase: "start" },
      { phase: "end", willRetry: false },
    ]);
    expect(test.sessions.get(sessionKey)).not.toHaveProperty("parentToSummarize");
    await test.turn("and again", { sessionKey });
    expect(model.summaries).toHaveLength(1);
    expect(test.sessions.transcript(parentKey).context().map(messageText)).toHaveLength(4);
  });

  test("begins empty where no summary comes, and is answered", async () => {
    const model = talkingModel({
      summary: () => {
        throw new Error("no");
      },
    });
    const test = await setUp(model);
    expect((await test.turn("hello", { sessionKey })).status).toBe("ok");
    expect(requestText(model.turns.at(-1))).not.toContain("summary");
    expect(test.sessions.get(sessionKey)).not.toHaveProperty("parentToSummarize");
  });

  test("goes on after a restart that came before the summary", async () => {
    const test = await setUp(talkingModel());
    const model = talkingModel({ summary: () => answerText("Kit and Rex") });
    const again = test.restart(model);
    await again.turn("hello", { sessionKey, runId: "after" });
    await again.runtime.stop({ drainMs: 0 });
    await again.sessions.close();
    expect(requestText(model.turns.at(-1))).toContain("Kit and Rex");
  });
});
