import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import { type AnyCommand, commands, type FlagSpec } from "../src/index.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
  const code = `console.log("the plugin is loaded"); console.info("and says so");
    export default { register(api) { console.log("registered"); api.logger.info("talkative"); } };`;
  writePlugin(path.join(home.home, ".openclaw", "extensions"), { id: "talkative", code });
});
afterEach(() => {
  vi.restoreAllMocks();
  home[Symbol.dispose]();
});

function sampleOf(flag: FlagSpec): string {
  if (flag.type === "integer") return String(Math.max(flag.min ?? 1, 1));
  return (flag.type === "string" ? flag.options?.[0] : undefined) ?? "x";
}

/** The shortest line that names everything a command must be given, and asks for JSON. */
function askingForJson({ id, args, flags }: AnyCommand): string[] {
  const required = Object.entries(flags).filter(([, flag]) => flag.type !== "boolean" && flag.required);
  return [
    ...id.split(" "),
    ...args.filter((arg) => arg.required).map(() => "x"),
    ...required.flatMap(([name, flag]) => [`--${name}`, sampleOf(flag)]),
    "--json",
  ];
}

const answering = commands.filter(({ flags, program }) => flags.json?.type === "boolean" && !program);
const sound = { gateway: { mode: "local" } };
const former = { ...sound, routing: { allowFrom: ["+15550001"] } };

it("every command answers --json with one document, or with nothing and an error, whatever is there", async () => {
  expect(answering.length).toBeGreaterThan(100);
  const offline: typeof fetch = () => Promise.reject(new TypeError("fetch failed"));
  const printed = [vi.spyOn(console, "log"), vi.spyOn(console, "info")];
  for (const command of answering) {
    // Where the configuration must be valid, that is all the command says.
    home.writeConfig(JSON.stringify(command.config === "valid" ? sound : former));
    const line = askingForJson(command).join(" ");
    const { code, stdout } = await home.run(line.split(" "), { env: { PATH: "/nowhere" }, fetch: offline });
    if (stdout === "") expect({ line, code }).toEqual({ line, code: 1 });
    else expect(() => JSON.parse(stdout), `${line}: ${stdout}`).not.toThrow();
    for (const spy of printed) expect(spy.mock.calls, line).toEqual([]);
  }
});

it("what a plugin prints while it is loaded goes to standard error", async () => {
  home.writeConfig(JSON.stringify(sound));
  const { stdout, stderr } = await home.run(["plugins", "list", "--json"]);
  expect(JSON.parse(stdout).plugins).toMatchObject([{ id: "talkative", status: "loaded" }]);
  expect(stderr).toContain("the plugin is loaded\nand says so\nregistered\n");
});
