import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupChannel, StagedChannel } from "../setup-world.ts";
import type { ChannelList } from "./channel-list.ts";

/** Offers the plugin of a channel, fetches it and stages its installation. @returns whether it is there now */
export async function installStep(
  channel: SetupChannel,
  list: ChannelList,
  draft: SetupDraft,
  prompter: SetupPrompter,
): Promise<boolean> {
  const { offer, label, id } = channel;
  if (offer === undefined) return true;
  let from = await chooseSource(channel, prompter, offer.npmSpec !== undefined);
  while (from !== "skip") {
    const spec = (from === "npm" ? offer.npmSpec : offer.localPath) ?? "";
    const progress = prompter.progress(`Fetching ${spec}…`);
    let staged: StagedChannel | { problem: string };
    try {
      staged = await offer.stage(from, (line) => progress.update(line));
    } catch (error) {
      staged = { problem: error instanceof Error ? error.message : String(error) };
    }
    progress.stop();
    if (!("problem" in staged)) {
      draft.works.set(`plugin:${id}`, staged.work);
      list.arrived(channel, staged.steps);
      await prompter.note(`The ${label} plugin is fetched; it is installed when everything is written.`, label);
      return true;
    }
    await prompter.note(`Failed to install ${spec}: ${staged.problem}`, label);
    if (from === "local" || offer.localPath === undefined) return false;
    from = await chooseSource(channel, prompter, false);
  }
  return false;
}

function chooseSource(
  { offer, label }: SetupChannel,
  prompter: SetupPrompter,
  offersNpm: boolean,
): Promise<"npm" | "local" | "skip"> {
  const { npmSpec, localPath, preferred } = offer ?? { preferred: "npm" };
  return prompter.select<"npm" | "local" | "skip">({
    message: `Install ${label} plugin?`,
    options: [
      ...(offersNpm && npmSpec !== undefined
        ? [{ value: "npm" as const, label: "Download from npm", hint: npmSpec }]
        : []),
      ...(localPath === undefined ? [] : [{ value: "local" as const, label: "Use the local folder", hint: localPath }]),
      { value: "skip", label: "Skip for now" },
    ],
    initial: offersNpm ? preferred : localPath === undefined ? "skip" : "local",
  });
}
