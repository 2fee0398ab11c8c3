import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageText, openSessions, type Sessions, type Transcript } from "@openclaw/sessions";
import { afterEach, beforeEach, expect, test } from "vitest";
import { assistantMessage, expectPairs, resultMessage, userMessage } from "../testing/histories.ts";
import { truncateResults } from "./truncate-results.ts";

let dir: string;
let sessions: Sessions;
let transcript: Transcript;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "openclaw-results-"));
  sessions = openSessions({ stateDir: dir, config: () => ({}) });
  sessions.ensure("main");
  transcript = sessions.transcript("main");
});
afterEach(async () => {
  await sessions.close();
  rmSync(dir, { recursive: true });
});

const add = (...messages: ReturnType<typeof userMessage>[]) =>
  messages.map((message) => transcript.appendMessage(message).id);
const texts = () => transcript.context().map(messageText);

test("only what takes more than 30 percent of the window is cut, at the end of a line when one is near", () => {
  const lines = `${"0123456789\n".repeat(10_000)}`;
  add(
    userMessage("go"),
    assistantMessage("", ["a", "b"]),
    resultMessage("a", lines),
    resultMessage("b", "x".repeat(19_000)),
  );
  expect(truncateResults(transcript, 16_000)).toBe(1);
  const [, , cut, whole] = texts();
  expect(cut).toMatch(
    /^(0123456789\n)+0123456789\n\n\[Shortened: the result had 110000 characters\. Call the tool again for the rest\.\]$/,
  );
  expect(cut?.length).toBeLessThanOrEqual(16_000 * 0.3 * 4 + 100);
  expect(whole).toHaveLength(19_000);
  expectPairs(transcript.context());
  expect(truncateResults(transcript, 16_000)).toBe(0);
});

test("the original stays on the old branch, and what came after is on the new one", () => {
  const [, , original] = add(userMessage("go"), assistantMessage("", ["a"]), resultMessage("a", "x".repeat(50_000)));
  transcript.append({ type: "custom", customType: "mark", data: { n: 1 } });
  transcript.append({ type: "message", message: userMessage("next"), openclawRunId: "run-2" });
  truncateResults(transcript, 16_000);
  expect(texts().at(-1)).toBe("next");
  expect(transcript.activePath().at(-1)).toMatchObject({ openclawRunId: "run-2" });
  expect(transcript.activePath().filter(({ type }) => type === "custom")).toHaveLength(1);
  transcript.branch(original ?? null);
  expect(texts().at(-1)).toHaveLength(50_000);
});

test("a compaction keeps on the new branch what it kept on the old one", () => {
  add(userMessage("old"), assistantMessage("gone"));
  const [kept] = add(userMessage("go"), assistantMessage("", ["a"]), resultMessage("a", "x".repeat(50_000)));
  transcript.append({ type: "compaction", summary: "S", firstKeptEntryId: kept ?? "", tokensBefore: 1 });
  add(assistantMessage("done"));
  const before = texts().length;
  expect(truncateResults(transcript, 16_000)).toBe(1);
  expect(texts()).toHaveLength(before);
  expect(texts()[0]).toContain("<summary>\nS\n</summary>");
  expect(texts()[1]).toBe("go");
});

test("without a long result nothing is written", () => {
  add(userMessage("x".repeat(90_000)), assistantMessage("", ["a"]), resultMessage("a", "short"));
  const size = transcript.size();
  expect(truncateResults(transcript, 16_000)).toBe(0);
  expect(transcript.size()).toBe(size);
});
