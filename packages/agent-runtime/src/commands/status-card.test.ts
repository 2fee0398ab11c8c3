import { describe, expect, it } from "vitest";
import { ago, dollars, shortCount } from "./short-count.ts";
import { type StatusFacts, statusCard } from "./status-card.ts";

const facts: StatusFacts = {
  version: "2026.2.9",
  model: "openai/gpt-5.2",
  context: { used: 15_123, window: 128_000 },
  compactions: 0,
  session: { key: "agent:main:main" },
  now: 0,
  runtime: "direct",
  levels: { thinking: "off", verbose: "off", reasoning: "off", elevated: "off" },
  queue: { mode: "collect", debounceMs: 1000, cap: 20, drop: "summarize", depth: 0, isOverridden: false },
};

describe("the status card", () => {
  it("leaves out the lines of what is not known", () => {
    expect(statusCard(facts).split("\n")).toEqual([
      "🦞 OpenClaw 2026.2.9",
      "🧠 Model: openai/gpt-5.2",
      "📚 Context: 15k/128k (12%) · 🧹 Compactions: 0",
      "🧵 Session: agent:main:main",
      "⚙️ Runtime: direct · Think: off",
      "🪢 Queue: collect (depth 0)",
    ]);
  });

  it("has all its lines in order when everything is known", () => {
    const card = statusCard({
      ...facts,
      commit: "abc1234",
      time: { text: "Monday, February 9th, 2026 — 08:53", zone: "Europe/Vienna" },
      authLabel: "api-key (env: OPENAI_API_KEY)",
      tokens: { input: 4400, output: 950 },
      cost: 0.0042,
      media: ["image ok (openai/gpt-5.2)", "audio off"],
      providerUsage: "5h 40% left",
      session: { key: "agent:main:main", updatedAt: -5 * 60_000 },
      subagents: { active: 2, done: 1, labels: ["a", "b", "c", "d"] },
      runtime: "docker/all",
      levels: { thinking: "high", verbose: "full", reasoning: "stream", elevated: "ask" },
      voice: { mode: "always", provider: "edge", limit: 1500, summary: true },
      activation: "mention",
      queue: { mode: "steer", debounceMs: 2000, cap: 5, drop: "old", depth: 3, isOverridden: true },
    });
    expect(card.split("\n")).toEqual([
      "🦞 OpenClaw 2026.2.9 (abc1234)",
      "🕒 Time: Monday, February 9th, 2026 — 08:53 (Europe/Vienna)",
      "🧠 Model: openai/gpt-5.2 · 🔑 api-key (env: OPENAI_API_KEY)",
      "🧮 Tokens: 4.4k in / 950 out · 💵 Cost: $0.0042",
      "📚 Context: 15k/128k (12%) · 🧹 Compactions: 0",
      "📎 Media: image ok (openai/gpt-5.2) · audio off",
      "📊 Usage: 5h 40% left",
      "🧵 Session: agent:main:main • updated 5m ago",
      "🤖 Subagents: 2 active (a, b, c) · 1 done",
      "⚙️ Runtime: docker/all · Think: high · verbose:full · Reasoning: stream · elevated:ask",
      "🔊 Voice: always · provider=edge · limit=1500 · summary=on",
      "👥 Activation: mention · 🪢 Queue: steer (depth 3 · debounce 2s · cap 5 · drop old)",
    ]);
  });

  it("writes counts, money and times short", () => {
    expect([950, 4400, 9960, 15_400, 471_000, 999_700, 1_500_000].map(shortCount)).toEqual([
      "950",
      "4.4k",
      "10k",
      "15k",
      "471k",
      "1.0m",
      "1.5m",
    ]);
    expect([0, 0.0042, 0.47, 12].map(dollars)).toEqual(["$0.00", "$0.0042", "$0.47", "$12.00"]);
    expect([0, 60_000, 3 * 3_600_000, 50 * 3_600_000].map(ago)).toEqual(["just now", "1m ago", "3h ago", "2d ago"]);
  });
});
