import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeKeys, encodePaste } from "./key-encoding.ts";

const hexOf = (...keys: string[]) => encodeKeys({ keys }).bytes.toString("hex");

test("keys arrive as the bytes a terminal sends", () => {
  expect(["C-c", "S-Tab", "M-x", "F5", "kp7"].map((key) => hexOf(key))).toEqual([
    "03",
    "1b5b5a",
    "1b78",
    "1b5b31357e",
    "1b4f77",
  ]);
});

describe("each key", () => {
  test.each([
    ["Enter", "\r"],
    ["return", "\r"],
    ["TAB", "\t"],
    ["Escape", "\x1b"],
    ["esc", "\x1b"],
    ["Space", " "],
    ["BSpace", "\x7f"],
    ["backspace", "\x7f"],
    ["Up", "\x1b[A"],
    ["Down", "\x1b[B"],
    ["Right", "\x1b[C"],
    ["Left", "\x1b[D"],
    ["Home", "\x1b[1~"],
    ["End", "\x1b[4~"],
    ["ic", "\x1b[2~"],
    ["dc", "\x1b[3~"],
    ["ppage", "\x1b[5~"],
    ["npage", "\x1b[6~"],
    ["btab", "\x1b[Z"],
    ["F1", "\x1bOP"],
    ["F4", "\x1bOS"],
    ["F6", "\x1b[17~"],
    ["F10", "\x1b[21~"],
    ["F11", "\x1b[23~"],
    ["F12", "\x1b[24~"],
    ["kp0", "\x1bOp"],
    ["kp9", "\x1bOy"],
    ["kp.", "\x1bOn"],
    ["kp/", "\x1bOo"],
    ["kp*", "\x1bOj"],
    ["kp-", "\x1bOm"],
    ["kp+", "\x1bOk"],
    ["KPEnter", "\x1bOM"],
    ["^c", "\x03"],
    ["^?", "\x7f"],
    ["^[", "\x1b"],
    ["C-@", "\x00"],
    ["C-M-x", "\x1b\x18"],
    ["M-C-x", "\x1b\x18"],
    ["S-a", "A"],
    ["C--", "-"],
    ["C-Up", "\x1b[1;5A"],
    ["S-Left", "\x1b[1;2D"],
    ["M-S-Home", "\x1b[1;4~"],
    ["C-M-S-PageUp", "\x1b[5;8~"],
    ["M-Enter", "\x1b\r"],
    ["ä", "ä"],
    ["hello", "hello"],
  ])("%s", (key, expected) => {
    expect(encodeKeys({ keys: [key] })).toEqual({ bytes: Buffer.from(expected), warnings: [] });
  });
});

test("text comes first, then raw bytes, then keys", () => {
  const { bytes } = encodeKeys({ keys: ["Enter"], hex: ["0xff", "7"], literal: "hi" });
  expect([...bytes]).toEqual([0x68, 0x69, 0xff, 0x07, 0x0d]);
});

test("what is not understood is told", () => {
  expect(encodeKeys({ keys: ["C-foo"], hex: ["zz", "123"] })).toEqual({
    bytes: Buffer.from("foo"),
    warnings: ["Invalid hex byte: zz", "Invalid hex byte: 123", 'Unknown key "foo" for modifiers; sending literal.'],
  });
});

test("a paste is marked, and cannot end itself", () => {
  expect(encodePaste("a\nb", true).toString()).toBe("\x1b[200~a\nb\x1b[201~");
  expect(encodePaste("a", false).toString()).toBe("a");
  const piece = fc.constantFrom("\x1b[201~", "\x1b[20", "1~", "\x1b", "x");
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const pasted = encodePaste(pieces.join(""), true).toString();
      expect(pasted.indexOf("\x1b[201~")).toBe(pasted.length - "\x1b[201~".length);
    }),
  );
});

test("whatever bytes are given in hexadecimal arrive unchanged, and single characters as themselves", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const hex = [...bytes].map((byte) => byte.toString(16));
      expect(encodeKeys({ hex }).bytes).toEqual(Buffer.from(bytes));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 1 }), (character) => {
      expect(encodeKeys({ keys: [character] }).bytes.toString()).toBe(character);
    }),
  );
});
