import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import type { PayloadOf } from "./events.ts";
import { advertisedMethods, findMethod, methods, type ParamsInput, type ParamsOf, type ResultOf } from "./methods.ts";

describe("the table of methods", () => {
  it("has every contract under its own name", () => {
    for (const [name, contract] of Object.entries(methods)) expect(contract.name).toBe(name);
  });

  it("builds every schema, each once", () => {
    for (const contract of Object.values(methods)) {
      expect(contract.params).toBe(contract.params);
      expect(contract.v4Params).toBe(contract.v4Params);
      expect(contract.result).toBe(contract.result);
    }
  });

  it("knows the methods of version 3 that are not advertised", () => {
    const names = [
      "chat.inject",
      "poll",
      "sessions.resolve",
      "sessions.usage",
      "sessions.usage.timeseries",
      "sessions.usage.logs",
    ];
    for (const name of [...names, "web.login.start", "web.login.wait"]) {
      expect(findMethod(name, 3)).toBeDefined();
      expect(advertisedMethods(3)).not.toContain(name);
    }
  });

  it("keeps apart what only one version knows", () => {
    expect(findMethod("sessions.create", 3)).toBeUndefined();
    expect(findMethod("sessions.create", 4)?.name).toBe("sessions.create");
    expect(findMethod("node.pair.request", 4)).toBeUndefined();
    expect(findMethod("toString", 4)).toBeUndefined();
  });
});

describe("types", () => {
  it("flow from the contracts", () => {
    expectTypeOf<ParamsInput<"chat.send">["message"]>().toEqualTypeOf<string>();
    expectTypeOf<ParamsInput<"chat.history">["limit"]>().toEqualTypeOf<number | undefined>();
    expectTypeOf<ParamsOf<"chat.history">["limit"]>().toEqualTypeOf<number>();
    expectTypeOf<ParamsOf<"chat.send">["queueMode"]>().toEqualTypeOf<
      "steer" | "followup" | "collect" | "interrupt" | undefined
    >();
    expectTypeOf<ResultOf<"config.get">["raw"]>().toEqualTypeOf<string | null>();
    expectTypeOf<PayloadOf<"tick">>().toEqualTypeOf<{ ts: number }>();
    expectTypeOf<Extract<PayloadOf<"chat">, { state: "error" }>["errorMessage"]>().toEqualTypeOf<string | undefined>();
  });
});

describe("the entry without schemas", () => {
  it("loads no library", () => {
    const seen = new Set<string>();
    const libraries: string[] = [];
    const visit = (path: string) => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const [, kind, from] of readFileSync(path, "utf8").matchAll(
        /^(import type|import|export)\b[^;]*?from "([^"]+)"/gms,
      )) {
        if (kind === "import type" || from === undefined) continue;
        if (from.startsWith(".")) visit(join(dirname(path), from));
        else libraries.push(from);
      }
    };
    visit(join(import.meta.dirname, "wire.ts"));
    expect(seen.size).toBeGreaterThan(10);
    expect(libraries).toEqual([]);
  });
});
