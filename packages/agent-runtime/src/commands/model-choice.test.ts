import type { ModelRef } from "@openclaw/models";
import { describe, expect, it } from "vitest";
import { fuzzyModel } from "./fuzzy-model.ts";
import { pick, pickerRows, pickerText } from "./model-picker.ts";

const ref = (text: string): ModelRef => {
  const at = text.indexOf("/");
  return { provider: text.slice(0, at), model: text.slice(at + 1) };
};
const models = [
  "openrouter/claude-opus-4-6",
  "anthropic/claude-opus-4-6",
  "anthropic/claude-sonnet-4-5",
  "openai/gpt-5-mini",
  "openai/gpt-5.2",
  "zeta/odd",
].map(ref);

describe("the picker", () => {
  it("has one row per model, best known providers first, whatever order the catalogue has", () => {
    const rows = pickerRows(models);
    expect(rows).toEqual(pickerRows([...models].reverse()));
    expect(pickerText(rows, ref("openai/gpt-5.2")).split("\n").slice(0, 7)).toEqual([
      "Current: openai/gpt-5.2",
      "",
      "1. claude-opus-4-6 (anthropic, openrouter)",
      "2. claude-sonnet-4-5 (anthropic)",
      "3. gpt-5-mini (openai)",
      "4. gpt-5.2 (openai)",
      "5. odd (zeta)",
    ]);
    expect(pickerText([], ref("a/b"))).toBe("No models available.");
  });

  it("keeps the provider in use when it has the model, else takes the first", () => {
    const row = pickerRows(models)[0] ?? { model: "", providers: [] };
    expect(pick(row, ref("openrouter/x")).provider).toBe("openrouter");
    expect(pick(row, ref("openai/x")).provider).toBe("anthropic");
  });
});

describe("a model that is almost named", () => {
  const aliases = [{ alias: "wise", ref: ref("anthropic/claude-opus-4-6") }];
  const find = (text: string, defaultRef = ref("openai/gpt-5.2")) => {
    const found = fuzzyModel(text, models, { aliases, defaultRef });
    return found && `${found.provider}/${found.model}`;
  };

  it("is found by a part of its name, a typing mistake, an alias or its provider", () => {
    expect(find("sonnet")).toBe("anthropic/claude-sonnet-4-5");
    expect(find("gpt-5.3")).toBe("openai/gpt-5.2");
    expect(find("wise")).toBe("anthropic/claude-opus-4-6");
    expect(find("anthropic/sonnet")).toBe("anthropic/claude-sonnet-4-5");
  });

  it("is the variant that is named, and the plain one otherwise; the default wins a tie", () => {
    expect(find("gpt mini")).toBeUndefined();
    expect(find("gpt-5-min")).toBe("openai/gpt-5-mini");
    expect(find("gpt")).toBe("openai/gpt-5.2");
    expect(find("opus", ref("openrouter/claude-opus-4-6"))).toBe("openrouter/claude-opus-4-6");
  });

  it("is none when nothing is close", () => {
    for (const text of ["", "hello", "llama"]) expect(find(text)).toBeUndefined();
  });
});
