import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const run = promisify(execFile);
const program = path.resolve(import.meta.dirname, "../../gateway/test/start-process.ts");
const channels = path.resolve(import.meta.dirname, "../src/channels/bundled-channels.ts");
const libraries = /\/(?:grammy|@grammyjs|baileys|discord\.js|@discordjs|@slack)\//;

/** What a Gateway with the channels of the program loads of them at its start. */
async function loadedOfChannels(sections: object): Promise<{ modules: string[]; libraries: string[] }> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-cost-"));
  try {
    fs.mkdirSync(path.join(home, ".openclaw"));
    const config = { gateway: { mode: "local", auth: { token: "t" } }, channels: sections };
    fs.writeFileSync(path.join(home, ".openclaw/openclaw.json"), JSON.stringify(config));
    const args = ["--conditions=@openclaw/source", program, home, channels];
    const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
    const loaded = JSON.parse(stdout) as string[];
    return {
      modules: loaded.flatMap((url) => /\/packages\/(channel-.*)/.exec(url)?.[1] ?? []).sort(),
      libraries: loaded.filter((url) => libraries.test(url)),
    };
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

const metas = ["channel-discord", "channel-slack", "channel-telegram", "channel-whatsapp"].map(
  (name) => `${name}/src/meta.ts`,
);

it("channels that are not configured cost a Gateway no more than their names", async () => {
  expect(await loadedOfChannels({})).toEqual({ modules: metas, libraries: [] });
});

it("a channel that is switched off loads neither its library nor anything of the others", async () => {
  const { modules, libraries } = await loadedOfChannels({ telegram: { enabled: false, botToken: "1:a" } });
  expect(libraries).toEqual([]);
  expect(modules).toContain("channel-telegram/src/index.ts");
  expect(modules.filter((file) => !file.startsWith("channel-telegram/"))).toEqual(
    metas.filter((file) => !file.startsWith("channel-telegram/")),
  );
});
