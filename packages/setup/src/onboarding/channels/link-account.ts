import type { AccountInput, Channel, ChannelLinkPlan, ChannelLog } from "@openclaw/plugin-sdk";
import { SetupCancelled, type SetupPrompter } from "../setup-prompter.ts";

/** What linking needs beside the channel. */
export interface LinkWorld {
  /** A QR as text. */
  renderQr(content: string): Promise<string>;
  /** Runs work that ends when somebody interrupts the program. */
  interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Has a Gateway that runs let go of an account, and take it up again. */
  stopAccount(channelId: string, accountId: string): Promise<void>;
  startAccount(channelId: string, accountId: string): Promise<void>;
  hint(command: string): string;
}

/** Links an account to somebody's device, again when that is wanted. A link that fails leaves everything else as it is. */
export async function linkAccount(
  channel: Channel,
  input: AccountInput,
  plan: ChannelLinkPlan,
  prompter: SetupPrompter,
  world: LinkWorld,
): Promise<void> {
  const { id, label } = channel.meta;
  const { accountId } = input;
  // Two connections would fight over one link.
  await world.stopAccount(id, accountId);
  try {
    for (;;) {
      const outcome = await attempt(channel, input, plan, prompter, world);
      if (outcome.linked) {
        await prompter.note("✅ Linked! Credentials saved for future sends.", label);
        return;
      }
      const command = world.hint(`openclaw channels login --channel ${id} --account ${accountId}`);
      await prompter.note(`${label} is not linked: ${outcome.problem}\nLater: ${command}`, label);
      if (outcome.interrupted) return;
      if (!(await prompter.confirm({ message: `Try to link ${label} again?`, initial: false }))) return;
    }
  } finally {
    await world.startAccount(id, accountId);
  }
}

type Outcome = { linked: true } | { linked: false; problem: string; interrupted: boolean };

async function attempt(
  channel: Channel,
  input: AccountInput,
  plan: ChannelLinkPlan,
  prompter: SetupPrompter,
  { renderQr, interruptible }: LinkWorld,
): Promise<Outcome> {
  const { login, accounts, meta } = channel;
  if (login === undefined) return { linked: false, problem: "this channel links nothing", interrupted: true };
  const account = accounts?.resolve(input) ?? input.config;
  const given = new AbortController();
  /** Whoever does not want to see it does not want to link. */
  const show = (text: string, title: string) => {
    Promise.resolve(prompter.note(text, title)).catch((error: unknown) => given.abort(error));
  };
  let interrupted = false;
  try {
    const result = await interruptible((signal) => {
      signal.addEventListener("abort", () => {
        interrupted = true;
      });
      return login.login({
        ...input,
        account,
        force: plan.again,
        phoneNumber: plan.phoneNumber,
        log: silent,
        signal: AbortSignal.any([signal, given.signal]),
        onQr: (content) => {
          void renderQr(content).then((text) => show(text, `Scan this QR in ${meta.label} (Linked Devices)`));
        },
        onPairingCode: (code) =>
          show(`Pairing code: ${code}`, `Type this code in ${meta.label} (Linked Devices, Link with phone number)`),
      });
    });
    if (given.signal.aborted) throw new SetupCancelled();
    return result.linked ? { linked: true } : { linked: false, problem: result.message, interrupted };
  } catch (error) {
    if (error instanceof SetupCancelled) throw error;
    return { linked: false, problem: error instanceof Error ? error.message : String(error), interrupted };
  }
}

const silent: ChannelLog = { error() {}, warn() {}, info() {}, debug() {} };
