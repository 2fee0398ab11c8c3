// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${NAME} is the notation under test.
import JSON5 from "json5";
import { describe, expect, it } from "vitest";
import { redactedSentinel, redactValue, restoreRedacted } from "./redact.ts";
import { redactSource } from "./redact-source.ts";
import { restoreSource } from "./restore-source.ts";

const S = redactedSentinel;

describe("redactValue", () => {
  it("masks strings by path and leaves counters, switches and empty strings", () => {
    expect(
      redactValue({
        gateway: { auth: { token: "t", password: "", mode: "token" }, port: 1 },
        agents: { defaults: { models: { m: { params: { maxTokens: 8000 } } } } },
        channels: {
          slack: { userTokenReadOnly: true, botToken: "x" },
          telegram: { tokenFile: "/f" },
          tlon: { code: "c" },
        },
        env: { vars: { A: "1" }, B: "2", shellEnv: { enabled: true } },
        mcp: { servers: { s: { env: { K: "v" }, headers: { Authorization: "v" }, command: "run" } } },
        secrets: { a: ["x", 5, { b: "y" }] },
      }),
    ).toEqual({
      gateway: { auth: { token: S, password: "", mode: "token" }, port: 1 },
      agents: { defaults: { models: { m: { params: { maxTokens: 8000 } } } } },
      channels: { slack: { userTokenReadOnly: true, botToken: S }, telegram: { tokenFile: "/f" }, tlon: { code: S } },
      env: { vars: { A: S }, B: S, shellEnv: { enabled: true } },
      mcp: { servers: { s: { env: { K: S }, headers: { Authorization: S }, command: "run" } } },
      secrets: { a: [S, 5, { b: S }] },
    });
  });

  it("shows where a section is included from", () => {
    const value = { env: { $include: "./env.json5" }, auth: { token: { $include: ["a", "b"] } } };
    expect(redactValue(value)).toEqual(value);
  });
});

describe("redactSource", () => {
  it("replaces the literal at the position and nothing else", () => {
    const text = `{ // token: k
  gateway: { auth: { 'token': 'k', mode: "k" } }, maxTokens: 8000,
  "api\\u004bey": "k", kk: "k", list: [{ password: "a" }, { password: "" }],
}`;
    expect(redactSource(text)).toBe(`{ // token: k
  gateway: { auth: { 'token': '${S}', mode: "k" } }, maxTokens: 8000,
  "api\\u004bey": "${S}", kk: "k", list: [{ password: "${S}" }, { password: "" }],
}`);
  });

  it("shows no secret of a file that does not parse", () => {
    const broken = [
      `{ gateway: { auth: { token: "hunter2" } } `,
      `{ gateway: { auth: { token: hunter2 } } }`,
      `{ gateway: { auth: { token: "hunter2 } } }`,
      `gateway: { auth: { token = "x", token: 'hunter2' }`,
      `{ env: { vars: { FOO: "hunter2" }, BAR: 'hunter2' } },,`,
      `{ } } env: { FOO: "hunter2" }`,
      `{ a: [1, 2}, "password": ["hunter2", "hunter2"]`,
    ];
    for (const text of broken) {
      expect(() => JSON5.parse(text)).toThrow();
      expect(redactSource(text)).not.toContain("hunter2");
    }
  });
});

describe("restoreRedacted", () => {
  it("takes the value stored at the same path", () => {
    const stored = { a: { token: "${TOK}" }, list: [{ secret: "s0" }, { secret: "s1" }] };
    expect(restoreRedacted({ a: { token: S }, list: [{ secret: "new" }, { secret: S }], n: 1 }, stored)).toEqual({
      a: { token: "${TOK}" },
      list: [{ secret: "new" }, { secret: "s1" }],
      n: 1,
    });
    expect(restoreRedacted(S, stored, { at: ["a", "token"] })).toBe("${TOK}");
  });

  it.each([
    ["nothing stored", { a: { token: S } }, {}],
    ["a place that holds no secret", { name: S }, { name: "x" }],
    ["a part of a text", { token: `Bearer ${S}` }, { token: "x" }],
    ["no text stored", { token: S }, { token: 5 }],
  ])("refuses a sentinel with %s", (_, next, stored) => {
    expect(() => restoreRedacted(next, stored)).toThrow(
      /^config write rejected: "(token|name)" is redacted; set an explicit value instead of __OPENCLAW_REDACTED__$/,
    );
  });
});

describe("restoreSource", () => {
  const raw = `{ gateway: { auth: { token: '\${TOK}' } }, env: { A: "a" } } // end`;
  const stored = {
    raw,
    parsed: JSON5.parse(raw),
    included: JSON5.parse(raw),
    effective: { talk: { apiKey: "computed" } },
  };
  const restore = (text: string, over: object = {}) => restoreSource(text, JSON5.parse(text), { ...stored, ...over });

  it("puts back the literals as they were written", () => {
    expect(restore(redactSource(raw))).toBe(raw);
    const json = JSON.stringify({ env: { A: S }, gateway: { auth: { token: S } } });
    expect(restore(json)).toBe(`{"env":{"A":"a"},"gateway":{"auth":{"token":'\${TOK}'}}}`);
  });

  it("finds values of included files, and drops secrets that were computed", () => {
    const included = { gateway: { auth: { password: "from part" } } };
    expect(restore(`{ gateway: { auth: { password: '${S}' } } }`, { included })).toBe(
      `{ gateway: { auth: { password: 'from part' } } }`,
    );
    expect(restore(`{ a: 1, talk: { apiKey: "${S}" } }`)).toBe("{ a: 1, talk: {} }");
  });

  it("does not take a position of the file for one of the merged configuration", () => {
    const file = `{ list: { $include: "x" }, other: [{ secret: "mine" }] }`;
    const merged = { list: [], other: [{ secret: "theirs" }, { secret: "mine" }] };
    const over = { raw: file, parsed: JSON5.parse(file), included: merged };
    expect(restore(`{ other: [{ secret: "${S}" }] }`, over)).toContain("theirs");
    expect(restore(`{ list: { $include: "x" }, other: [{ secret: "${S}" }] }`, over)).toContain("mine");
  });

  it.each([
    `{ token: "${S}" }`,
    `{ gateway: { mode: "${S}" } }`,
    `{ env: { A: "x${S}" } }`,
    `{ "${S}": 1 }`,
    `{ env: { A: "\\u005f${S.slice(1)}", Q: "${S}" } }`,
  ])("refuses %s", (text) => {
    expect(() => restore(text)).toThrow(/is redacted; set an explicit value/);
  });
});
