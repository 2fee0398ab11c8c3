import { silentLog } from "@openclaw/log";
import { expect, test } from "vitest";
import { createAnswerDraft } from "./answer-draft.ts";

/** A chat whose service takes its time. */
function slowChat() {
  const shown: string[] = [];
  let take: (error?: Error) => void = () => {};
  const draft = createAnswerDraft((text) => {
    shown.push(text);
    return new Promise((resolve, reject) => {
      take = (error) => (error === undefined ? resolve() : reject(error));
    });
  }, silentLog);
  const taken = async (error?: Error) => {
    take(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { draft, shown, taken };
}

test("one text is shown at a time, and what grew meanwhile in its newest form", async () => {
  const { draft, shown, taken } = slowChat();
  draft.text("H");
  draft.text("He");
  draft.text("Hello");
  expect(shown).toEqual(["H"]);
  await taken();
  expect(shown).toEqual(["H", "Hello"]);
  await taken();
  draft.text("Hello");
  expect(shown).toEqual(["H", "Hello"]);
});

test("reasoning is shown until there is an answer", async () => {
  const { draft, shown, taken } = slowChat();
  draft.reasoning("hm");
  await taken();
  draft.text("So");
  await taken();
  draft.reasoning("hm, more");
  expect(shown).toEqual(["Reasoning:\n_hm_", "So"]);
});

test("after a refusal, and after the end, nothing is shown", async () => {
  const refused = slowChat();
  refused.draft.text("a");
  await refused.taken(new Error("too long"));
  refused.draft.text("ab");
  expect(refused.shown).toEqual(["a"]);
  const ended = slowChat();
  ended.draft.text("a");
  ended.draft.text("ab");
  ended.draft.stop();
  await ended.taken();
  expect(ended.shown).toEqual(["a"]);
});
