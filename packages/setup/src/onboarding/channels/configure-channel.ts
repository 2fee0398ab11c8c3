import { normalizeAccountId } from "@openclaw/plugin-sdk";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupChannel, SetupWorld } from "../setup-world.ts";
import type { DoneAccount } from "../steps/channels-step.ts";
import type { ChannelList } from "./channel-list.ts";
import type { ChannelSteps } from "./channel-steps.ts";
import { installStep } from "./install-step.ts";

const anotherAccount = "__new__";

interface Setting {
  draft: SetupDraft;
  prompter: SetupPrompter;
  world: SetupWorld;
  quick: boolean;
  asksAccounts: boolean;
}

/** Goes through one channel and stages what comes of it. @returns the account that is to be used */
export async function configureChannel(
  channel: SetupChannel,
  list: ChannelList,
  setting: Setting,
): Promise<DoneAccount | undefined> {
  const { draft, prompter } = setting;
  if (list.isMissing(channel) && !(await installStep(channel, list, draft, prompter))) return undefined;
  let steps: ChannelSteps;
  try {
    steps = await list.steps(channel);
  } catch (error) {
    await prompter.note(error instanceof Error ? error.message : String(error), channel.label);
    return undefined;
  }
  await list.refresh(channel);
  const known = list.stateOf(channel).configured && draft.config().channels?.[channel.id] !== undefined;
  if (!known) return ask(channel, steps, steps.accounts(draft.config()).defaultId, setting);
  const wish = await prompter.select({
    message: `${channel.label} already configured. What do you want to do?`,
    options: [
      { value: "update", label: "Update" },
      { value: "disable", label: "Disable", hint: "keeps the configuration" },
      { value: "delete", label: "Delete" },
      { value: "skip", label: "Leave as it is" },
    ],
    initial: setting.asksAccounts ? "update" : "skip",
  });
  if (wish === "skip") return undefined;
  const accountId = await chooseAccount(channel, steps, wish === "update", setting);
  if (wish === "update") return ask(channel, steps, accountId, setting);
  if (wish === "disable") draft.merge(steps.disable(draft.config(), accountId));
  else if (await prompter.confirm({ message: `Delete ${channel.label} account "${accountId}"?`, initial: false })) {
    draft.merge(steps.remove(draft.config(), accountId));
    draft.works.delete(linkOf(channel, accountId));
  }
  return undefined;
}

const linkOf = ({ id }: SetupChannel, accountId: string) => `link:${id}:${accountId}`;

async function chooseAccount(
  { label }: SetupChannel,
  steps: ChannelSteps,
  mayBeNew: boolean,
  { draft, prompter, asksAccounts }: Setting,
): Promise<string> {
  const { ids, defaultId } = steps.accounts(draft.config());
  const offersNew = mayBeNew && asksAccounts;
  if (!offersNew && ids.length < 2) return ids[0] ?? defaultId;
  const chosen = await prompter.select({
    message: `${label} account`,
    options: [
      ...ids.map((id) => ({ value: id, label: id })),
      ...(offersNew ? [{ value: anotherAccount, label: "Add a new account" }] : []),
    ],
    initial: defaultId,
  });
  if (chosen !== anotherAccount) return chosen;
  const typed = await prompter.text({
    message: `New ${label} account id`,
    validate: (text) => (text.trim() ? undefined : "Required"),
  });
  const accountId = normalizeAccountId(typed);
  if (accountId !== typed.trim()) await prompter.note(`The account id is "${accountId}".`, label);
  return accountId;
}

async function ask(
  channel: SetupChannel,
  steps: ChannelSteps,
  accountId: string,
  { draft, prompter, quick, asksAccounts }: Setting,
): Promise<DoneAccount | undefined> {
  if (steps.configure === undefined) {
    await prompter.note(`${channel.id} does not support onboarding yet.`, channel.label);
    return undefined;
  }
  const config = draft.config();
  const answer = await steps.configure({ config, accountId, prompter, quick, asksAccount: asksAccounts });
  draft.merge(answer.patch);
  if (channel.enable) draft.merge(channel.enable(draft.config()));
  const { link, accountId: chosen } = answer;
  if (link === undefined || steps.link === undefined) draft.works.delete(linkOf(channel, chosen));
  else {
    const how = link.phoneNumber === undefined ? "by QR" : `by a pairing code for ${link.phoneNumber}`;
    draft.works.set(linkOf(channel, chosen), {
      line: `Then: link ${channel.label} account "${chosen}" ${how}`,
      follow: async (written) => steps.link?.(written, chosen, link, prompter),
    });
  }
  return { channel, steps, accountId: chosen };
}
