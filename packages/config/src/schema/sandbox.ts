import { z } from "zod";
import * as t from "./leaves.ts";

const dockerSize = z.union([z.string(), z.number()]).optional();

const docker = () =>
  z.strictObject({
    image: t.str,
    containerPrefix: t.str,
    workdir: t.str,
    readOnlyRoot: t.flag,
    tmpfs: t.strList,
    network: t.str,
    user: t.str,
    capDrop: t.strList,
    env: t.strMap,
    setupCommand: t.str,
    pidsLimit: t.intAbove0,
    memory: dockerSize,
    memorySwap: dockerSize,
    cpus: t.numAbove0,
    ulimits: t.mapOf(z.union([z.string(), z.number(), z.strictObject({ soft: t.intFrom0, hard: t.intFrom0 })])),
    seccompProfile: t.str,
    apparmorProfile: t.str,
    dns: t.strList,
    extraHosts: t.strList,
    binds: t.strList,
  });

const browser = () =>
  z.strictObject({
    enabled: t.flag,
    image: t.str,
    containerPrefix: t.str,
    cdpPort: t.intAbove0,
    vncPort: t.intAbove0,
    noVncPort: t.intAbove0,
    headless: t.flag,
    enableNoVnc: t.flag,
    allowHostControl: t.flag,
    allowedControlUrls: t.strList,
    allowedControlHosts: t.strList,
    allowedControlPorts: z.array(z.int()).optional(),
    autoStart: t.flag,
    autoStartTimeoutMs: t.intAbove0,
  });

/** How an agent's tools are confined. */
export const sandboxFragment = () =>
  z.strictObject({
    mode: t.choice("off", "non-main", "all"),
    backend: t.choice("docker", "bwrap"),
    workspaceAccess: t.choice("none", "ro", "rw"),
    sessionToolsVisibility: t.choice("spawned", "all"),
    scope: t.choice("session", "agent", "shared"),
    perSession: t.flag,
    workspaceRoot: t.str,
    docker: t.later(docker),
    browser: t.later(browser),
    prune: z.strictObject({ idleHours: t.intFrom0, maxAgeDays: t.intFrom0 }).optional(),
  });
