import { isListed } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import { userEntries } from "./user-entry.ts";

const ada = { id: "42", name: "Countess", username: "ada.l", tag: "ada.l" };
const lists = (entry: string, sender = ada) => isListed([entry], sender, userEntries);

describe("entries of lists of users", () => {
  it.each(["42", " 42 ", "<@42>", "<@!42>", "discord:42", "user:42", "ada.l", "Ada.L", "ada-l", "*"])(
    "%j means ada",
    (entry) => {
      expect(lists(entry)).toBe(true);
    },
  );

  it.each(["43", "ada", "", "user:43", "@everyone"])("%j does not", (entry) => {
    expect(lists(entry)).toBe(false);
  });

  it("never go by the display name, which anybody can take", () => {
    expect(lists("countess")).toBe(false);
  });

  it("mean a proxied member by its id behind pk:, and the account behind it", () => {
    const member = { ...ada, id: "abcde", aliases: ["sys", "42"] };
    expect(lists("pk:abcde", member)).toBe(true);
    expect(lists("42", member)).toBe(true);
  });

  it("tell old tags by their number", () => {
    expect(lists("ada#0042", { ...ada, username: "ada", tag: "ada#0042" })).toBe(true);
  });
});
