import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { openConfigStore } from "@openclaw/config";
import { type DoctorFinding, type DoctorUi, runDoctor } from "@openclaw/setup/doctor";
import { doctorHelp } from "../doctor/doctor-help.ts";
import type { CommandContext } from "../run/command-context.ts";
import { fileAccess } from "../security/audit-input.ts";
import { programFile, programRoot, serviceWorld, userName } from "../services/service-world.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { doctorFlags } from "../spec/doctor-commands.ts";
import { renderNote } from "../terminal/note-box.ts";
import { createPrompter } from "../terminal/prompter.ts";

/** `doctor`: a look at everything. Exit code 1 when the configuration is still invalid in the end. */
export async function run({ flags }: CommandInput<typeof doctorFlags>, context: CommandContext): Promise<number> {
  const { paths, env, version, now, style, shorten, hint } = context;
  const plugins = await context.plugins();
  const store = await openConfigStore({ paths, env, version, manifests: plugins.manifests });
  const interactive = context.stdin.isTTY === true && !flags["non-interactive"];
  const prompter = interactive ? createPrompter(context, "Doctor cancelled.") : undefined;
  context.print(style.heading("OpenClaw doctor"));
  const note = (title: string, lines: readonly string[]) =>
    context.print(renderNote(title, shorten(hinted(lines, hint).join("\n")), { width: context.stdout.columns, style }));
  const ui: DoctorUi = {
    note: ({ title, lines }: DoctorFinding) => note(title, lines),
    confirm: async (message, initial) => (await prompter?.confirm({ message: shorten(message), initial })) ?? false,
    done(lines) {
      for (const line of lines) context.print(`${style.success("✓")} ${shorten(line)}`);
    },
  };
  try {
    const entry = programFile(context);
    const outcome = await runDoctor(
      {
        paths,
        env,
        version,
        now,
        fetch: context.fetch,
        options: {
          yes: flags.yes,
          fix: flags.fix || flags.repair,
          force: flags.force,
          deep: flags.deep,
          nonInteractive: flags["non-interactive"],
          generateGatewayToken: flags["generate-gateway-token"],
          workspaceSuggestions: !flags["no-workspace-suggestions"],
        },
        interactive,
        store,
        plugins,
        files: fileAccess(env),
        service: serviceWorld(context),
        entry,
        root: programRoot(entry),
        webRoot: context.webRoot,
        user: userName(env),
        help: doctorHelp(context),
        randomToken: () => randomBytes(24).toString("hex"),
      },
      ui,
    );
    if (outcome.written && existsSync(`${paths.configPath}.bak`))
      context.print(`Backup: ${shorten(`${paths.configPath}.bak`)}`);
    if (outcome.pending) context.print(`Run "${hint("openclaw doctor --fix")}" to apply changes.`);
    if (outcome.issues.length > 0) {
      context.warn(context.errorStyle.error("Invalid config:"));
      for (const { path, message } of outcome.issues) context.warn(`- ${path || "<root>"}: ${message}`);
    }
    context.print("Doctor complete.");
    return outcome.issues.length > 0 ? 1 : 0;
  } finally {
    prompter?.close();
    await store.close();
  }
}

/** Commands in a text with the profile that is active. */
function hinted(lines: readonly string[], hint: (command: string) => string): string[] {
  return lines.map((line) => line.replace(/(?<=^|[\s:(])openclaw(?= [a-z])/g, () => hint("openclaw")));
}
