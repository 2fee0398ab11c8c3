import { expect, test } from "vitest";
import { sentMessagesOf, withoutRepeats } from "./sent-by-tool.ts";

const here = { provider: "telegram", target: "7", accountId: "default" };
const reply = [{ text: "The report is ready. 🎉" }, { mediaUrls: ["https://e.com/a.png"] }];

test("a reply is dropped when a tool has written to its chat", () => {
  expect(withoutRepeats(reply, [{ provider: "Telegram", target: "telegram:7" }], here)).toEqual([]);
  expect(withoutRepeats(reply, [{ ...here, text: "something else" }], here)).toEqual([]);
});

test("another account or chat is another target", () => {
  expect(withoutRepeats(reply, [{ ...here, accountId: "work" }], here)).toEqual(reply);
  expect(withoutRepeats(reply, [{ provider: "telegram", target: "8" }], here)).toEqual(reply);
});

test("a text that was sent elsewhere is not repeated, media are", () => {
  const elsewhere = { provider: "slack", target: "C1", text: "the   report is READY." };
  expect(withoutRepeats(reply, [elsewhere], here)).toEqual([reply[1]]);
});

test("short texts are no repetition", () => {
  expect(withoutRepeats([{ text: "Done." }], [{ provider: "slack", target: "C1", text: "Done." }], here)).toHaveLength(
    1,
  );
});

test("without a chat nothing is dropped", () => {
  expect(withoutRepeats(reply, [here], undefined)).toEqual(reply);
});

test("what a tool says about itself is read with care", () => {
  expect(sentMessagesOf({ sentMessages: [{ ...here, text: "a", mediaUrls: ["u", 1] }, { target: 1 }, null] })).toEqual([
    { ...here, text: "a", mediaUrls: ["u"] },
  ]);
  expect(sentMessagesOf({ sentMessages: "all" })).toEqual([]);
  expect(sentMessagesOf(undefined)).toEqual([]);
});
