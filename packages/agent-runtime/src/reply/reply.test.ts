import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { codeRanges } from "./code-ranges.ts";
import { createMediaSource } from "./media-source.ts";
import { stripReasoningTags } from "./reasoning-tags.ts";
import { shapeLive, shapeReply } from "./shape-reply.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "openclaw-reply-")));
const workspace = join(root, "workspace");
mkdirSync(join(workspace, "out"), { recursive: true });
writeFileSync(join(workspace, "out", "a.png"), "x");
writeFileSync(join(root, "secret.txt"), "x");
symlinkSync(join(root, "secret.txt"), join(workspace, "link.txt"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const media = createMediaSource({ workspaceDir: workspace });
const shape = (text: string) => shapeReply(text, { media });
const live = (text: string) => shapeLive(text, { media }).text;

describe("silence", () => {
  test.each(["NO_REPLY", "  NO_REPLY\n", "**NO_REPLY**", "`NO_REPLY`", "NO_REPLY.", "HEARTBEAT_OK"])(
    "%j sends nothing",
    (text) => {
      expect(shape(text)).toBeUndefined();
    },
  );

  test("the token at an edge of other text is removed and the rest is sent", () => {
    expect(shape("Done. NO_REPLY")).toEqual({ text: "Done." });
    expect(shape("NO_REPLY\nDone.")).toEqual({ text: "Done." });
    expect(shape("All well.\n\n**NO_REPLY**")).toEqual({ text: "All well." });
  });

  test("the token inside a sentence is ordinary text", () => {
    expect(shape("Say NO_REPLY to be silent")).toEqual({ text: "Say NO_REPLY to be silent" });
  });

  test("media are sent although the text is silent", () => {
    expect(shape("MEDIA:https://example.com/a.png\nNO_REPLY")).toEqual({ mediaUrls: ["https://example.com/a.png"] });
  });

  test("a heartbeat run keeps its own token", () => {
    expect(shapeReply("HEARTBEAT_OK", { media, heartbeat: true })).toEqual({ text: "HEARTBEAT_OK" });
  });

  test("a growing text shows nothing that may still become the token", () => {
    expect(live("NO")).toBe("");
    expect(live("NO_REP")).toBe("");
    expect(live("NO_REPLY")).toBe("");
    expect(live("Not yet")).toBe("Not yet");
    expect(live("Done. NO_R")).toBe("Done.");
  });
});

describe("reply tags", () => {
  test("are removed with one adjacent space, other whitespace stays", () => {
    expect(shape("[[reply_to_current]] Hi  there\n\n  indented")).toEqual({
      text: "Hi  there\n\n  indented",
      replyToCurrent: true,
    });
  });

  test("the last explicit id wins and beats current", () => {
    expect(shape("a [[ reply_to: 17 ]] b [[reply_to:18]]")).toEqual({ text: "a b", replyToId: "18" });
  });

  test("stay in code", () => {
    const text = "see `[[reply_to_current]]`\n```\n[[reply_to:1]]\n```";
    expect(shape(text)).toEqual({ text });
  });

  test("are held back while they are being written", () => {
    expect(live("Hello [[repl")).toBe("Hello");
    expect(live("Hello [")).toBe("Hello");
    expect(live("Hello [[reply_to_current]]")).toBe("Hello");
  });

  test("mark media as a voice note", () => {
    expect(shape("[[audio_as_voice]]\nMEDIA:https://example.com/v.ogg")).toEqual({
      mediaUrls: ["https://example.com/v.ogg"],
      audioAsVoice: true,
    });
  });
});

describe("media lines", () => {
  test("become attachments; paragraphs and fences stay as they are", () => {
    const shaped = shape("One\n\nMEDIA:./out/a.png\n\nTwo\n\n```\nMEDIA:x\n```");
    expect(shaped?.mediaUrls).toEqual([join(workspace, "out", "a.png")]);
    expect(shaped?.text).toBe("One\n\n\nTwo\n\n```\nMEDIA:x\n```");
  });

  test.each(["/etc/passwd", "~/x.png", "./../x.png", "./link.txt", "relative.png", "file:///etc/passwd"])(
    "%s stays text",
    (source) => {
      expect(shape(`MEDIA:${source}`)).toEqual({ text: `MEDIA:${source}` });
    },
  );

  test("an absolute path inside the workspace is attached", () => {
    expect(shape(`MEDIA: ${join(workspace, "out", "a.png")}`)).toEqual({
      mediaUrls: [join(workspace, "out", "a.png")],
    });
  });

  test("several sources stand on one line; the refused one stays", () => {
    expect(shape("MEDIA: https://e.com/1.png /etc/passwd https://e.com/2.png")).toEqual({
      text: "MEDIA: /etc/passwd",
      mediaUrls: ["https://e.com/1.png", "https://e.com/2.png"],
    });
  });

  test("a quoted source may contain spaces", () => {
    expect(shape('MEDIA:"./out/my file.png"')?.mediaUrls).toEqual([join(workspace, "out", "my file.png")]);
  });

  test("never flash while they are being written", () => {
    expect(live("Here\nMED")).toBe("Here\n");
    expect(live("Here\nMEDIA:https://e.com/")).toBe("Here\n");
    expect(live("Here\nMEDIA:https://e.com/1.png\nmore")).toBe("Here\nmore");
  });
});

describe("reasoning tags", () => {
  test("hide what stands in them", () => {
    expect(shape("<think>secret</think>\nAnswer")).toEqual({ text: "Answer" });
    expect(shape("<thinking>a</thinking><final>Answer</final>")).toEqual({ text: "Answer" });
    expect(stripReasoningTags("a <think>never closed")).toBe("a ");
  });

  test("stay in code", () => {
    expect(shape("Use `<think>` like this")).toEqual({ text: "Use `<think>` like this" });
  });

  test("only the final part counts for providers that reason in tags", () => {
    expect(stripReasoningTags("noise <final>Answer</final> noise", { finalOnly: true })).toBe("Answer");
    expect(stripReasoningTags("<think>x</think>Answer", { finalOnly: true })).toBe("Answer");
  });

  test("are never shown in parts", () => {
    const text = "<think>quiet plan</think>Hello <final>world</final> a<b";
    for (let end = 1; end <= text.length; end += 1) {
      const shown = stripReasoningTags(text.slice(0, end), { streaming: true });
      expect("Hello world a<b".startsWith(shown)).toBe(true);
    }
  });
});

test("text without any of our markers is never changed but for outer blank space", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      fc.pre(!/[<[]|MEDIA:|NO_REPLY|HEARTBEAT_OK/.test(text));
      expect(shape(text)?.text ?? "").toBe(text.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd());
    }),
  );
});

test("code ranges lie in order inside the text", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("`", "``", "```", "~~~", "\n", "\n\n", "a", " ")), (parts) => {
      const text = parts.join("");
      let last = 0;
      for (const [start, end] of codeRanges(text)) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeGreaterThan(start);
        last = end;
      }
      expect(last).toBeLessThanOrEqual(text.length);
    }),
  );
});
