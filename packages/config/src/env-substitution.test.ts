// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the notation under test.
import { describe, expect, it } from "vitest";
import { applyEnvBlock } from "./env-block.ts";
import { substituteEnv } from "./env-substitution.ts";

describe("substituteEnv", () => {
  it("replaces variables in values wherever they stand, and leaves keys and other dollar forms", () => {
    const env = { TOK: "t-${X}", X: "never" };
    expect(substituteEnv({ "${TOK}": ["a-${TOK}-b-${TOK}", { deep: "${TOK}" }, 5, null] }, env)).toEqual({
      "${TOK}": ["a-t-${X}-b-t-${X}", { deep: "t-${X}" }, 5, null],
    });
    const plain = "$5 $X ${lower} ${Mixed} ${} ${1A} $";
    expect(substituteEnv({ plain }, {})).toEqual({ plain });
  });

  it("writes a literal with a doubled dollar", () => {
    expect(substituteEnv("$${NOT_A_VAR} and $$${A}", { A: "x" })).toBe("${NOT_A_VAR} and $${A}");
  });

  it.each([{}, { GONE: "" }])("names the place of a variable that is missing: %j", (env) => {
    expect(() => substituteEnv({ a: { b: ["x", { c: "${GONE}" }] } }, env)).toThrow(
      'Missing env var "GONE" referenced at config path: a.b[1].c',
    );
  });
});

describe("applyEnvBlock", () => {
  it("prefers the process, then the direct key, then vars", () => {
    const env: NodeJS.ProcessEnv = { SET: "process", BLANK: " " };
    const block = {
      vars: { SET: "v", BLANK: "v", BOTH: "v", ONLY: "v" },
      SET: "d",
      BOTH: "d",
      EMPTY: "",
      shellEnv: { enabled: true },
    };
    expect(applyEnvBlock({ env: block }, env).toSorted()).toEqual(["BLANK", "BOTH", "ONLY"]);
    expect(env).toEqual({ SET: "process", BLANK: "v", BOTH: "d", ONLY: "v" });
  });

  it("substitutes from the sources above and the entries before", () => {
    const env: NodeJS.ProcessEnv = { HOST: "h" };
    applyEnvBlock({ env: { vars: { A: "${HOST}-a", B: "${A}-b" }, C: "${B}-c" } }, env);
    expect(env).toMatchObject({ A: "h-a", B: "h-a-b", C: "h-a-b-c" });
    expect(() => applyEnvBlock({ env: { vars: { D: "${LATER}" }, LATER: "x" } }, {})).toThrow(
      'Missing env var "LATER" referenced at config path: env.vars.D',
    );
  });

  it("passes over what is no text or no possible name", () => {
    const env: NodeJS.ProcessEnv = {};
    expect(applyEnvBlock({ env: { vars: { N: 5, "A=B": "x", "": "y" }, Z: "a\0b" } }, env)).toEqual([]);
    expect(applyEnvBlock([], env)).toEqual([]);
    expect(env).toEqual({});
  });
});
