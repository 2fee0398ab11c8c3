import { openChannelList } from "../channels/channel-list.ts";
import type { ChannelSteps } from "../channels/channel-steps.ts";
import { configureChannel } from "../channels/configure-channel.ts";
import { directPolicyStep } from "../channels/direct-policy-step.ts";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupChannel, SetupWorld } from "../setup-world.ts";

const howItWorks = [
  "Whoever writes for the first time gets a pairing code and no answer. You let them in:",
  "`openclaw pairing approve <channel> <code>`",
  'The policy `open` answers everybody and needs allowFrom ["*"].',
  "With several people, keep their conversations apart: session.dmScope.",
];

/** An account that was gone through. */
export interface DoneAccount {
  channel: SetupChannel;
  steps: ChannelSteps;
  accountId: string;
}

/** The chat services the assistant listens to. @returns the accounts that were set up */
export async function channelsStep(
  draft: SetupDraft,
  prompter: SetupPrompter,
  world: SetupWorld,
  options: {
    quick: boolean;
    /** Whether channels are to be set up at all is a question. */
    asks?: boolean;
    /** Further accounts can be added to channels that are configured. */
    asksAccounts?: boolean;
  },
): Promise<readonly DoneAccount[]> {
  const { quick, asks = true, asksAccounts = false } = options;
  const list = await openChannelList(draft, world);
  const { channels } = list;
  await prompter.note(
    channels.map((channel) => `${channel.label}: ${list.stateOf(channel).text}`).join("\n"),
    "Channel status",
  );
  if (!quick && asks && !(await prompter.confirm({ message: "Configure chat channels now?", initial: true })))
    return [];
  const about = channels.flatMap(({ label, description }) => (description ? [`${label}: ${description}`] : []));
  await prompter.note([...howItWorks, ...about].join("\n"), "How channels work");
  const done: DoneAccount[] = [];
  for (;;) {
    const id = await selectChannel(list, quick, prompter);
    const channel = channels.find((each) => each.id === id);
    if (!channel) break;
    const account = await configureChannel(channel, list, { draft, prompter, world, quick, asksAccounts });
    if (account !== undefined) {
      const again = done.findIndex((each) => each.channel.id === id && each.accountId === account.accountId);
      if (again >= 0) done.splice(again, 1);
      done.push(account);
    }
    if (quick) break;
    await list.refresh(channel);
  }
  // What was deleted again after it had been set up is not there any more.
  const kept = done.filter(({ channel, accountId, steps }) =>
    draft.config().channels?.[channel.id] === undefined
      ? false
      : steps.accounts(draft.config()).ids.includes(accountId),
  );
  if (kept.length === 0) return [];
  const docs = new Set(kept.map(({ channel }) => `${channel.label}: https://docs.openclaw.ai${channel.docsPath}`));
  await prompter.note([...docs].join("\n"), "Selected channels");
  if (!quick) await directPolicyStep(kept, draft, prompter);
  return kept;
}

async function selectChannel(
  { channels, stateOf }: Awaited<ReturnType<typeof openChannelList>>,
  quick: boolean,
  prompter: SetupPrompter,
): Promise<string> {
  const options = channels.map((channel) => ({
    value: channel.id,
    label: channel.label,
    hint: stateOf(channel).text,
  }));
  if (!quick) {
    return prompter.select({
      message: "Select a channel",
      options: [...options, { value: "__done__", label: "Finished" }],
    });
  }
  const scored = channels.map((channel) => ({ id: channel.id, score: stateOf(channel).score ?? 0 }));
  const best = scored.reduce((first, next) => (next.score > first.score ? next : first), { id: "__skip__", score: 0 });
  return prompter.select({
    message: "Select channel (QuickStart)",
    options: [...options, { value: "__skip__", label: "Skip for now" }],
    initial: best.id,
  });
}
