import { expect, test } from "vitest";
import { answerText, scriptedModel } from "../testing/scripted-model.ts";
import { createTestRuntime } from "../testing/test-runtime.ts";
import { buildSystemPrompt, type SystemPromptInput } from "./system-prompt.ts";

const tool = (name: string) => ({
  name,
  description: "",
  parameters: { type: "object" as const },
  execute: () => Promise.reject(new Error("not called here")),
});
const sandbox = {
  backend: "bwrap",
  workdir: "/workspace",
  access: "rw",
  network: "none",
  hostBrowser: false,
} as const;
/** A prompt with everything there can be in one. */
const everything: SystemPromptInput = {
  mode: "full",
  tools: ["read", "gateway", "session_status", "message"].map(tool),
  modelAliases: { fast: "p/m" },
  timeZone: "Europe/Lisbon",
  workspaceDir: "/w",
  owners: ["+1"],
  files: [
    {
      name: "SOUL.md",
      path: "/w/SOUL.md",
      content: "Be brave.",
      rawChars: 9,
      injectedChars: 9,
      missing: false,
      truncated: false,
    },
  ],
  sandbox,
  skills: "\n<available_skills>\n</available_skills>",
  extra: "Group rules.",
  reasoningTags: true,
  reasoningLevel: "off",
  heartbeatPrompt: "Anything?",
  runtimeLine: "Runtime: agent=main",
};

/** Each section by its first line, in its order: who sees it, and what it needs. */
const sections: readonly {
  line: string;
  modes: "all" | "fm" | "f";
  /** Without this it is not there. */
  without?: Partial<SystemPromptInput>;
}[] = [
  { line: "You are a personal assistant running inside OpenClaw.", modes: "all" },
  { line: "## Tooling", modes: "fm" },
  { line: "## Tool Call Style", modes: "fm" },
  { line: "## Safety", modes: "fm" },
  { line: "## OpenClaw CLI Quick Reference", modes: "fm" },
  { line: "## Skills (mandatory)", modes: "f", without: { skills: "" } },
  { line: "## OpenClaw Self-Update", modes: "f", without: { tools: [tool("session_status"), tool("message")] } },
  { line: "## Model Aliases", modes: "f", without: { modelAliases: {} } },
  {
    line: "When you need the current date or time, run session_status.",
    modes: "fm",
    without: { timeZone: undefined },
  },
  { line: "## Workspace", modes: "fm" },
  { line: "## Sandbox", modes: "fm", without: { sandbox: undefined } },
  { line: "## User Identity", modes: "f", without: { owners: [] } },
  { line: "## Current Date & Time", modes: "fm", without: { timeZone: undefined } },
  { line: "## Workspace Files (injected)", modes: "fm" },
  { line: "## Reply Tags", modes: "f" },
  { line: "## Messaging", modes: "f" },
  { line: "### message tool", modes: "f", without: { tools: [tool("gateway"), tool("session_status")] } },
  { line: "## Group Chat Context", modes: "f", without: { extra: " " } },
  { line: "## Reasoning Format", modes: "fm", without: { reasoningTags: false } },
  { line: "# Project Context", modes: "fm", without: { files: [] } },
  { line: "## SOUL.md", modes: "fm", without: { files: [] } },
  { line: "## Silent Replies", modes: "f" },
  { line: "## Heartbeats", modes: "f" },
  { line: "## Runtime", modes: "fm" },
];
const linesOf = (input: SystemPromptInput): string[] => {
  const known = new Set(sections.map(({ line }) => line));
  return buildSystemPrompt(input)
    .split("\n")
    .filter((line) => known.has(line) || /^#{1,3} /.test(line));
};

test("a prompt with everything has all sections in their order", () => {
  expect(linesOf(everything)).toEqual(sections.map(({ line }) => line));
});

test("a subagent's has those of the small mode, and one line is left of it without any", () => {
  const small = sections.filter(({ modes }) => modes !== "f").map(({ line }) => line);
  small.splice(small.indexOf("## Reasoning Format"), 0, "## Subagent Context");
  expect(linesOf({ ...everything, mode: "minimal" })).toEqual(small);
  expect(buildSystemPrompt({ ...everything, mode: "none" })).toBe(sections[0]?.line);
});

test.each(sections.filter(({ without }) => without !== undefined))("$line needs its condition", ({ line, without }) => {
  const lines = linesOf({ ...everything, ...without });
  expect(lines).not.toContain(line);
  // What does not share the condition stays where it was.
  const shared = JSON.stringify(without, (_key, value) => value ?? "none");
  const left = sections.filter((other) => JSON.stringify(other.without, (_key, value) => value ?? "none") !== shared);
  expect(lines).toEqual(left.map((other) => other.line));
});

test("two turns in a row have the same system prompt to the byte, whatever the clock says", async () => {
  const model = scriptedModel([answerText("one"), answerText("two")]);
  const clock = { time: 1_700_000_000_000, now: () => clock.time };
  const runtime = createTestRuntime(model, { clock });
  try {
    await runtime.turn("first");
    clock.time += 36 * 3_600_000;
    await runtime.turn("second");
    const [first, second] = model.requests.map(({ prompt }) => prompt[0]);
    expect(first?.role).toBe("system");
    expect(second).toEqual(first);
  } finally {
    await runtime.close();
  }
});
