import { writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { scriptedGateway } from "../../client/test/scripted-gateway.ts";
import { startTestGateway, type TestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import { type AnyCommand, commands, type FlagSpec } from "../src/index.ts";
import { textWidth } from "../src/terminal/text-width.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

/** A value a flag takes. */
function sampleOf(flag: FlagSpec): string {
  if (flag.type === "integer") return String(Math.max(flag.min ?? 1, 1));
  return (flag.type === "string" ? flag.options?.[0] : undefined) ?? "x";
}

/** The shortest line that names everything a command must be given. */
function minimal({ id, args, flags }: AnyCommand): string[] {
  const required = Object.entries(flags).filter(([, flag]) => flag.type !== "boolean" && flag.required);
  return [
    ...id.split(" "),
    ...args.filter((arg) => arg.required).map(() => "x"),
    ...required.flatMap(([name, flag]) => [`--${name}`, sampleOf(flag)]),
  ];
}

const refused = (stderr: RegExp | string) => ({
  code: 1,
  stdout: "",
  stderr: typeof stderr === "string" ? stderr : expect.stringMatching(stderr),
});

describe("every command", () => {
  it("refuses a flag it does not know", async () => {
    for (const command of commands) {
      const outcome = await home.run([...minimal(command), "--bogus"]);
      expect({ id: command.id, ...outcome }).toEqual({
        id: command.id,
        ...refused("error: unknown option '--bogus'\n"),
      });
    }
  });

  it("refuses values of the wrong kind, and names the flag", async () => {
    for (const command of commands) {
      for (const [name, flag] of Object.entries(command.flags)) {
        if (flag.type === "boolean" || flag.unchecked || (flag.type === "string" && !flag.options)) continue;
        const { code, stderr, stdout } = await home.run([...minimal(command), `--${name}=no-such-value`]);
        expect({ id: command.id, name, code, stdout }).toEqual({ id: command.id, name, code: 1, stdout: "" });
        expect(stderr, `${command.id} --${name}`).toContain(`--${name}`);
        expect(stderr.split("\n").length, `${command.id} --${name}`).toBeLessThan(4);
      }
    }
  });

  it("says which argument or flag is missing, and which word is one too many", async () => {
    for (const command of commands) {
      const words = command.id.split(" ");
      const argument = command.args.find((arg) => arg.required);
      const flag = Object.entries(command.flags).find(([, each]) => each.type !== "boolean" && each.required);
      if (argument) {
        expect(await home.run(words)).toEqual(refused(`error: missing required argument '${argument.name}'\n`));
      } else if (flag) expect(await home.run(words)).toEqual(refused(new RegExp(`--${flag[0]}\\b.*not specified`)));
      if (command.args.at(-1)?.variadic) continue;
      const surplus = [...minimal(command), ...command.args.map(() => "x"), "x"];
      expect(await home.run(surplus), command.id).toEqual(
        refused(/^error: (?:too many arguments for|unknown command) '/),
      );
    }
  });

  it("that needs a valid configuration says once where it is wrong, and does nothing", async () => {
    home.writeConfig('{\n  gateway: {\n    port: "x",\n  },\n}\n');
    const needy = commands.filter(({ config, program }) => config === "valid" && !program);
    expect(needy.length).toBeGreaterThan(40);
    for (const command of needy) {
      const outcome = await home.run(minimal(command));
      expect({ id: command.id, ...outcome }).toEqual({
        id: command.id,
        code: 1,
        stdout: "",
        stderr: expect.stringMatching(
          /^Config invalid\nFile: .*openclaw\.json\nProblem:\n {2}- gateway\.port: .* \(line 3\)\n\nRun: openclaw doctor --fix\n$/,
        ),
      });
    }
  });
});

describe("a terminal of 20 columns", () => {
  it("gets help and reports that fit", async () => {
    home.writeConfig(JSON.stringify({ channels: { telegram: { botToken: "1:a" } } }));
    const lines = [
      ["--help"],
      ["gateway", "--help"],
      ["cron", "add", "--help"],
      ["status"],
      ["models", "list"],
      ["plugins", "list"],
      ["skills", "list"],
      ["hooks", "list"],
      ["update", "status"],
      ["approvals", "get"],
    ];
    for (const argv of lines) {
      const { code, stdout } = await home.run(argv, {
        columns: 20,
        terminal: true,
        env: { OPENCLAW_HIDE_BANNER: "1", NO_COLOR: "1" },
      });
      expect(code, argv.join(" ")).toBe(0);
      // Text flows on its own; what is drawn in boxes does not.
      const boxes = stdout
        .split("\n")
        .filter((line) => /[│┌├└]/.test(line) || (argv[0] === "--help" && /^ {2}/.test(line)));
      for (const line of boxes) expect(textWidth(line), `${argv.join(" ")}: ${line}`).toBeLessThanOrEqual(20);
    }
  });
});

describe("a home that cannot be written", () => {
  it("is told in a line by commands that write, and troubles none that read", async () => {
    const file = path.join(home.home, "file");
    writeFileSync(file, "");
    // Nobody, not even root, makes a directory below a file.
    const env = { HOME: path.join(file, "home"), OPENCLAW_GATEWAY_PORT: "9" };
    for (const argv of [["status"], ["status", "--json"], ["config", "get", "gateway", "--json"], ["sessions"]]) {
      const { stderr } = await home.run(argv, { env });
      expect(stderr, argv.join(" ")).not.toMatch(/ {4}at /);
    }
    for (const argv of [
      ["config", "set", "gateway.mode", "local"],
      ["setup"],
      ["completion", "--write-state"],
      ["onboard", "--non-interactive", "--accept-risk", "--auth-choice", "skip", "--skip-health"],
    ]) {
      const { code, stderr } = await home.run(argv, { env });
      expect({ argv, code }).toEqual({ argv, code: 1 });
      expect(stderr, argv.join(" ")).toContain(file);
      expect(stderr, argv.join(" ")).not.toMatch(/ {4}at /);
    }
  });
});

describe("a Gateway that lets nobody in", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  const rpc = [
    ["health"],
    ["gateway", "health"],
    ["gateway", "call", "health"],
    ["cron", "list"],
    ["devices", "list"],
    ["nodes", "status"],
    ["system", "presence"],
    ["gateway", "usage-cost"],
    ["approvals", "get", "--gateway"],
  ];

  it("is named with the reason, never with the secret", async () => {
    const wrong = "a-wrong-token-0123456789";
    for (const argv of rpc) {
      const env = { OPENCLAW_GATEWAY_PORT: String(gateway.port), OPENCLAW_GATEWAY_TOKEN: wrong };
      const { code, stdout, stderr } = await home.run(argv, { env });
      expect({ argv, code, stdout }).toEqual({ argv, code: 1, stdout: "" });
      expect(stderr, argv.join(" ")).toContain("gateway token mismatch");
      expect(stderr).not.toContain(wrong);
      expect(stderr).not.toContain(testToken);
    }
  });

  it("is told apart from one that is not there", async () => {
    // Devices are also listed from this machine's files.
    for (const argv of rpc.filter(([word]) => word !== "devices")) {
      const { code, stdout, stderr } = await home.run(argv);
      expect({ argv, code, stdout }).toEqual({ argv, code: 1, stdout: "" });
      expect(stderr, argv.join(" ")).toContain("ws://127.0.0.1:9");
      expect(stderr).not.toMatch(/ {4}at /);
    }
  });
});

describe("a Gateway of another release", () => {
  const mismatch = (expectedProtocol: number) => ({
    code: "INVALID_REQUEST",
    message: "protocol mismatch",
    details: { code: "PROTOCOL_MISMATCH", expectedProtocol, clientMinProtocol: 3, clientMaxProtocol: 4 },
  });

  it.each([
    ["older", 2, "The Gateway is of another release (it speaks protocol 2). Restart it with this release"],
    ["newer", 9, "The Gateway is of another release (it speaks protocol 9). Update OpenClaw on this machine."],
  ])("that is %s is told with what to do", async (_age, protocol, remedy) => {
    const gateway = await scriptedGateway();
    const env = { OPENCLAW_GATEWAY_PORT: new URL(gateway.url).port, OPENCLAW_GATEWAY_TOKEN: "t" };
    const refuse = async () => {
      const peer = await gateway.accept();
      peer.refuse(await peer.next(), mismatch(protocol));
      peer.close(1002, "protocol mismatch");
    };
    try {
      for (const argv of [["health"], ["cron", "list"], ["logs"], ["gateway", "call", "health"]]) {
        const [{ code, stdout, stderr }] = await Promise.all([home.run(argv, { env }), refuse()]);
        expect({ argv, code, stdout }).toEqual({ argv, code: 1, stdout: "" });
        expect(stderr).toContain("gateway connect failed: protocol mismatch");
        expect(stderr).toContain(remedy);
      }
      const [status] = await Promise.all([home.run(["status", "--json"], { env }), refuse()]);
      expect(status.code).toBe(0);
      expect(JSON.parse(status.stdout).gateway).toMatchObject({
        reachable: false,
        error: "gateway connect failed: protocol mismatch",
      });
    } finally {
      await gateway.close();
    }
  });

  it("that only closes the connection is known by the code it closes with", async () => {
    const gateway = await scriptedGateway();
    const env = { OPENCLAW_GATEWAY_PORT: new URL(gateway.url).port, OPENCLAW_GATEWAY_TOKEN: "t" };
    const refuse = async () => (await gateway.accept()).close(1002, "protocol mismatch");
    try {
      const [{ code, stderr }] = await Promise.all([home.run(["health"], { env }), refuse()]);
      expect(code).toBe(1);
      expect(stderr).toContain("The Gateway is of another release. Restart it with this release");
    } finally {
      await gateway.close();
    }
  });
});
