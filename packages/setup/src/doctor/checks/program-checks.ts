import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { ignoredLegacyVariables, isNixMode } from "@openclaw/config/paths";
import type { DoctorCheck, DoctorWorld } from "../doctor-world.ts";

/** The folder of the sources, where the program runs from a checkout. */
function checkoutOf({ root }: DoctorWorld): string | undefined {
  return root !== undefined && existsSync(path.join(root, "pnpm-workspace.yaml")) ? root : undefined;
}

/** An old checkout is brought up to date before anything in it is repaired. */
const updateOffer: DoctorCheck = {
  id: "update",
  run(world) {
    const { options, interactive, env, help } = world;
    const asked = options.yes || options.fix || options.force || options.deep || options.generateGatewayToken;
    if (!help.update || !interactive || options.nonInteractive || asked) return [];
    if (checkoutOf(world) === undefined || env.OPENCLAW_UPDATE_IN_PROGRESS === "1" || isNixMode(env)) return [];
    const { update } = help;
    return [
      {
        title: "Update",
        lines: ["This program runs from a checkout. A newer one may have fewer problems."],
        repair: {
          question: "Update the checkout before the check-up?",
          kind: "ordinary",
          preset: true,
          async apply() {
            const { updated, lines } = await update();
            world.replaced = updated;
            return updated ? [...lines, "The new version has looked around; this check-up ends here."] : lines;
          },
        },
      },
    ];
  },
};

const uiFreshness: DoctorCheck = {
  id: "ui",
  run(world) {
    const checkout = checkoutOf(world);
    if (checkout === undefined) return [];
    const repair = {
      question: "Build the Control UI now?",
      kind: "ordinary" as const,
      preset: true,
      async apply() {
        const end = await world.service.run(["pnpm", "--filter", "@openclaw/web", "build"], {
          cwd: checkout,
          timeoutMs: 600_000,
        });
        return [
          end.code === 0 ? "The Control UI was built." : `The build failed: ${end.stderr.trim().split("\n").at(-1)}`,
        ];
      },
    };
    const index = world.webRoot === undefined ? undefined : path.join(world.webRoot, "index.html");
    if (index === undefined || !existsSync(index)) {
      return [{ title: "Control UI", lines: ["Control UI assets are missing."], repair }];
    }
    if (newest(path.join(checkout, "packages", "protocol", "src")) <= statSync(index).mtimeMs) return [];
    return [{ title: "Control UI", lines: ["The protocol is newer than the built Control UI."], repair }];
  },
};

/** When something below a directory was changed last, ms; 0 when there is nothing. */
function newest(dir: string): number {
  if (!existsSync(dir)) return 0;
  return Math.max(
    0,
    ...readdirSync(dir, { withFileTypes: true }).map((entry) => {
      const file = path.join(dir, entry.name);
      return entry.isDirectory() ? newest(file) : statSync(file).mtimeMs;
    }),
  );
}

const sourceInstall: DoctorCheck = {
  id: "source-install",
  run(world) {
    const checkout = checkoutOf(world);
    if (checkout === undefined) return [];
    const lines = [
      ...(existsSync(path.join(checkout, "node_modules")) && !existsSync(path.join(checkout, "node_modules", ".pnpm"))
        ? ["node_modules was not made by pnpm. Remove it and run: pnpm install"]
        : []),
      ...(existsSync(path.join(checkout, "package-lock.json"))
        ? ["package-lock.json does not belong here: this checkout is installed with pnpm."]
        : []),
    ];
    return lines.length === 0 ? [] : [{ title: "Source install", lines }];
  },
};

const legacyEnvironment: DoctorCheck = {
  id: "legacy-environment",
  run({ env }) {
    const names = ignoredLegacyVariables(env);
    if (names.length === 0) return [];
    const renamed = names.map(
      (name) => `${name} is ignored; use ${name.replace(/^(?:MOLTBOT|CLAWDBOT)_/, "OPENCLAW_")}`,
    );
    return [{ title: "Environment", lines: renamed }];
  },
};

/** The program itself. */
export const programChecks: readonly DoctorCheck[] = [updateOffer, uiFreshness, sourceInstall, legacyEnvironment];
