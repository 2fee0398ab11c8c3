import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRedactor } from "./index.ts";

const redact = createRedactor();
const secret = "abcdefghijklmnopqrstuvwxyz";

describe("the built-in redaction", () => {
  it.each([
    ["a flag", `run --token ${secret} now`, "run --token abcdef…wxyz now"],
    ["a flag with an equals sign", `--password=${secret}`, "--password=abcdef…wxyz"],
    ["a quoted flag value with spaces", "--api-key 'my own secret key value'", "--api-key 'my own…alue'"],
    ["an assignment", `OPENAI_API_KEY=${secret} node x`, "OPENAI_API_KEY=abcdef…wxyz node x"],
    ["an assignment in lower case", "db_password: hunter2", "db_password: ***"],
    ["a quoted assignment", `export HOOK_SECRET="two words"; ls`, `export HOOK_SECRET="***"; ls`],
    ["JSON fields", `{"apiKey":"short","refreshToken":"${secret}"}`, `{"apiKey":"***","refreshToken":"abcdef…wxyz"}`],
    ["a JSON value with an escaped quote", String.raw`{"secret":"a\"b","n":1}`, `{"secret":"***","n":1}`],
    ["JSON inside JSON", String.raw`"{\"token\":\"${secret}\"}"`, String.raw`"{\"token\":\"abcdef…wxyz\"}"`],
    ["an authorization header of any length", "Authorization: Bearer abc", "Authorization: Bearer ***"],
    ["a long bare bearer token", `sent bearer ${secret}`, "sent bearer abcdef…wxyz"],
    ["an OpenAI key", "key is sk-abcdefgh12345678901 ok", "key is sk-abc…8901 ok"],
    ["a short sk- key", "sk-12345678", "***"],
    ["a GitHub token", "ghp_abcdefghijklmnopqrst", "ghp_ab…qrst"],
    ["a fine-grained GitHub token", "github_pat_11ABCDEFG0abcdefghij_k", "github…ij_k"],
    ["a Slack token", "xoxb-1234567890-abc", "xoxb-1…-abc"],
    ["a Slack app token", "xapp-1-A0123456789-x", "xapp-1…89-x"],
    ["a Groq key", "gsk_abcdefghij", "***"],
    ["a Google key", "AIzaSyA1234567890abcdefghi", "AIzaSy…fghi"],
    ["a Perplexity key", "pplx-abcdefghijklmnop", "pplx-a…mnop"],
    ["an npm token", "npm_abcdefghijklmnop", "npm_ab…mnop"],
    [
      "a Telegram token in a URL",
      "https://api.telegram.org/bot123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/getMe",
      "https://api.telegram.org/bot123456…Dsaw/getMe",
    ],
    ["a query parameter", "GET /hooks?token=abc&x=1", "GET /hooks?token=***"],
  ])("masks %s", (_name, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it("leaves what follows the bare word key: it names a thing, such as a setting that is wrong", () => {
    expect(redact('agents: Unrecognized key: "nonsense"')).toBe('agents: Unrecognized key: "nonsense"');
  });

  it("keeps the first and last line of a private key", () => {
    const text = "before\n-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nxyz=\n-----END RSA PRIVATE KEY-----\nafter";
    expect(redact(text)).toBe(
      "before\n-----BEGIN RSA PRIVATE KEY-----\n…redacted…\n-----END RSA PRIVATE KEY-----\nafter",
    );
    expect(redact(JSON.stringify({ pem: text.slice(7, -6) }))).toBe(
      String.raw`{"pem":"-----BEGIN RSA PRIVATE KEY-----\n…redacted…\n-----END RSA PRIVATE KEY-----"}`,
    );
  });

  it("hides everything after a private key that does not end", () => {
    expect(redact("-----BEGIN PRIVATE KEY-----\nMIIabc")).toBe("-----BEGIN PRIVATE KEY-----\n…redacted…");
  });

  it.each([
    "gateway token mismatch (set gateway.remote.token to match gateway.auth.token)",
    '{"sessionKey":"agent:main:main","idempotencyKey":"0d1c2b3a4f5e6d7c8b9a"}',
    "maxTokens: 4096 tokenFile=/etc/token.txt",
    "hasToken: true, apiKey: undefined",
    "task-abcdefghijkl finished, the donkey: brown",
    "openclaw gateway --token --verbose",
  ])("leaves %j alone", (text) => {
    expect(redact(text)).toBe(text);
  });

  it("hides a value whose quote is never closed, to the end of its line", () => {
    expect(redact("PASSWORD='correct horse battery\nnext line")).toBe("PASSWORD='correc…tery\nnext line");
  });

  it("changes nothing more when applied twice", () => {
    const part = fc.constantFrom(
      ...'token=|KEY: |"apiKey":|--secret |\'|"|\\|sk-|ghp_|bearer |123456:|…|***|\n| |,|abc|ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split(
        "|",
      ),
      "-----BEGIN PRIVATE KEY-----",
      "-----END PRIVATE KEY-----",
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const once = redact(parts.join(""));
        const named = /token|KEY|apiKey|secret/.test(once);
        // Text around an odd quote may be taken for another value the second time; it is only ever hidden further.
        if (!named) expect(redact(once)).toBe(once);
        expect(redact(once).length).toBeLessThanOrEqual(once.length + 32);
      }),
    );
  });

  it("never shows a secret given by a name, whatever surrounds it", () => {
    const word = fc.stringMatching(/^[A-Za-z0-9+/]{18,60}$/);
    const name = fc.constantFrom(
      "TELEGRAM_BOT_TOKEN=",
      "--api-key ",
      '"password": "',
      "secret: '",
      "Authorization: Bearer ",
    );
    const around = fc.string({ maxLength: 30 }).filter((text) => !/["'`\\]/.test(text));
    fc.assert(
      fc.property(around, name, word, around, (before, named, value, after) => {
        expect(redact(`${before} ${named}${value} ${after}`)).not.toContain(value);
      }),
    );
  });

  it("takes time in proportion to the text on every kind of near miss", () => {
    const tokens = [
      "key",
      "token='",
      'token="\\',
      "sk-",
      "ghp_",
      "bearer ",
      "1",
      "a",
      "password=",
      "key       ",
      'x\\"',
    ];
    for (const token of tokens) {
      const text = token.repeat(Math.ceil(400_000 / token.length));
      const started = performance.now();
      redact(text);
      // Quadratic work on 400,000 characters would take minutes.
      expect(performance.now() - started, token).toBeLessThan(2_000);
    }
  });

  it("shows nothing of values of many megabytes", () => {
    expect(redact(`token=${"a".repeat(12_000_000)} end`)).toMatch(/^… \(\d+ characters without a break\) end$/);
    expect(redact(`sk-${"a".repeat(12_000_000)}`).length).toBeLessThan(100);
    const words = redact(`${"word, ".repeat(400_000)}sk-abcdefghijklmnopqrstuvwxyz ${"word, ".repeat(400_000)}`);
    expect(words).toContain("sk-abc…wxyz");
    expect(words.length).toBe(4_800_012);
  });
});

describe("createRedactor", () => {
  it("returns texts unchanged in mode off", () => {
    expect(createRedactor({ mode: "off" })("--token abc")).toBe("--token abc");
  });

  it("replaces the built-in patterns by custom ones, bare or with flags", () => {
    const custom = createRedactor({ patterns: ["ticket-(\\d+)", "/Pin: (?<pin>\\S+)/"] });
    expect(custom("TICKET-12345 Pin: 99 pin: 98 --token abc")).toBe("TICKET-*** Pin: *** pin: 98 --token abc");
  });

  it("masks the whole match of a pattern without groups, and the last group that took part otherwise", () => {
    expect(createRedactor({ patterns: ["[0-9]{20}"] })("card 12345678901234567890.")).toBe("card 123456…7890.");
    expect(createRedactor({ patterns: ["(a)=(b)|(c)=(d)"] })("a=b c=d")).toBe("a=*** c=***");
  });

  it("ignores invalid patterns with one warning that names them all", () => {
    const warnings: string[] = [];
    const custom = createRedactor({
      patterns: ["(", "[z-a]", "good\\d"],
      onBadPattern: (warning) => warnings.push(warning),
    });
    expect(custom("good1")).toBe("***");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('"("');
    expect(warnings[0]).toContain('"[z-a]"');
  });

  it("uses the built-in patterns when no valid one is left", () => {
    expect(createRedactor({ patterns: ["("] })("--token abc")).toBe("--token ***");
  });

  it("terminates on patterns that match nothing at all places", () => {
    expect(createRedactor({ patterns: ["x*"] })("axxb")).toBe("a***b");
  });

  it("finds a custom secret anywhere in a long text", () => {
    const custom = createRedactor({ patterns: ["ID\\d{4}"] });
    const text = custom(`${"word ".repeat(20_000)}ID1234 ${"word ".repeat(20_000)}`);
    expect(text).toContain("***");
    expect(text).not.toContain("ID1234");
    expect(text.length).toBe(200_004);
  });
});
