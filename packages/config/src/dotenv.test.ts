import path from "node:path";
import { expect, it } from "vitest";
import { loadEnvFiles } from "./dotenv.ts";
import { temporaryHome } from "./testing/temporary-home.ts";

it("lets the process win over the working directory, and that over the state directory", () => {
  const { paths, write, home } = temporaryHome();
  const cwd = path.dirname(write(`${home}/project/.env`, "A=cwd\nB=cwd\nEMPTY=filled\n"));
  write(".env", 'A=state\nB=state\nC="from state"\nthis line is broken\n=x\nD=4\n');
  const env: NodeJS.ProcessEnv = { A: "process", EMPTY: "" };
  expect(loadEnvFiles(env, { cwd, paths })).toEqual([
    { file: path.join(cwd, ".env"), names: ["B"] },
    { file: paths.envFile, names: ["C", "D"] },
  ]);
  expect(env).toEqual({ A: "process", B: "cwd", C: "from state", D: "4", EMPTY: "" });
});

it("goes on without files, reads a shared one once and leaves locations alone", () => {
  const { paths, write } = temporaryHome();
  const env: NodeJS.ProcessEnv = {};
  expect(loadEnvFiles(env, { cwd: "/nowhere", paths })).toEqual([]);
  write(".env", "OPENCLAW_STATE_DIR=/other\nOPENCLAW_PROFILE=x\nZ_AI_API_KEY=zai\n");
  expect(loadEnvFiles(env, { cwd: paths.stateDir, paths })).toEqual([{ file: paths.envFile, names: ["Z_AI_API_KEY"] }]);
  expect(env).toEqual({ Z_AI_API_KEY: "zai", ZAI_API_KEY: "zai" });
});
