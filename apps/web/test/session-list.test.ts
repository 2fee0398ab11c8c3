import type { ResultOf, SessionRow } from "@openclaw/protocol";
import { describe, expect, it } from "vitest";
import { newSessionItem, newSessionKey, readSessionList } from "../src/app/session-list.ts";

const main = "agent:main:main";
const list = (rows: (Partial<SessionRow> & { key: string })[]) =>
  readSessionList(
    {
      ts: 1,
      path: "",
      count: rows.length,
      defaults: { modelProvider: "offline", model: "assistant", contextTokens: null },
      sessions: rows.map((row) => ({ kind: "direct", updatedAt: null, ...row }) as SessionRow),
    } as ResultOf<"sessions.list">,
    main,
  );

describe("readSessionList", () => {
  it("puts the newest first and always has the main session", () => {
    const { items, defaults } = list([
      { key: "agent:main:a", updatedAt: 1 },
      { key: "agent:main:b", updatedAt: 3 },
    ]);
    expect(items.map(({ key }) => key)).toEqual(["agent:main:b", "agent:main:a", main]);
    expect(defaults).toEqual({ provider: "offline", model: "assistant" });
  });

  it("names sessions by label, what was said first, or where they come from", () => {
    const titles = list([
      { key: main, derivedTitle: "hello", updatedAt: 9 },
      { key: "agent:main:l", label: "My label", derivedTitle: "x", updatedAt: 8 },
      { key: "agent:main:web-1", derivedTitle: "plan a trip", displayName: "openclaw-control-ui", updatedAt: 7 },
      { key: "agent:main:web-2", derivedTitle: "0a1b2c3d (2026-02-09)", updatedAt: 6 },
      { key: "agent:main:telegram:direct:7", displayName: "Ada", lastChannel: "telegram", updatedAt: 5 },
      { key: "agent:main:notes", updatedAt: 4 },
    ]).items;
    expect(titles.map(({ title }) => title)).toEqual([
      "Main chat",
      "My label",
      "plan a trip",
      "New chat",
      "Ada",
      "notes",
    ]);
    expect(titles.map(({ channel }) => channel)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      "telegram",
      undefined,
    ]);
  });

  it("shows the last message on one plain line and sets background work apart", () => {
    const [item] = list([
      { key: "agent:main:subagent:1", lastMessagePreview: "# Plan\n\n- **a** [b](https://c) `d`\n> e", updatedAt: 1 },
    ]).items;
    expect(item).toMatchObject({ preview: "Plan a b d e", background: true });
  });
});

it("new conversations get keys of their own", () => {
  expect(newSessionKey("main", "0123abcd-4567-89ab-cdef-000000000000")).toBe("agent:main:web-0123abcd4567");
  expect(newSessionItem("agent:main:web-x", main)).toMatchObject({ title: "New chat", isMain: false });
});
