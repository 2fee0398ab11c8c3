import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMessageQueue, type QueuedItem } from "./message-queue.ts";
import { parseQueueDrop, parseQueueMode, resolveQueueSettings } from "./queue-settings.ts";

const room = { cap: 20, drop: "summarize" } as const;
const item = (id: string, more: Partial<QueuedItem> = {}): QueuedItem => ({ id, prompt: id, text: id, ...more });
const ids = (items: readonly QueuedItem[] | undefined) => items?.map(({ id }) => id);

describe("a queue of messages", () => {
  test("collects what waits for one chat into one turn, in the layout the model knows", () => {
    const queue = createMessageQueue();
    queue.enqueue(item("a"), room, 1);
    queue.enqueue(item("b"), room, 2);
    expect(queue.lastEnqueuedAt).toBe(2);
    expect(queue.next("collect")).toEqual({
      prompt: "[Queued messages while agent was busy]\n\n---\nQueued #1\na\n\n---\nQueued #2\nb",
      items: [item("a"), item("b")],
      summarized: [],
    });
    expect(queue.next("collect")).toBeUndefined();
  });

  test("gives a single message as it is", () => {
    const queue = createMessageQueue();
    queue.enqueue(item("a"), room, 1);
    expect(queue.next("collect")?.prompt).toBe("a");
  });

  test("answers one by one, in order, once two origins wait", () => {
    const queue = createMessageQueue();
    for (const [id, origin] of [
      ["a", "t1"],
      ["b", "t2"],
      ["c", "t2"],
    ] as const)
      queue.enqueue(item(id, { origin }), room, 1);
    expect(ids(queue.next("collect")?.items)).toEqual(["a"]);
    expect(ids(queue.next("collect")?.items)).toEqual(["b"]);
    expect(ids(queue.next("collect")?.items)).toEqual(["c"]);
    expect(queue.next("collect")).toBeUndefined();
  });

  test("does not put one that must stand alone together with others", () => {
    const queue = createMessageQueue();
    for (const each of [item("a"), item("b"), item("/new", { alone: true }), item("c"), item("d")])
      queue.enqueue(each, room, 1);
    expect(ids(queue.next("collect")?.items)).toEqual(["a", "b"]);
    expect(ids(queue.next("collect")?.items)).toEqual(["/new"]);
    expect(ids(queue.next("collect")?.items)).toEqual(["c", "d"]);
  });

  test("summarizes what it must drop", () => {
    const queue = createMessageQueue();
    const settings = { cap: 2, drop: "summarize" } as const;
    for (const id of ["one\n two", "b", "c", "d"]) queue.enqueue(item(id), settings, 1);
    expect(queue.next("collect")).toMatchObject({
      prompt: [
        "[Queued messages while agent was busy]\n",
        "[Queue overflow] Dropped 2 messages due to cap.\nSummary:\n- one two\n- b\n",
        "---\nQueued #1\nc\n",
        "---\nQueued #2\nd",
      ].join("\n"),
      summarized: [{ id: "one\n two" }, { id: "b" }],
    });
  });

  test("tells of dropped ones in a turn before the others when it does not collect", () => {
    const queue = createMessageQueue();
    for (const id of ["a", "b"]) queue.enqueue(item(id, { text: "x".repeat(200) }), { cap: 1, drop: "summarize" }, 1);
    const first = queue.next("followup");
    expect(first?.prompt).toBe(`[Queue overflow] Dropped 1 message due to cap.\nSummary:\n- ${"x".repeat(159)}…`);
    expect(first?.items).toEqual([]);
    expect(queue.next("followup")).toMatchObject({ prompt: "b" });
  });

  test("drops the oldest, or refuses the newest, when told to", () => {
    const old = createMessageQueue();
    old.enqueue(item("a"), { cap: 1, drop: "old" }, 1);
    expect(old.enqueue(item("b"), { cap: 1, drop: "old" }, 1)).toMatchObject({
      kind: "made-room",
      lost: [{ id: "a" }],
    });
    expect(ids(old.next("collect")?.items)).toEqual(["b"]);
    const recent = createMessageQueue();
    recent.enqueue(item("a"), { cap: 1, drop: "new" }, 1);
    expect(recent.enqueue(item("b"), { cap: 1, drop: "new" }, 1)).toEqual({ kind: "refused", reason: "full" });
  });

  test("takes a message of a chat once", () => {
    const queue = createMessageQueue();
    queue.enqueue(item("a", { messageId: "m", origin: "t" }), room, 1);
    expect(queue.enqueue(item("b", { messageId: "m", origin: "t" }), room, 1)).toEqual({
      kind: "refused",
      reason: "duplicate",
    });
    expect(queue.enqueue(item("c", { messageId: "m", origin: "u" }), room, 1)).toEqual({ kind: "waiting" });
  });

  test("hands out, drops or still holds every message exactly once, whatever the settings", () => {
    const drop = fc.constantFrom("old", "new", "summarize");
    const step = fc.record({ origin: fc.constantFrom(undefined, "x", "y"), alone: fc.boolean(), take: fc.boolean() });
    const modes = fc.constantFrom("collect", "followup");
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 5 }),
        drop,
        modes,
        (steps, cap, policy, mode) => {
          const queue = createMessageQueue();
          const seen: string[] = [];
          const take = () => {
            const turn = queue.next(mode);
            seen.push(...(ids(turn?.items) ?? []), ...(ids(turn?.summarized) ?? []));
            return turn;
          };
          steps.forEach(({ origin, alone, take: now }, at) => {
            const added = queue.enqueue(item(String(at), { origin, alone }), { cap, drop: policy }, at);
            if (added.kind === "refused") seen.push(String(at));
            if (added.kind === "made-room") seen.push(...(ids(added.lost) ?? []));
            if (now) take();
          });
          while (take() !== undefined);
          expect(seen.map(Number).sort((a, b) => a - b)).toEqual(steps.map((_, at) => at));
        },
      ),
    );
  });
});

describe("queue settings", () => {
  test("come from the message, its session, its channel, the configuration, in this order", () => {
    const config = { mode: "followup", byChannel: { telegram: "interrupt" }, debounceMs: 5, cap: 3, drop: "old" };
    const channel = "telegram";
    expect(resolveQueueSettings({ channel })).toEqual({
      mode: "collect",
      debounceMs: 1000,
      cap: 20,
      drop: "summarize",
    });
    expect(resolveQueueSettings({ config, channel: "slack" })).toMatchObject({ mode: "followup", debounceMs: 5 });
    expect(resolveQueueSettings({ config, channel })).toMatchObject({ mode: "interrupt", cap: 3, drop: "old" });
    expect(resolveQueueSettings({ config, channel, session: { mode: "steer" } }).mode).toBe("steer");
    expect(
      resolveQueueSettings({ config, channel, session: { mode: "steer" }, message: { mode: "collect", cap: 0.5 } }),
    ).toMatchObject({ mode: "collect", cap: 1 });
    expect(
      resolveQueueSettings({ config: { ...config, debounceMsByChannel: { telegram: 9 } }, channel }).debounceMs,
    ).toBe(9);
    expect(resolveQueueSettings({ config, channel, channelDebounceMs: 7 }).debounceMs).toBe(7);
  });

  test("understand the other names of modes and policies", () => {
    expect(["queue", "Steering", "follow-ups", "coalesce", "steer+backlog", "abort", "x"].map(parseQueueMode)).toEqual([
      "steer",
      "steer",
      "followup",
      "collect",
      "steer-backlog",
      "interrupt",
      undefined,
    ]);
    expect(["oldest", "newest", "summary", ""].map(parseQueueDrop)).toEqual(["old", "new", "summarize", undefined]);
  });
});
