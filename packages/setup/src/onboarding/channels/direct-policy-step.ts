import type { DirectPolicyName } from "@openclaw/plugin-sdk";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { DoneAccount } from "../steps/channels-step.ts";

/** Who may write to the accounts that were set up in private. */
export async function directPolicyStep(
  accounts: readonly DoneAccount[],
  draft: SetupDraft,
  prompter: SetupPrompter,
): Promise<void> {
  const asked = accounts.flatMap(({ channel, accountId, steps: { direct } }) =>
    direct === undefined ? [] : [{ channel, accountId, direct }],
  );
  if (asked.length === 0) return;
  const message = "Configure DM access policies now? (default: pairing)";
  if (!(await prompter.confirm({ message, initial: false }))) return;
  for (const { channel, accountId, direct } of asked) {
    const several = asked.filter((each) => each.channel.id === channel.id).length > 1;
    const label = several ? `${channel.label} (${accountId})` : channel.label;
    await prompter.note(
      [
        "pairing: strangers get a code, and nothing is answered before it is approved:",
        `  openclaw pairing approve ${channel.id} <code>`,
        `allowlist: ${direct.allowFromKey} names who is answered`,
        `open: everybody is answered; ${direct.allowFromKey} then holds "*"`,
        "disabled: direct messages are dropped",
        `Kept as ${direct.policyKey}`,
      ].join("\n"),
      `${label} DM access`,
    );
    const policy = await prompter.select<DirectPolicyName>({
      message: `${label} DM policy`,
      options: [
        { value: "pairing", label: "Pairing (recommended)", hint: "strangers get a code" },
        { value: "allowlist", label: "Allowlist", hint: "only those you name" },
        { value: "open", label: "Open", hint: "everybody" },
        { value: "disabled", label: "Disabled", hint: "no direct messages" },
      ],
      initial: direct.current(draft.config(), accountId),
    });
    draft.merge(direct.set(draft.config(), accountId, policy));
    if (policy === "allowlist" && direct.askAllowFrom) {
      draft.merge(await direct.askAllowFrom(draft.config(), accountId, prompter));
    }
  }
}
