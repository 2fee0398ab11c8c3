import { describe, expect, test } from "vitest";
import {
  BLUEBUBBLES_ACTION_NAMES,
  BLUEBUBBLES_ACTIONS,
  buildChannelConfigSchema,
  collectBlueBubblesStatusIssues,
  defineSetupPluginEntry,
  extensionForMime,
  extractOriginalFilename,
  formatLocationText,
  GoogleChatConfigSchema,
  getFileExtension,
  isVoiceCompatibleAudio,
  MSTeamsConfigSchema,
  promptAccountId,
  promptChannelAccessConfig,
  resolveAckReaction,
  resolveBlueBubblesGroupRequireMention,
  resolveBlueBubblesGroupToolPolicy,
  stripAnsi,
  stripMarkdown,
  toLocationContext,
} from "../src/compat.ts";

/** Answers questions in order, and keeps what was asked. */
function answering(...answers: (string | boolean)[]) {
  const asked: string[] = [];
  const next = (message: string) => {
    asked.push(message);
    return answers.shift();
  };
  return {
    asked,
    prompter: {
      async select<T>({ message, options }: { message: string; options: { value: T }[] }): Promise<T> {
        const wanted = next(message);
        const [chosen] = options.filter(({ value }) => value === wanted);
        if (chosen === undefined) throw new Error(`${String(wanted)} was not offered`);
        return chosen.value;
      },
      text: async ({ message }: { message: string }) => String(next(message)),
      confirm: async ({ message }: { message: string }) => next(message) === true,
      note: async (message: string) => void asked.push(message),
    },
  };
}

describe("names of the reference SDK", () => {
  test("places are told in words and as fields of a message", () => {
    const pin = { latitude: 48.2082, longitude: 16.3738, accuracy: 12.4, caption: "here" };
    expect(formatLocationText(pin)).toBe("📍 48.208200, 16.373800 ±12m\nhere");
    expect(formatLocationText({ ...pin, caption: "", name: "Café", address: "Ring 1" })).toBe(
      "📍 Café — Ring 1 (48.208200, 16.373800 ±12m)",
    );
    expect(formatLocationText({ latitude: 1, longitude: 2, isLive: true })).toBe("🛰 Live location: 1.000000, 2.000000");
    expect(toLocationContext({ latitude: 1, longitude: 2, isLive: true })).toMatchObject({
      LocationLat: 1,
      LocationSource: "live",
      LocationIsLive: true,
    });
  });

  test("files are called by their types and by what they were called before", () => {
    expect(extensionForMime("image/jpeg; q=1")).toBe(".jpg");
    expect(extensionForMime("application/x-unknown")).toBeUndefined();
    expect(getFileExtension("https://host/a/b.PDF?x=1")).toBe(".pdf");
    expect(getFileExtension("/tmp/none")).toBeUndefined();
    expect(extractOriginalFilename("/m/report---0b7d3a52-95d5-4b5f-8a53-0a7c8b1f1a11.pdf")).toBe("report.pdf");
    expect(extractOriginalFilename("/m/plain.pdf")).toBe("plain.pdf");
    expect(isVoiceCompatibleAudio({ contentType: "audio/ogg; codecs=opus" })).toBe(true);
    expect(isVoiceCompatibleAudio({ contentType: "audio/mpeg", fileName: "a.mp3" })).toBe(false);
  });

  test("texts lose their marks, and acks have an emoji", () => {
    expect(stripMarkdown("**bold** and `code`")).toBe("bold and code");
    expect(stripAnsi("\u001b[31mred\u001b[0m")).toBe("red");
    const agents = { list: [{ id: "main", identity: { emoji: "🦞" } }] };
    expect(resolveAckReaction({ messages: { ackReaction: "" }, agents }, "main")).toBe("");
    expect(resolveAckReaction({ agents }, "main")).toBe("🦞");
    expect(resolveAckReaction({}, "main")).toBe("👀");
  });

  test("an account is chosen, or named and brought into its form", async () => {
    const ask = (...answers: (string | boolean)[]) => {
      const { asked, prompter } = answering(...answers);
      const listAccountIds = () => ["default", "work"];
      return {
        asked,
        id: promptAccountId({ cfg: {}, prompter, label: "Zalo", listAccountIds, defaultAccountId: "default" }),
      };
    };
    expect(await ask("work").id).toBe("work");
    const named = ask("__new__", " My Team ");
    expect(await named.id).toBe("my-team");
    expect(named.asked).toEqual(["Zalo account", "New Zalo account id", 'The id is kept as "my-team".']);
  });

  test("who may write in groups is asked, and may be left as it is", async () => {
    const ask = (...answers: (string | boolean)[]) =>
      promptChannelAccessConfig({ prompter: answering(...answers).prompter, label: "Rooms" });
    expect(await ask(false)).toBeNull();
    expect(await ask(true, "open")).toEqual({ policy: "open", entries: [] });
    expect(await ask(true, "allowlist", "family, work;,\n42")).toEqual({
      policy: "allowlist",
      entries: ["family", "work", "42"],
    });
  });

  test("schemas of built-in sections become JSON Schema, and a set-up entry carries its channel", () => {
    for (const [schema, key] of [
      [MSTeamsConfigSchema, "appId"],
      [GoogleChatConfigSchema, "audienceType"],
    ] as const) {
      expect(JSON.stringify(buildChannelConfigSchema(schema))).toContain(key);
    }
    expect(defineSetupPluginEntry("it")).toEqual({ plugin: "it" });
  });

  test("BlueBubbles finds its actions, its group rules and what is wrong with its accounts", () => {
    expect(BLUEBUBBLES_ACTION_NAMES).toContain("setGroupIcon");
    expect(BLUEBUBBLES_ACTIONS.edit).toEqual({ gate: "edit", unsupportedOnMacOS26: true });
    const cfg = {
      channels: {
        bluebubbles: {
          groups: {
            g1: { requireMention: false, tools: { deny: ["exec"] } },
            "*": { toolsBySender: { ada: { allow: ["read"] } } },
          },
        },
      },
    };
    expect(resolveBlueBubblesGroupRequireMention({ cfg, groupId: "g1" })).toBe(false);
    expect(resolveBlueBubblesGroupToolPolicy({ cfg, groupId: "g1" })).toEqual({ deny: ["exec"] });
    expect(resolveBlueBubblesGroupToolPolicy({ cfg, groupId: "g2", senderId: "ada" })).toEqual({ allow: ["read"] });
    const row = {
      accountId: "default",
      enabled: true,
      configured: true,
      running: true,
      lastError: "boom",
      probe: { ok: false, status: 502 },
    };
    expect(
      collectBlueBubblesStatusIssues([row, { accountId: "off", enabled: false }]).map(({ message }) => message),
    ).toEqual(["BlueBubbles server unreachable (502)", "Channel error: boom"]);
    expect(collectBlueBubblesStatusIssues([{ accountId: "a", enabled: true }])[0]?.kind).toBe("config");
  });
});
