import { commitDraft } from "./commit-draft.ts";
import { createSetupDraft, type SetupDraft } from "./setup-draft.ts";
import { invalidConfigText, SetupError } from "./setup-error.ts";
import type { SetupPrompter } from "./setup-prompter.ts";
import type { SetupWorld } from "./setup-world.ts";
import { channelsStep, type DoneAccount } from "./steps/channels-step.ts";

/**
 * Adds, changes and takes away accounts of channels by asking. Nothing is written before the summary is agreed to.
 * @throws SetupError, SetupCancelled
 */
export async function addChannelsWithQuestions(prompter: SetupPrompter, world: SetupWorld): Promise<void> {
  if (!world.snapshot.valid) throw new SetupError(invalidConfigText("channels add"), { code: "invalid-config" });
  await prompter.intro("OpenClaw channels");
  const draft = createSetupDraft(world);
  const done = await channelsStep(draft, prompter, world, { quick: false, asks: false, asksAccounts: true });
  await namesStep(done, draft, prompter);
  if (Object.keys(draft.patch()).length === 0 && draft.works.size === 0) {
    await prompter.outro("No channel was changed.");
    return;
  }
  await prompter.note(summaryOf(draft, done, world).join("\n"), "Summary");
  if (!(await prompter.confirm({ message: "Write this?", initial: true }))) {
    await prompter.outro("Nothing was written.");
    return;
  }
  await commitDraft(draft, world, { withWorkspace: false });
  await prompter.outro("Channels updated.");
}

/** What people call the accounts. */
async function namesStep(done: readonly DoneAccount[], draft: SetupDraft, prompter: SetupPrompter): Promise<void> {
  if (done.length === 0) return;
  const message = "Add display names for these accounts? (optional)";
  if (!(await prompter.confirm({ message, initial: false }))) return;
  for (const { channel, steps, accountId } of done) {
    const name = (
      await prompter.text({ message: `Name of ${channel.label} account "${accountId}"`, initial: "" })
    ).trim();
    if (name !== "") draft.merge(steps.rename(draft.config(), accountId, name));
  }
}

/** What is going to be written, without a secret. */
function summaryOf(
  draft: SetupDraft,
  done: readonly DoneAccount[],
  { paths, shorten }: Pick<SetupWorld, "paths" | "shorten">,
): string[] {
  const { channels = {} } = draft.config();
  const touched = Object.keys((draft.patch().channels as object | undefined) ?? {});
  return [
    `Config: ${shorten(paths.configPath)}`,
    ...touched.map((id) => {
      const accounts = done.filter(({ channel }) => channel.id === id).map(({ accountId }) => accountId);
      if (channels[id] === undefined) return `${id}: deleted`;
      return accounts.length === 0 ? `${id}: changed` : `${id}: ${accounts.join(", ")}`;
    }),
    ...[...draft.works.values()].map(({ line }) => line),
  ];
}
