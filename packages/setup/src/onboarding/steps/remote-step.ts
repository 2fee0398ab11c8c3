import type { OnboardOptions } from "../onboard-options.ts";
import { remoteUrlProblem, stageRemote } from "../remote-gateway.ts";
import type { SetupDraft } from "../setup-draft.ts";
import type { SetupPrompter } from "../setup-prompter.ts";
import type { SetupWorld } from "../setup-world.ts";

const browseMs = 2000;
const usualUrl = "ws://127.0.0.1:18789";

/** A Gateway elsewhere that this machine talks to. Nothing is changed there. */
export async function remoteStep(
  draft: SetupDraft,
  options: OnboardOptions,
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<void> {
  const known = draft.config().gateway?.remote;
  const found = options.remoteUrl === undefined ? await discovered(prompter, world) : undefined;
  const suggested = options.remoteUrl ?? found?.url ?? known?.url ?? usualUrl;
  const url =
    options.remoteUrl !== undefined && remoteUrlProblem(options.remoteUrl) === undefined
      ? options.remoteUrl
      : await prompter.text({ message: "Gateway WebSocket URL", initial: suggested, validate: remoteUrlProblem });
  // What is announced on the network proves nothing: the certificate is only that of this Gateway if its user says so.
  const pin = url.trim() === found?.url ? await askPin(found.fingerprint, prompter) : undefined;
  if (pin !== undefined) draft.merge({ gateway: { remote: { tlsFingerprint: pin } } });
  if (options.remoteToken?.trim()) return stageRemote(draft, { url: url.trim(), token: options.remoteToken.trim() });
  const auth = await prompter.select({
    message: "Gateway auth",
    options: [
      { value: "token", label: "Token", hint: "recommended" },
      { value: "off", label: "Off" },
    ],
    initial: "token",
  });
  const message = known?.token === undefined ? "Gateway token" : "Gateway token (blank keeps the present one)";
  const typed =
    auth === "off"
      ? undefined
      : await prompter.text({
          message,
          secret: true,
          validate: (text) => (text.trim() || known?.token ? undefined : "Required"),
        });
  stageRemote(draft, { url: url.trim(), token: auth === "off" ? undefined : typed || known?.token });
}

/** The address of a Gateway that announces itself on this network, when somebody wants to look and picks one. */
async function discovered(
  prompter: SetupPrompter,
  world: SetupWorld,
): Promise<{ url: string; fingerprint?: string | undefined } | undefined> {
  const tool = world.platform === "darwin" ? "dns-sd" : "avahi-browse";
  if (!world.host.canDiscover()) {
    await prompter.note(`With ${tool} installed, Gateways on your network are found by themselves.`, "Discovery");
    return undefined;
  }
  if (!(await prompter.confirm({ message: "Discover gateway on LAN (Bonjour)?", initial: true }))) return undefined;
  const progress = prompter.progress("Looking for Gateways");
  const beacons = await world.host.discover(browseMs);
  progress.stop(`Gateways found: ${beacons.length}`);
  if (beacons.length === 0) return undefined;
  const picked = await prompter.select({
    message: "Select gateway",
    options: [
      ...beacons.map(({ name, host, port }, at) => ({ value: String(at), label: name, hint: `${host}:${port}` })),
      { value: "__manual__", label: "Enter URL manually" },
    ],
  });
  const beacon = beacons[Number(picked)];
  if (!beacon) return undefined;
  const direct = `${beacon.tls ? "wss" : "ws"}://${beacon.host}:${beacon.port}`;
  const method = await prompter.select({
    message: "Connection method",
    options: [
      { value: "direct", label: "Direct", hint: direct },
      { value: "ssh", label: "SSH tunnel", hint: "for a Gateway that listens on its loopback only" },
    ],
  });
  if (method === "direct") return { url: direct, fingerprint: beacon.tls?.fingerprint };
  await prompter.note(
    `Keep this running in a terminal:\nssh -N -L 18789:127.0.0.1:${beacon.port} user@${beacon.host}`,
    "SSH tunnel",
  );
  return { url: usualUrl };
}

async function askPin(fingerprint: string | undefined, prompter: SetupPrompter): Promise<string | undefined> {
  if (fingerprint === undefined) return undefined;
  await prompter.note(`The Gateway announces this certificate:\nsha256 ${fingerprint}`, "TLS");
  const message = "Accept only this certificate from now on?";
  return (await prompter.confirm({ message, initial: true })) ? fingerprint : undefined;
}
