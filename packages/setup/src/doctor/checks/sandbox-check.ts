import { existsSync } from "node:fs";
import path from "node:path";
import { defaultAgentId, resolveSandboxSettings } from "@openclaw/agent-runtime";
import type { DoctorCheck, DoctorWorld } from "../doctor-world.ts";
import type { DoctorFinding } from "../finding.ts";

/** The program that keeps commands apart, and its images. */
export const sandboxCheck: DoctorCheck = {
  id: "sandbox",
  async run(world) {
    const { config, env, service } = world;
    const ids = [defaultAgentId(config), ...(config.agents?.list ?? []).map(({ id }) => id)];
    const settings = [...new Set(ids)]
      .map((id) => resolveSandboxSettings(config, id, env))
      .filter(({ mode }) => mode !== "off");
    if (settings.length === 0) return [];
    const findings: DoctorFinding[] = [];
    if (settings.some(({ backend }) => backend === "bwrap") && (await service.run(["bwrap", "--version"])).code !== 0) {
      findings.push({
        title: "Sandbox",
        lines: ["A sandbox is configured and bubblewrap is missing. Install the package bubblewrap."],
      });
    }
    const docker = settings.filter(({ backend }) => backend === "docker");
    if (docker.length === 0) return findings;
    if ((await service.run(["docker", "version", "--format", "{{.Server.Version}}"])).code !== 0) {
      const lines = [
        "A sandbox is configured and Docker does not answer.",
        "Install or start Docker, or set agents.defaults.sandbox.mode to off.",
      ];
      return [...findings, { title: "Sandbox", lines }];
    }
    const images = new Map<string, string>();
    for (const { docker: base, browser } of docker) {
      images.set(base.image, "sandbox-setup.sh");
      if (browser.enabled) images.set(browser.image, "sandbox-browser-setup.sh");
    }
    for (const [image, script] of images) {
      if ((await service.run(["docker", "image", "inspect", image])).code !== 0)
        findings.push(missingImage(image, script, world));
    }
    return findings;
  },
};

function missingImage(image: string, script: string, { root, service }: DoctorWorld): DoctorFinding {
  const file = root === undefined ? undefined : path.join(root, "scripts", script);
  const lines = [`The sandbox image ${image} is missing.`];
  if (file === undefined || !existsSync(file)) {
    return {
      title: "Sandbox",
      lines: [...lines, `Build it with ${script} of the project's sources, or docker pull it.`],
    };
  }
  return {
    title: "Sandbox",
    lines,
    repair: {
      question: `Build ${image} now?`,
      kind: "ordinary",
      preset: true,
      async apply() {
        const { code, stderr } = await service.run([file], { timeoutMs: 1_200_000 });
        return [code === 0 ? `Built ${image}.` : `${script} failed: ${stderr.trim().split("\n").at(-1)}`];
      },
    },
  };
}
