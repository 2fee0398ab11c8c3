import { createRunProgram } from "@openclaw/setup/services";
import { type UpdateStatus, updateStatus } from "@openclaw/setup/update";
import type { CommandContext } from "../run/command-context.ts";
import type { CommandInput } from "../spec/command-spec.ts";
import type { updateStatusFlags } from "../spec/update-commands.ts";
import { renderTable } from "../terminal/table.ts";
import { installation } from "../update/update-world.ts";

/** `update status`: what is installed, and whether there is something newer. */
export async function run(
  { flags }: CommandInput<typeof updateStatusFlags>,
  context: CommandContext,
): Promise<undefined> {
  const { config } = await context.config();
  const found = installation(context);
  const status = await updateStatus(found, config.update?.channel, {
    fetch: context.fetch,
    run: createRunProgram({ spawn: context.spawn, env: context.env }),
    timeoutMs: flags.timeout * 1000,
  });
  if (flags.json) return void context.printJson(status);
  const { style, stdout, shorten } = context;
  const rows = [
    [
      "Install",
      shorten(
        [status.update.installKind, status.update.packageManager, status.update.root].filter(Boolean).join(" · "),
      ),
    ],
    ["Channel", status.channel.label],
    ["Update", updateText(status, found?.source !== undefined)],
  ];
  context.print(style.heading("OpenClaw update status"));
  context.print(
    renderTable([{ title: "Item" }, { title: "Value", flexible: true, min: 24 }], rows, {
      width: stdout.columns,
      style,
    }),
  );
  const { available, latestVersion, gitBehind } = status.availability;
  if (!available) return;
  const what = latestVersion === null ? `git, ${gitBehind} commits behind` : `npm ${latestVersion}`;
  context.print(`Update available (${what}). Run: ${context.hint("openclaw update")}`);
}

function updateText({ update, availability }: UpdateStatus, hasSource: boolean): string {
  const { git, registry } = update;
  if (git) {
    const place = [git.branch ?? "detached", git.tag, git.sha?.slice(0, 8), git.dirty ? "changed" : undefined];
    const distance = git.behind === null ? "no upstream" : `ahead ${git.ahead}, behind ${git.behind}`;
    return [...place, distance].filter(Boolean).join(" · ");
  }
  if (!hasSource) return "no update source configured";
  if (registry.error !== undefined) return `unknown (${registry.error})`;
  return availability.available ? `available: ${registry.latestVersion}` : "up to date";
}
